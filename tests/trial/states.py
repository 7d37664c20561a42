"""States of a lineage, made up by a seed: what is done to the CA, the account and the files.

A *trait* is one thing that is so with a lineage; those of one *axis* exclude each other. A state
is one of every axis, most of them the usual one. What becomes of a state is not said here: that
is what certbot and our forecasts are asked.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

if TYPE_CHECKING:
    from tests.trial.world import Site

KINDS = ("cert", "privkey", "chain", "fullchain")
GONE = "0" * 32
"""The id of an account that never was."""


@dataclass
class Draft:
    """A lineage while it is made up."""

    name: str
    domain: str
    names: tuple[str, ...] = ()
    """Of the certificate."""
    validated: frozenset[str] = frozenset()
    """Domains that are validated in SCM."""
    age: float = 0.0
    """How many days ago they were."""
    delegated: bool = True
    product: bool = True
    binding: str = "once"
    note: bool = True
    """Whether the account's kid is noted beside it."""
    params: dict[str, str | None] = field(default_factory=dict)
    """Options of the renewal file; None takes one away. ``{www}`` and the like are filled in."""
    pinned: str = "own"
    """Whose account it is pinned to: ``own``, ``other``, ``allowed``, ``gone``, or ``broken``,
    one of its own kid that does not load."""
    deeds: list[Callable[[Site, Draft], None]] = field(default_factory=list)
    """What is done once all is there."""

    # Filled in when it is built.
    kid: str = ""
    account: str = ""
    """The folder's name of its own account."""
    url: str = ""
    mixed: bool = False
    """Whether its links are of several versions."""
    astray: bool = False
    """Whether a link leads where the next certificate is not saved; certbot orders it anyway."""
    rival: Draft | None = None
    """Who has the account that it is pinned to, if that is not its own; no lineage."""

    @property
    def pending(self) -> set[str]:
        """The names for which the CA wants a challenge, where it opens an order."""
        valid = self.validated if self.age < 198 else frozenset()
        return {name for name in self.names if name.removeprefix("*.") not in valid}


Apply = Callable[[Draft], None]


def _nothing(draft: Draft) -> None:
    pass


def _set(**params: str | None) -> Apply:
    return lambda draft: draft.params.update(params)


def _deed(deed: Callable[[Site, Draft], None]) -> Apply:
    return lambda draft: draft.deeds.append(deed)


def _change(**values: Any) -> Apply:
    def apply(draft: Draft) -> None:
        for key, value in values.items():
            setattr(draft, key, value)

    return apply


def _both(*applied: Apply) -> Apply:
    def apply(draft: Draft) -> None:
        for each in applied:
            each(draft)

    return apply


def _names(*prefixes: str, validated: tuple[str, ...] | None = None, age: float = 0.0) -> Apply:
    """Give it names below its domain, of which these are validated, by default all."""

    def apply(draft: Draft) -> None:
        draft.names = tuple(f"{prefix}{draft.domain}" for prefix in prefixes)
        bases = {name.removeprefix("*.") for name in draft.names}
        chosen = bases if validated is None else {f"{each}{draft.domain}" for each in validated}
        draft.validated, draft.age = frozenset(chosen), age

    return apply


# The account, at the CA and here.


def _suspend(site: Site, draft: Draft) -> None:
    site.sandbox.suspend(draft.kid)


def _deactivate_pair(site: Site, draft: Draft) -> None:
    site.sandbox.deactivate_pair(draft.kid)


def _deactivate_account(site: Site, draft: Draft) -> None:
    site.sandbox.deactivate_account(draft.url)


def _vanish(site: Site, draft: Draft) -> None:
    regr = site.folder(draft) / "regr.json"
    regr.write_text(regr.read_text().replace(draft.url, draft.url[:-4] + "gone"))


def _other_key(site: Site, draft: Draft) -> None:
    """The URL is that of an account whose key is another."""
    regr = site.folder(draft) / "regr.json"
    regr.write_text(regr.read_text().replace(draft.url, site.other.url))


def _remove_account(site: Site, draft: Draft) -> None:
    site.folder(draft).rename(site.spare / draft.account)


def _archive_account(site: Site, draft: Draft) -> None:
    """As ``accounts clean`` does it, but behind the lineage's back."""
    folder = site.folder(draft)
    target = site.config / "sectigo" / "archive" / folder.parent.relative_to(site.accounts)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.rename(target / folder.name)


def _spoil(name: str, text: str | None) -> Callable[[Site, Draft], None]:
    def spoil(site: Site, draft: Draft) -> None:
        path = site.folder(draft) / name
        path.unlink()
        if text is not None:
            path.write_text(text)

    return spoil


