"""Pure: whether certbot can have a key for a lineage's next certificate."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from certbot_sectigo.machine import certbot_versions, commands, renewal_values
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.renewals.facts import Facts
from certbot_sectigo.renewals.model import Forecast
from certbot_sectigo.renewals.unloadable import PUT_RIGHT, bad

_CURVE = "secp256r1"
"""certbot's own choice."""


def obstacle(
    facts: Facts,
    options: Mapping[str, str],
    where: Callable[[str], str],
    *,
    by_settings: Container[str],
) -> Forecast | None:
    """Return why it cannot, if that is so.

    :param options: as the run has them, settings included.
    :param where: says in which file an option stands.
    :param by_settings: the options that settings for every run say.
    """
    lineage = facts.lineage
    key = next((d for d in facts.damages if d.useless and d.path == lineage.key_path), None)
    same = options.get("reuse_key", "").lower() == "true"
    if key is not None and same:
        return bad(
            "key",
            f"{key}, and {lineage.path} has reuse_key = True, so certbot wants that key for the "
            "next certificate",
            PUT_RIGHT
            if facts.mending
            else "Put the key back from a backup, or take reuse_key out: the next certificate "
            "then gets a new one.",
            "\n".join(facts.mending),
        )
    if same and facts.key == "other":
        return _kept(
            f"with reuse_key certbot keeps keys of RSA and ECDSA alone, and {lineage.key_path} is "
            "neither",
            "Have a new key made once and kept:",
            lineage,
        )
    other = _other_key(facts, options) if same else ""
    if other:
        has = "has" if other in options else "says nothing else, so certbot wants"
        return _kept(
            f"{where(other)} {has} another {other} than the key that is there ({facts.key}), "
            "and with reuse_key certbot changes none, so it does not renew it",
            "Take that line out, or have a new key made once and kept:",
            lineage,
        )
    bits = options.get("rsa_key_size", "")
    least = certbot_versions.least_rsa_bits(facts.certbot_version)
    kind = options.get("key_type", "").partition(",")[0]
    if kind == "rsa" and renewal_values.is_number(bits) and int(bits) < least and not same:
        return bad(
            "key",
            f"{where('rsa_key_size')} has rsa_key_size = {bits}, and certbot makes no RSA key of "
            f"less than {least} bits",
            *(
                ("Take that line out.",)
                if "rsa_key_size" in by_settings
                else (
                    "Have the usual size saved:",
                    commands.saving(lineage.name, "--rsa-key-size", "2048"),
                )
            ),
        )
    return None


def _kept(reason: str, remedy: str, lineage: Lineage) -> Forecast:
    """Tell of a key that is kept and does not fit; a new one ends it."""
    once = ("renew", "--force-renewal", "--new-key", "--cert-name", lineage.name)
    return bad("key", reason, remedy, commands.certbots(*once))


def _other_key(facts: Facts, options: Mapping[str, str]) -> str:
    """Return the option by which the key would be another; empty if certbot minds none."""
    minds = certbot_versions.compares_kept_keys(facts.certbot_version)
    if not facts.key or not minds or any(s.name == "new-key" for s in facts.settings):
        return ""
    kind, _, detail = facts.key.partition(" ")
    if options.get("key_type", "rsa").lower() != kind:
        return "key_type"
    if kind == "rsa":
        return "rsa_key_size" if int(options.get("rsa_key_size", 2048)) != int(detail) else ""
    curve = options.get("elliptic_curve", _CURVE).lower()
    return "elliptic_curve" if curve != detail else ""
