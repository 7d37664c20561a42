"""Values of a renewal file that certbot does not take, against certbot itself."""

from __future__ import annotations

import re

import pytest

from certbot_sectigo.machine.renewal_values import bad
from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool

NAME = "www.a.example"


@pytest.mark.parametrize(
    ("option", "value", "taken"),
    [
        ("reuse_key", "TRUE", True),
        ("reuse_key", "yes", False),
        ("must_staple", "1", False),
        ("autorenew", "no", False),
        ("autorenew", "False", True),
        ("http01_port", "None", True),
        ("http01_port", "http", False),
        ("rsa_key_size", "None", False),
        ("rsa_key_size", " 4096 ", True),
        ("pref_challs", "dns, http", True),
        ("pref_challs", "dns-01, carrier-pigeon", False),
        ("key_type", "dsa", False),
        ("key_type", "RSA", False),
        ("key_type", "rsa, dsa", True),
        ("key_type", "dsa, rsa", False),
        ("reuse_key", "True,", False),
        ("renew_before_expiry", "30", True),
        ("renew_before_expiry", "soon", False),
        ("ari_retry_after", "2099-01-01T00:00:00", True),
        ("ari_retry_after", "tomorrow", False),
    ],
)
def test_what_certbot_takes(option: str, value: str, taken: bool) -> None:
    found = bad({option: value})
    assert (found is None) is taken, found


def test_numbers_of_plugins_that_take_part() -> None:
    wrong = {"dns_ovh_propagation_seconds": "ten"}
    assert bad({**wrong, "authenticator": "webroot"}) is None
    assert bad({**wrong, "authenticator": "dns-ovh"}) is not None
    assert bad({"authenticator": "dns-ovh", "dns_ovh_propagation_seconds": "10"}) is None


def test_a_key_that_is_kept_is_not_compared_by_older_ones() -> None:
    kept = {"key_type": "rsa, dsa", "reuse_key": "True"}
    assert bad(kept) is not None
    assert bad(kept, compares=False) is None


def test_a_curve_counts_for_new_keys_of_that_kind_only() -> None:
    assert bad({"elliptic_curve": "secp999r1"}) is None
    assert bad({"key_type": "ecdsa", "elliptic_curve": "None"}) is None
    wrong = {"key_type": "ecdsa", "elliptic_curve": "secp999r1"}
    assert bad(wrong) is not None
    assert bad({**wrong, "reuse_key": "True"}) is None


def test_certbot_does_not_renew_with_them(certbot: Certbot, sectigo: Sectigo) -> None:
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    tool, path = Tool(certbot), certbot.renewal_file(NAME)
    sound = path.read_text()
    for line in ("reuse_key = yes", "http01_port = http", "pref_challs = carrier-pigeon,"):
        path.write_text(sound.replace("[renewalparams]", f"[renewalparams]\n{line}"))
        certbot.run("renew", "--force-renewal", "--cert-name", NAME, check=1)
        [said] = tool.json("renewals", check=1)["renewals"]
        assert said["forecast"]["outlook"] == "broken"
        name, value = re.split(" = ", line.rstrip(","))
        assert f"has {name} = {value}, and certbot takes" in said["forecast"]["reason"]
    codes = [f["code"] for f in tool.json("doctor", check=1)["findings"]]
    assert "renewal/value" in codes
    # A comma makes a list of it, also at the end.
    for line in ("autorenew = True,", "key_type = dsa, rsa", "key_type = ECDSA"):
        path.write_text(re.sub("(?m)^key_type = .*", line, sound))
        certbot.run("renew", "--force-renewal", "--cert-name", NAME, check=1)
        [said] = tool.json("renewals", check=1)["renewals"]
        assert f"has {line}, and certbot takes" in said["forecast"]["reason"]
    # A key that is kept stays what it is, unless certbot is told otherwise.
    path.write_text(re.sub("(?m)^key_type = .*", "key_type = rsa\nreuse_key = True", sound))
    certbot.run("renew", "--force-renewal", "--cert-name", NAME, check=1)
    [said] = tool.json("renewals", check=1)["renewals"]
    assert "another key_type than the key" in said["forecast"]["reason"]
    paste(certbot, said["forecast"]["command"])
    assert tool.json("renewals", check=1)["renewals"][0]["forecast"]["outlook"] == "unattended"
    # Of these kinds certbot takes the first, and of our paths the plugin gets what is printed.
    lists = "key_type = ecdsa, rsa\nsectigo_eab_webroot = /a, /b\nsectigo_eab_deploy = /c,"
    path.write_text(re.sub("(?m)^key_type = .*", lists, sound))
    [said] = tool.json("renewals", check=1)["renewals"]
    assert said["forecast"]["outlook"] == "unattended"
    certbot.run("renew", "--force-renewal", "--cert-name", NAME)
    path.write_text(re.sub("(?m)^account = .*", "account = a, b", sound))
    certbot.run("renew", "--dry-run", "--cert-name", NAME, check=1)
    path.write_text(sound.replace("[renewalparams]", "[renewalparams]\npre_hook = true, false"))
    certbot.run("renew", "--force-renewal", "--cert-name", NAME, check=1)
    [said] = tool.json("renewals", check=1)["renewals"]
    assert "has not one value for pre_hook" in said["forecast"]["reason"]
    for line in ("renew_before_expiry = 30 days, 3 days", "archive_dir = /a, /b"):
        path.write_text(re.sub(r"archive_dir = .*", line, sound))
        forced = ["--force-renewal"] * line.startswith("archive")  # which looks at no span
        certbot.run("renew", *forced, "--cert-name", NAME, check=1)
        [said] = tool.json("renewals", check=1)["renewals"]
        assert f"has not one value for {line.split()[0]}" in said["forecast"]["reason"]