def _spoil_pinned(site: Site, draft: Draft) -> None:
    assert draft.rival is not None
    (site.folder(draft.rival) / "meta.json").unlink()


def _pair_on_disk(site: Site, draft: Draft) -> None:
    site.write_pair(draft)


def _open_pair(site: Site, draft: Draft) -> None:
    site.write_pair(draft).chmod(0o644)


def _other_pair(site: Site, draft: Draft) -> None:
    path = site.write_pair(draft)
    path.write_text(path.read_text().replace(draft.kid, "kid-of-somebody"))


def _no_pair(site: Site, draft: Draft) -> None:
    site.write_pair(draft).write_text("nonsense\n")


def _default_pair(site: Site, draft: Draft) -> None:
    """Nothing names it, but it lies where the plugin looks."""
    site.write_pair(draft).rename(site.config / "sectigo-eab.ini")


_gone = _both(_change(pinned="gone"), _deed(_remove_account))

ACCOUNT: dict[str, Apply] = {
    "usual account": _nothing,
    "kid not noted": _change(note=False),
    "wrong account": _change(pinned="other"),
    "another account that may": _change(pinned="allowed"),
    "suspended": _deed(_suspend),
    "deactivated in SCM": _deed(_deactivate_pair),
    "account deactivated": _deed(_deactivate_account),
    "account unknown to the CA": _deed(_vanish),
    "key of another account": _deed(_other_key),
    "not delegated": _change(delegated=False),
    "no product": _change(product=False),
    "pin dangles, kid is here": _change(pinned="gone"),
    "pin dangles, kid is nowhere": _gone,
    "pin dangles, not noted": _both(_change(pinned="gone", note=False)),
    "pin dangles, pair reusable": _both(_gone, _change(binding="reusable"), _deed(_pair_on_disk)),
    "pin dangles, pair spent": _both(_gone, _deed(_pair_on_disk)),
    "pin dangles, pair open to all": _both(_gone, _change(binding="reusable"), _deed(_open_pair)),
    "pin dangles, pair of another": _both(_gone, _deed(_other_pair)),
    "pin dangles, pair garbled": _both(_gone, _deed(_no_pair)),
    "pin dangles, pair elsewhere": _both(
        _gone,
        _change(binding="reusable"),
        _set(sectigo_eab_credentials=None),
        _deed(_default_pair),
    ),
    "account in the archive": _deed(_archive_account),
    "account in the archive, pair here": _both(_deed(_archive_account), _deed(_pair_on_disk)),
    "account broken, another of its kid": _both(
        _change(binding="reusable", pinned="broken"), _deed(_spoil_pinned)
    ),
    "account broken, pair reusable": _both(
        _change(binding="reusable"), _deed(_spoil("regr.json", None)), _deed(_pair_on_disk)
    ),
    "account incomplete": _deed(_spoil("meta.json", None)),
    "account unparsable": _deed(_spoil("regr.json", '{"body": {')),
    "account without key": _deed(_spoil("private_key.json", None)),
    "no pin": _set(account=None),
    "no pin, no kid": _set(account=None, sectigo_eab_kid=None),
    "no server": _set(server=None),
    "server of another product": _set(server="{ev}"),
    "moved by hand": _set(server="{ev}", sectigo_eab_server="{ev}"),
    "server of the plugin alone another": _set(sectigo_eab_server="{ev}"),
    "no kid": _set(sectigo_eab_kid=None, sectigo_eab_server=None),
    "of another kid": _set(sectigo_eab_kid="kid-of-nobody"),
}

VALIDATION: dict[str, Apply] = {
    "validated": _names("", "www."),
    "one name": _names(""),
    "wildcard": _names("", "*."),
    "lapsed": _names("", "www.", age=200),
    "never validated": _names("", validated=()),
    "one lapsed": _names("", "www.", validated=("",)),
    "wildcard lapsed": _names("*.", age=300),
    "wildcard beside a name lapsed": _names("", "*.", "www.", validated=("www.",)),
}

_HTTP01 = {"http01_port": "{http}", "http01_address": "127.0.0.1"}
_HOOK = {"pref_challs": "dns-01,", "manual_auth_hook": "true"}
_DNS = {
    "authenticator": "dns-rfc2136",
    "installer": "sectigo-eab",
    "dns_rfc2136_propagation_seconds": "0",
}
_PLAIN: dict[str, str | None] = dict.fromkeys(
    ("sectigo_eab_kid", "sectigo_eab_server", "sectigo_eab_credentials")
)
"""Of a lineage that our plugin never saw."""

