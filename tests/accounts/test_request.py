"""Pure: what a run asks for, out of options, files and lineage."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.accounts import request
from certbot_sectigo.accounts.request import Asked, NothingAskedError, Option, Pinned, RequestError
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.ca.credentials import DEFAULT_SERVER, Credentials

OV, EV = "https://ca.example/v2/OV", "https://ca.example/v2/EV"


def file(kid: str = "K", server: str | None = OV) -> Credentials:
    return Credentials(
        kid,
        Secret("s"),
        server or DEFAULT_SERVER,
        path=Path("/f.ini"),
        server_is_default=not server,
    )


def pair(kid: str = "K") -> Credentials:
    return Credentials(kid, Secret("s"), DEFAULT_SERVER)


def named(value: str) -> Option:
    return Option(value, named=True)


OURS = Pinned("l", OV, "a1", "K", ours=True)
PLAIN = Pinned("l", OV, "a1", None, ours=False)


class TestIssuance:
    def test_named_credentials_decide_whatever_the_pin_says(self) -> None:
        asked = Asked(file=file("B"), file_named=True)
        for lineage in (None, OURS, PLAIN):
            wanted = request.for_issuance(asked, lineage)
            assert (wanted.server, wanted.kid, wanted.pin) == (OV, "B", None)
            assert wanted.credentials is asked.file

    def test_nothing_named_follows_the_lineage(self) -> None:
        for asked in (Asked(), Asked(file=file("B")), Asked(file=file("K"))):
            wanted = request.for_issuance(asked, OURS)
            assert (wanted.server, wanted.kid, wanted.pin, wanted.strict) == (OV, "K", "a1", False)
        assert request.for_issuance(Asked(file=file("K")), OURS).credentials is not None
        assert request.for_issuance(Asked(file=file("B")), OURS).credentials is None

    def test_a_plain_lineage_of_the_same_server_keeps_its_pin(self) -> None:
        assert request.for_issuance(Asked(file=file("B")), PLAIN).pin == "a1"

    def test_a_lineage_of_another_ca_moves(self) -> None:
        lineage = Pinned("l", "https://other.example/dir", "a1", None, ours=False)
        wanted = request.for_issuance(Asked(file=file("B")), lineage)
        assert (wanted.server, wanted.kid, wanted.pin) == (OV, "B", None)

    def test_the_default_file_without_a_lineage(self) -> None:
        wanted = request.for_issuance(Asked(file=file("B")), None)
        assert (wanted.server, wanted.kid) == (OV, "B")

    def test_a_named_kid_beats_the_default_file_and_takes_its_secret_only_if_it_is_its_own(
        self,
    ) -> None:
        wanted = request.for_issuance(Asked(kid=named("B"), file=file("A")), None)
        assert (wanted.kid, wanted.credentials) == ("B", None)
        wanted = request.for_issuance(Asked(kid=named("A"), file=file("A")), None)
        assert wanted.credentials is not None

    def test_certbots_own_pair(self) -> None:
        asked = Asked(eab_kid=named("K"), pair=pair(), server=named(EV))
        wanted = request.for_issuance(asked, None)
        assert (wanted.server, wanted.kid, wanted.credentials) == (EV, "K", asked.pair)

    def test_cli_ini_loses_against_the_named_file_with_a_warning(self) -> None:
        asked = Asked(
            file=file("B"), file_named=True, eab_kid=Option("A"), pair=pair("A"), server=Option(EV),
            account=Option("a9"),
        )  # fmt: skip
        wanted = request.for_issuance(asked, None)
        assert (wanted.server, wanted.kid, wanted.pin) == (OV, "B", None)
        assert len(wanted.warnings) == 3

    def test_a_file_without_server_is_of_the_default_whatever_cli_ini_says(self) -> None:
        asked = Asked(file=file("B", None), file_named=True, server=Option(EV))
        wanted = request.for_issuance(asked, None)
        assert wanted.server == DEFAULT_SERVER and wanted.warnings

    def test_a_file_without_server_takes_the_named_one(self) -> None:
        for asked in (
            Asked(file=file("B", None), file_named=True, server=named(EV)),
            Asked(file=file("B", None), file_named=True, own_server=named(EV)),
            Asked(file=file("B", None), file_named=True, own_server=Option(EV)),
        ):
            assert request.for_issuance(asked, None).server == EV

    def test_an_explicit_account_is_not_contradicted_by_what_is_merely_configured(self) -> None:
        for asked in (
            Asked(account=named("a2"), file=file("B")),
            Asked(
                account=named("a2"),
                file=file("B"),
                kid=Option("C"),
                eab_kid=Option("D"),
                own_server=Option(OV),
            ),
        ):
            for lineage in (None, OURS):
                wanted = request.for_issuance(asked, lineage)
                assert (wanted.server, wanted.kid, wanted.pin) == (OV, None, "a2")

    def test_what_is_no_url_at_all_is_an_error_of_its_own(self) -> None:
        with pytest.raises(RequestError, match="says"):
            request.for_issuance(
                Asked(file=file("B"), file_named=True, own_server=named("http://[bad")), None
            )

    def test_a_configured_kid_beats_a_file_that_is_just_there(self) -> None:
        wanted = request.for_issuance(
            Asked(kid=Option("B"), file=file("A"), file_is_default=True, own_server=Option(OV)),
            None,
        )
        assert (wanted.kid, wanted.credentials) == ("B", None)

    def test_a_configuration_that_contradicts_itself_stops(self) -> None:
        asked = Asked(kid=Option("B"), file=file("A"))
        with pytest.raises(RequestError, match="contradicts itself"):
            request.for_issuance(asked, None)

    def test_a_lineage_that_overrules_the_configuration_is_told_of(self) -> None:
        for asked in (Asked(file=file("B")), Asked(kid=Option("B"))):
            [warning] = request.for_issuance(asked, OURS).warnings
            assert "kid K" in warning and "kid B" in warning
        for asked in (Asked(file=file("B"), file_is_default=True), Asked(file=file("K")), Asked()):
            assert request.for_issuance(asked, OURS).warnings == ()

    def test_without_names_every_lineage_has_to_be_of_that_kid(self) -> None:
        request.refuse_ambiguous(request.AccountRequest(OV, "K"), [OURS, PLAIN])
        with pytest.raises(RequestError, match="-d NAME"):
            request.refuse_ambiguous(request.AccountRequest(OV, "B"), [PLAIN, OURS])

    def test_an_explicit_account_is_strict(self) -> None:
        wanted = request.for_issuance(
            Asked(account=named("a9"), file=file("B"), file_named=True), OURS
        )
        assert (wanted.pin, wanted.strict, wanted.kid) == ("a9", True, "B")
        wanted = request.for_issuance(Asked(account=named("a9"), server=named(OV)), None)
        assert (wanted.pin, wanted.strict, wanted.kid, wanted.server) == ("a9", True, None, OV)

    @pytest.mark.parametrize(
        "asked",
        [
            Asked(file=file("B"), file_named=True, kid=named("A")),
            Asked(file=file("B"), file_named=True, eab_kid=named("A"), pair=pair("A")),
            Asked(file=file("B"), file_named=True, server=named(EV)),
            Asked(file=file("B"), file_named=True, own_server=named(EV)),
            Asked(kid=named("A"), eab_kid=named("B"), pair=pair("B")),
            Asked(kid=named("A"), own_server=named(OV), server=named(EV)),
        ],
    )
    def test_contradictions_on_the_command_line_stop(self, asked: Asked) -> None:
        with pytest.raises(RequestError) as stopped:
            request.for_issuance(asked, None)
        assert stopped.value.remedy

    def test_nothing_at_all(self) -> None:
        with pytest.raises(NothingAskedError, match="not told"):
            request.for_issuance(Asked(), None)


class TestRenewal:
    restored = Asked(
        account=Option("a1"), server=Option(OV), kid=Option("K"), own_server=Option(OV)
    )

    def test_what_certbot_restored_is_enough(self) -> None:
        assert not request.needs_lineage(self.restored)
        wanted = request.for_renewal(self.restored, None)
        assert (wanted.server, wanted.kid, wanted.pin) == (OV, "K", "a1")

    @pytest.mark.parametrize(
        "asked",
        [
            Asked(server=named(OV), kid=Option("K"), own_server=Option(OV)),
            Asked(account=Option("a1"), server=Option(EV), kid=Option("K"), own_server=Option(OV)),
            Asked(account=Option("a1"), server=Option(OV)),
        ],
    )
    def test_where_it_is_not_the_lineage_is_read(self, asked: Asked) -> None:
        assert request.needs_lineage(asked)
        wanted = request.for_renewal(asked, OURS)
        assert (wanted.server, wanted.kid, wanted.pin) == (OV, "K", "a1")

    def test_the_lineage_does_not_change_its_server(self) -> None:
        asked = Asked(server=named(EV), kid=Option("K"), own_server=Option(OV))
        with pytest.raises(RequestError, match="does not take it to"):
            request.for_renewal(asked, OURS)

    def test_a_trailing_slash_is_the_same_server(self) -> None:
        asked = Asked(server=named(OV + "/"), kid=Option("K"), own_server=Option(OV))
        assert request.for_renewal(asked, OURS).server == OV

    def test_forced_on_a_stranger_is_refused(self) -> None:
        stranger = Pinned("l", "https://other.example/dir", "a7", None, ours=False)
        asked = Asked(account=Option("a7"), server=Option("https://other.example/dir"))
        for current in (asked, Asked(**{**vars(asked), "file": file()})):
            with pytest.raises(RequestError, match="not issued with sectigo-eab"):
                request.for_renewal(current, stranger)

    def test_forced_on_a_plain_lineage_of_the_files_server_keeps_its_account(self) -> None:
        asked = Asked(account=Option("a1"), server=Option(OV), file=file())
        assert request.for_renewal(asked, PLAIN).pin == "a1"
