"""Renewal files are read as configobj reads them, and changed only where they are to be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certbot_sectigo.machine import renewal_file
from certbot_sectigo.machine.renewal_file import (
    RepointError,
    diff,
    parse,
    parse_like_certbot,
    repoint,
)

CERTBOTS = """\
# renew_before_expiry = 30 days
version = 5.8.0
archive_dir = /etc/letsencrypt/archive/www.example.org
cert = /etc/letsencrypt/live/www.example.org/cert.pem
privkey = /etc/letsencrypt/live/www.example.org/privkey.pem
chain = /etc/letsencrypt/live/www.example.org/chain.pem
fullchain = /etc/letsencrypt/live/www.example.org/fullchain.pem

# Options used in the renewal process
[renewalparams]
account = 0123456789abcdef0123456789abcdef
authenticator = webroot
server = https://acme.sectigo.com/v2/OV
key_type = ecdsa
[[webroot_map]]
www.example.org = /var/www
*.example.org = /var/www
[acme_renewal_info]
ari_retry_after = 2026-01-01T00:00:00
"""
NEW_ACCOUNT = "f" * 32

# Pieces out of which files are put together that make every rule of the parser work.
LINES = st.sampled_from(
    [
        "", " ", "# note", "  # note", "[renewalparams]", "[ renewalparams ]",
        "[renewalparams] # n",
        "[other]", "[[webroot_map]]", "[['quoted map']]", "[[[deep]]]", "[broken", "account = a1",
        "account=a2", 'account = "a3"', "account = 'a4' # n", "  account = a5", "account = a#b",
        "account = a, b", "account =", "account = # n", '"account" = a6', "account = '''a7'''",
        'account = """a8', "account = a9", 'a10"""', "account = b = c", "server = https://h/p?a=b",
        "server = it's", "x = %(account)s", "x = 100%", "y = %(nowhere)s", "z = [1]", "no key",
        "k.1-2 = v v  ", "w = ü", "q = \x0b", "pref = a\tb", ",", "l = ,", "l = a,", 'm = "a, b"',
    ]
)  # fmt: skip
ENDINGS = st.sampled_from(["\n", "\r\n"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    ending = draw(ENDINGS)
    text = ending.join(draw(st.lists(LINES, max_size=12)))
    return text + draw(st.sampled_from(["", ending]))


def outcome(parser: Any, data: bytes) -> Any:
    try:
        return parser(data)
    except renewal_file.MalformedRenewalFile as error:
        return str(error)


@settings(max_examples=600)
@given(text=st.one_of(texts(), st.text(max_size=60)))
@example(text=CERTBOTS)
@example(text="[a]\nb = 1\n[[b]]\n")
@example(text="a = 1\n[a]\n")
def test_the_fast_parser_agrees_with_certbots(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    assert outcome(parse, data) == outcome(parse_like_certbot, data)


@settings(max_examples=300)
@given(data=st.binary(max_size=80))
def test_bytes_of_any_kind_are_parsed_or_malformed(data: bytes) -> None:
    assert outcome(parse, data) == outcome(parse_like_certbot, data)
    renewal_file.salvage(data)


def test_what_certbot_writes_needs_no_configobj(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(renewal_file, "parse_like_certbot")
    parsed = parse(CERTBOTS.encode())
    assert parsed["renewalparams"]["account"] == "0123456789abcdef0123456789abcdef"
    assert parsed["renewalparams"]["webroot_map"]["*.example.org"] == "/var/www"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[renewalparams\n", "line 1"),
        (b"a = 1\na = 2\n", "line 2"),
        (b"a = \xff\n", "not UTF-8"),
        (b"a = %(b)s\n", "does not parse"),
    ],
)
def test_the_reason_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(renewal_file.MalformedRenewalFile, match=reason):
        parse(data)


def changed_lines(old: str, new: str) -> list[str]:
    return [x for x in diff(old, new, "f").splitlines() if x[:1] in "+-" and x[:3] not in
            ("+++", "---")]  # fmt: skip


def test_only_the_line_concerned_changes() -> None:
    new = repoint(CERTBOTS, {"account": NEW_ACCOUNT})
    assert new == CERTBOTS.replace("0123456789abcdef0123456789abcdef", NEW_ACCOUNT)
    assert changed_lines(CERTBOTS, new) == [
        "-account = 0123456789abcdef0123456789abcdef",
        f"+account = {NEW_ACCOUNT}",
    ]


def test_a_new_key_goes_before_the_sections_inside() -> None:
    new = repoint(CERTBOTS, {"sectigo_eab_kid": "-kid_1"})
    assert new == CERTBOTS.replace("[[webroot", "sectigo_eab_kid = -kid_1\n[[webroot")


def test_a_key_can_be_taken_away() -> None:
    assert repoint(CERTBOTS, {"key_type": None}) == CERTBOTS.replace("key_type = ecdsa\n", "")
    assert repoint(CERTBOTS, {"unknown": None}) == CERTBOTS


def test_the_same_value_changes_nothing() -> None:
    text = '[renewalparams]\naccount = "a"   # quoted\n'
    assert repoint(text, {"account": "a"}) == text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[renewalparams]\naccount = a # mine\n", "[renewalparams]\naccount = NEW # mine\n"),
        ("[renewalparams]\n account=a\n", "[renewalparams]\n account=NEW\n"),
        ("[renewalparams]\naccount = 'a' #x\n", "[renewalparams]\naccount = 'NEW' #x\n"),
        ('[renewalparams]\n"account" = "a, b"\n', '[renewalparams]\n"account" = "NEW"\n'),
        ("[renewalparams]\naccount = a, 'b#', # c\n", "[renewalparams]\naccount = NEW # c\n"),
        ("[renewalparams]\naccount =\n", "[renewalparams]\naccount =NEW\n"),
        ("[renewalparams]\naccount = a#b\n", "[renewalparams]\naccount = NEW#b\n"),
        ("[renewalparams]\naccount = '''a\nb''' # c\nx = 1",
         "[renewalparams]\naccount = NEW # c\nx = 1"),
        ("[renewalparams]\nx = '''\naccount = q\n'''\naccount = a",
         "[renewalparams]\nx = '''\naccount = q\n'''\naccount = NEW"),
        ("[renewalparams]\r\naccount = a\r\n", "[renewalparams]\r\naccount = NEW\r\n"),
        ("[renewalparams]\naccount = a", "[renewalparams]\naccount = NEW"),
        ("[renewalparams]\n", "[renewalparams]\naccount = NEW\n"),
        ("[renewalparams]", "[renewalparams]\naccount = NEW"),
        ("[renewalparams]\r\nx = 1", "[renewalparams]\r\nx = 1\r\naccount = NEW"),
        ("[renewalparams]\n\tx = 1\n# end\n\n",
         "[renewalparams]\n\tx = 1\n\taccount = NEW\n# end\n\n"),
        ("account = top\n[renewalparams]\naccount = a\n[x]\naccount = b\n",
         "account = top\n[renewalparams]\naccount = NEW\n[x]\naccount = b\n"),
        ("[renewalparams]\n[[account_of]]\naccount = a\n[z]",
         "[renewalparams]\naccount = NEW\n[[account_of]]\naccount = a\n[z]"),
    ],
)  # fmt: skip
def test_every_way_of_writing_it(old: str, new: str) -> None:
    assert repoint(old, {"account": "NEW"}) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[renewalparams]\nx = 1\naccount = a\n", "[renewalparams]\nx = 1\n"),
        ("[renewalparams]\nx = 1\naccount = a", "[renewalparams]\nx = 1"),
        ("[renewalparams]\naccount = '''a\nb'''\nx = 1\n", "[renewalparams]\nx = 1\n"),
    ],
)
def test_every_way_of_taking_it_away(old: str, new: str) -> None:
    assert repoint(old, {"account": None}) == new


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("/path with blanks/x.ini", "/path with blanks/x.ini"),
        ("/a,b", '"/a,b"'),
        ("/a#b", '"/a#b"'),
        ('say "x"', "'say \"x\"'"),
        (" blank ", '" blank "'),
        ("", '""'),
        ("100%", '"100%"'),
        ("ü", "ü"),
    ],
)
def test_values_are_quoted_where_they_must_be(value: str, written: str) -> None:
    assert repoint("[renewalparams]\nx = 1\n", {"x": value}) == f"[renewalparams]\nx = {written}\n"


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "%(account)s", "a\u2028b", "\ud800"])
def test_values_that_cannot_be_written_are_refused(value: str) -> None:
    with pytest.raises(RepointError, match="account"):
        repoint("[renewalparams]\naccount = a\n", {"account": value})


@pytest.mark.parametrize("text", ["", "a = 1\n", "renewalparams = 1\n", "[renewalparams]\nbroken"])
def test_texts_that_are_no_renewal_file_are_refused(text: str) -> None:
    with pytest.raises(RepointError):
        repoint(text, {"account": "a"})


VALUES = st.one_of(
    st.none(),
    st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


@settings(max_examples=500)
@given(
    text=texts(),
    changes=st.dictionaries(
        st.sampled_from(["account", "server", "sectigo_eab_kid"]), VALUES, max_size=3
    ),
)
def test_certbot_reads_the_new_values_and_all_others_as_before(
    text: str, changes: dict[str, str | None]
) -> None:
    try:
        before = parse_like_certbot(text.encode())
    except renewal_file.MalformedRenewalFile:
        with pytest.raises(RepointError):
            repoint(text, changes)
        return
    try:
        new = repoint(text, changes)
    except RepointError:
        plain = all(v is None or re.fullmatch(r"[\w./:-]*", v, re.ASCII) for v in changes.values())
        # A value may be made of another one, which must not go then.
        woven = re.search(r"%\((account|server|sectigo_eab_kid)\)s", text)
        assert not plain or woven or not isinstance(before.get("renewalparams"), dict)
        return
    expected = {**before["renewalparams"]}
    for key, value in changes.items():
        expected.pop(key, None) if value is None else expected.__setitem__(key, value)
    assert parse_like_certbot(new.encode()) == {**before, "renewalparams": expected}
    # No comment is lost, but those on a line that is taken away.
    assert new.count("# note") == text.count("# note")
    # Behind a blank line nothing is left that could be without an end.
    behind_blank = not "".join(text.splitlines()[-2:-1]).strip()
    assert new.endswith("\n") == text.endswith("\n") or not new or behind_blank
    assert ("\r\n" in text) or ("\r\n" not in new)


def test_salvage_finds_the_account_of_a_broken_file() -> None:
    data = b"[renewalparams\n# account = no\naccount = 'abc' # x\nserver = https://h/p\xff\n= y"
    assert renewal_file.salvage(data)["account"] == "abc"


def test_no_difference_shows_nothing() -> None:
    assert diff(CERTBOTS, CERTBOTS, "x") == ""