BY: dict[str, Apply] = {
    "by itself": _set(**_HTTP01),
    "its web root": _set(**_HTTP01, sectigo_eab_webroot="{www}"),
    "a web root nobody serves": _set(**_HTTP01, sectigo_eab_webroot="{unserved}"),
    "a web root that is not there": _set(**_HTTP01, sectigo_eab_webroot="{unserved}/gone"),
    "installer too": _set(**_HTTP01, installer="sectigo-eab"),
    "dns beside us": _set(**_DNS, dns_rfc2136_credentials="{dns}"),
    "dns beside us, wrong key": _set(**_DNS, dns_rfc2136_credentials="{wrong_dns}"),
    "manual beside us": _set(authenticator="manual", installer="sectigo-eab", **_HOOK),
    "manual beside us, no hook": _set(
        authenticator="manual", installer="sectigo-eab", pref_challs="dns-01,"
    ),
    "standalone beside us": _set(authenticator="standalone", installer="sectigo-eab", **_HTTP01),
    "webroot beside us": _set(
        **_HTTP01, authenticator="webroot", installer="sectigo-eab", webroot_path="{www},"
    ),
    "missing authenticator beside us": _set(authenticator="dns-gone", installer="sectigo-eab"),
    "missing installer beside us": _set(**_HTTP01, installer="gone"),
    "no authenticator": _set(authenticator=None),
    "under its old name": _set(**_HTTP01, authenticator="certbot-sectigo:sectigo-eab"),
    "a port that is none": _set(**{**_HTTP01, "http01_port": "70000"}),
    "an address of another machine": _set(**{**_HTTP01, "http01_address": "192.0.2.1"}),
    "in capitals": _set(**_HTTP01, authenticator="Sectigo-EAB"),
    "installer under its old name": _set(**_HTTP01, installer="certbot-sectigo:sectigo-eab"),
    "standalone alone": _set(**_PLAIN, **_HTTP01, authenticator="standalone"),
    "manual alone": _set(**_PLAIN, authenticator="manual", pref_challs="dns-01,"),
    "missing plugin alone": _set(**_PLAIN, authenticator="dns-gone"),
}

PREFERRED: dict[str, Apply] = {
    "none preferred": _nothing,
    "http-01 preferred": _set(pref_challs="http-01,"),
    "dns-01 preferred": _set(pref_challs="dns-01,"),
    "none at all preferred": _set(pref_challs=""),
    "both preferred": _set(pref_challs="dns-01, http-01"),
}

OPTIONS: dict[str, Apply] = {
    "no other options": _nothing,
    "key used again": _set(reuse_key="True"),
    "RSA": _set(key_type="rsa"),
    "an RSA key that is too short": _set(key_type="rsa", rsa_key_size="1024"),
    "hooks that fail": _set(pre_hook="false", post_hook="false", renew_hook="false"),
    "a hook that is gone": _set(pre_hook="/gone/hook"),
}

# The files.


def _unlink(kind: str) -> Callable[[Site, Draft], None]:
    return lambda site, draft: site.link(draft, kind).unlink()


def _plain_file(kind: str) -> Callable[[Site, Draft], None]:
    def deed(site: Site, draft: Draft) -> None:
        link = site.link(draft, kind)
        data = link.read_bytes()
        link.unlink()
        link.write_bytes(data)

    return deed


def _no_target(kind: str) -> Callable[[Site, Draft], None]:
    return lambda site, draft: site.link(draft, kind).resolve().unlink()


def _content(kind: str, data: bytes) -> Callable[[Site, Draft], None]:
    return lambda site, draft: _write(site.link(draft, kind).resolve(), data)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _other_kind(site: Site, draft: Draft) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    data = key.private_bytes(serialization.Encoding.PEM, form, none)
    site.link(draft, "privkey").resolve().write_bytes(data)


def _elsewhere(site: Site, draft: Draft) -> None:
    link = site.link(draft, "privkey")
    link.unlink()
    link.symlink_to(f"../../archive/{site.other.name}/privkey1.pem")
    draft.astray = True


def _mixed(site: Site, draft: Draft) -> None:
    """A renewal that was killed half way: one link is of the new version already."""
    for kind in KINDS:
        path = site.link(draft, kind).resolve()
        path.with_name(f"{kind}2.pem").write_bytes(path.read_bytes())
    link = site.link(draft, "chain")
    link.unlink()
    link.symlink_to(f"../../archive/{draft.name}/chain2.pem")
    draft.mixed = True


def _no_chain(site: Site, draft: Draft) -> None:
    site.link(draft, "fullchain").resolve().write_bytes(site.link(draft, "cert").read_bytes())


def _text(edit: Callable[[str], str | bytes]) -> Apply:
    def deed(site: Site, draft: Draft) -> None:
        path = site.renewal(draft)
        new = edit(path.read_text())
        path.write_bytes(new if isinstance(new, bytes) else new.encode())

    return _deed(deed)


