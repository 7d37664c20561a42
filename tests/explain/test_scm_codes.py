"""SCM's codes: one table, read by the client here and by explain."""

from __future__ import annotations

import json

import pytest

from certbot_sectigo.explain.findings import read
from certbot_sectigo.portal.answers import ScmAnswer, refusal
from certbot_sectigo.portal.codes import CODES, meant, remedy

# As Sectigo's REST reference has them.
SAID = [
    (401, -16, "Unknown user", "scm-login"),
    (401, -970, "Incorrect login credentials.", "scm-login"),
    (403, -3, "You are not authorized to perform ACME account creation.", "scm-privilege"),
    (400, -25, "You are not authorized to execute this.", "scm-privilege"),
    (400, -37, "Access denied.", "scm-scope"),
    (400, -738, "Access denied. You are not allowed to perform the edit operation on this domain.",
     "scm-scope"),
    (400, -1023, "Organization '77' not found.", "scm-organisation-unknown"),
    (400, -7, "name is required but missing.", "scm-value-missing"),
    (400, -1001, "Value of 'organizationId' must not be null.", "scm-value-missing"),
    (400, -1601, "Field 'acmeServer' has invalid value.", "scm-value-invalid"),
    (400, -715, "The domain 'c.example' is inactive.", "scm-domain-inactive"),
    (400, -727, "The domain 'c.example' does not exist.", "scm-domain-unknown"),
    (400, -1010, "Domain 'c.example' is not allowed.", "scm-domain-unknown"),
    (400, -732, "Invalid domain name.", "scm-domain-invalid"),
    (400, -107, "Domain Control Validation is either incomplete or expired for c.example. Please "
     "complete it before requesting a certificate.", "scm-domain-not-validated"),
    (400, -737, "The domain(s): c.example are not validated! Please perform the DCV process for "
     "them before proceed.", "scm-domain-not-validated"),
    (400, -1137, "The domain(s) c.example have not been validated under the DCV procedure.",
     "scm-domain-not-validated"),
    (400, -1608, "DCV is not enabled for this customer.", "scm-dcv-disabled"),
    (400, -102, "Only issued certificates could be revoked.", "scm-not-issued"),
    (400, -159, "Your certificate already revoked", "scm-already-revoked"),
    (400, -124, "Wrong SSL certificate id 7.", "scm-certificate-unknown"),
    (400, -183, "Certificate is not collectable.", "scm-not-collectable"),
    (400, -7306, "Password policy violated: Password must contain 1 or more digit characters.",
     "scm-password-policy"),
    (500, -1, "Unknown error.", "scm-internal"),
    (500, -2, "Internal error. Please contact Support for details.", "scm-internal"),
    (500, -14, "Unknown error.", "scm-internal"),
]  # fmt: skip


def test_every_code_is_said_here() -> None:
    said = {code for _, code, _, _ in SAID}
    for row in CODES:
        assert row.title and row.meaning and row.steps
        assert set(row.numbers) & said or row.key == "scm-pending"


@pytest.mark.parametrize(("status", "code", "text", "key"), SAID)
def test_a_code_with_its_text_is_understood_by_client_and_explain(
    status: int, code: int, text: str, key: str
) -> None:
    found = meant(code, text)
    assert found is not None
    assert found.key == key
    body = json.dumps({"code": code, "description": text})
    turned = json.dumps({"description": text, "details": None, "code": code})
    told = refusal("GET", "/acme/v2/account/7/domain", ScmAnswer(status, {}, body.encode()))
    assert told.remedy == " ".join(found.steps)
    for pasted in (body, f"HTTP 400: {body}", turned, told.message):
        findings = read(pasted.splitlines()).findings
        assert [f.entry.key for f in findings] == [key], pasted


def test_a_number_with_another_text_is_something_else() -> None:
    # The reference has -159 for custom fields, too.
    assert meant(-159, "Custom fields limit has been exceeded for this customer.") is None
    assert "support" in remedy(400, -159, "Custom fields limit has been exceeded.")
    assert meant(-16, "Something else") is None
    assert "password" in remedy(401, None, "")


@pytest.mark.parametrize(
    "text",
    ["sshd: Invalid user admin: unknown user", "curl: (16) unknown user",
     "exit code 3: not authorized to perform sts:AssumeRole", "Process exited with code 1",
     "error code: 2 internal error", "access denied (code 37)"],
)  # fmt: skip
def test_what_others_say_is_not_scms(text: str) -> None:
    assert not [f for f in read([text]).findings if f.entry.key.startswith("scm-")]