def _without(key: str) -> Apply:
    return _text(lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(f"{key} = ")
    ))  # fmt: skip


def _no_folder(site: Site, draft: Draft) -> None:
    site.link(draft, "cert").parent.rename(site.spare / draft.name)


def _linked(site: Site, draft: Draft) -> None:
    path = site.renewal(draft)
    path.rename(site.spare / path.name)
    path.symlink_to(site.spare / path.name)


FILES: dict[str, Apply] = {
    "whole": _nothing,
    **{f"{kind} missing": _deed(_unlink(kind)) for kind in KINDS},
    **{f"{kind} no link": _deed(_plain_file(kind)) for kind in KINDS},
    **{f"{kind} without target": _deed(_no_target(kind)) for kind in KINDS},
    "link into another archive": _deed(_elsewhere),
    "versions mixed": _deed(_mixed),
    "empty key": _deed(_content("privkey", b"")),
    "empty key, used again": _both(_deed(_content("privkey", b"")), _set(reuse_key="True")),
    "empty certificate": _deed(_content("cert", b"")),
    "no certificate at all": _deed(_content("cert", b"nonsense\n")),
    "key of a kind that is not kept": _both(_deed(_other_kind), _set(reuse_key="True")),
    "key gone, used again": _both(_deed(_content("privkey", b"x\n")), _set(reuse_key="True")),
    "empty full chain": _deed(_content("fullchain", b"")),
    "no chain": _deed(_no_chain),
    "no live folder": _deed(_no_folder),
    "renewal file empty": _text(lambda text: ""),
    "renewal file cut off": _text(lambda text: text[: text.index("[renewalparams]") + 5]),
    "renewal file without options": _text(lambda text: text.partition("[renewalparams]")[0]),
    "renewal file garbled": _text(lambda text: text.replace("fullchain = ", "fullchain : ")),
    "renewal file not UTF-8": _text(lambda text: text.encode() + b"# \xff\n"),
    "renewal file twice": _text(lambda text: f"{text}\n{text}"),
    "renewal file a link": _deed(_linked),
    **{f"renewal file without {kind}": _without(kind) for kind in KINDS},
    "renewal file without archive": _without("archive_dir"),
    "renewal file of a newer certbot": _text(lambda text: f"version = 99.0.0\n{text}"),
    "switched off": _set(autorenew="False"),
    "account is a list": _set(account="a, b"),
}


AXES: Mapping[str, Mapping[str, Apply]] = {
    "validation": VALIDATION,
    "by": BY,
    "preferred": PREFERRED,
    "account": ACCOUNT,
    "options": OPTIONS,
    "files": FILES,
}


@dataclass(frozen=True)
class State:
    """One trait of each axis."""

    traits: Mapping[str, str]

    def draft(self, number: int, zone: str) -> Draft:
        """Make up the lineage of this state."""
        draft = Draft(f"l{number:02}", f"l{number:02}.{zone}")
        for axis, trait in self.traits.items():
            AXES[axis][trait](draft)
        return draft

    def __str__(self) -> str:
        odd = [trait for axis, trait in self.traits.items() if trait != next(iter(AXES[axis]))]
        return ", ".join(odd) or "usual"


def state(**traits: str) -> State:
    """Return the usual state but for some traits."""
    return State({axis: traits.get(axis, next(iter(AXES[axis]))) for axis in AXES})


def generate(count: int, luck: random.Random) -> list[State]:
    """Make up states: each trait in turn beside usual ones, then mixtures.

    A quarter are mixtures of several faults; in the others what is odd is one thing, so that no
    fault hides behind another. Where the count is small chance says which traits come.
    """
    singles = [(axis, trait) for axis, traits in AXES.items() for trait in traits]
    luck.shuffle(singles)
    mixtures = count // 4
    made = []
    for number in range(count - mixtures):
        axis, trait = singles[number % len(singles)]
        chosen = {axis: trait}
        # Where no order is wanted of it, it makes no difference what names it has.
        if axis != "validation":
            chosen["validation"] = luck.choice(list(VALIDATION))
        if axis not in ("by", "preferred") and luck.random() < 0.5:
            chosen["by"] = luck.choice(list(BY)[:12])
        if axis == "preferred":
            chosen["by"] = luck.choice(list(BY)[:6])
        made.append(state(**chosen))
    for _ in range(mixtures):
        some = luck.sample(list(AXES), luck.randint(2, len(AXES)))
        made.append(state(**{axis: luck.choice(list(AXES[axis])) for axis in some}))
    luck.shuffle(made)
    return made
