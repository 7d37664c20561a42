"""The story of a move: from a look-alike of Sectigo's CA to one of HARICA, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from certbot_sectigo.base import errors
from certbot_sectigo.cli.demo.departments import Story
from certbot_sectigo.cli.move import words
from certbot_sectigo.cli.move.errand import Errand, Wish
from certbot_sectigo.cli.shared import ask_ca, registering
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.machine.certbot_process import CertbotOutcome
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.move import back

if TYPE_CHECKING:
    from certbot_sectigo.sandbox import RunningSandbox

_FIRST, _SECOND, _STRANGER = "www.a.example", "mail.a.example", "www.b.example"


class MoveStory(Story):
    """The acts of a move.

    :param new: the CA that lineages go to.
    :param context: what the command was told.
    """

    def __init__(
        self,
        folder: Path,
        sandbox: RunningSandbox,
        new: RunningSandbox,
        context: CommandContext,
        *,
        aloud: bool,
    ) -> None:
        super().__init__(folder, sandbox, aloud=aloud)
        self._new = new
        self._dirs = Dirs(folder / "config", folder / "work", folder / "logs")
        self._context = replace(
            context,
            config_dir=self._dirs.config_dir,
            work_dir=self._dirs.work_dir,
            logs_dir=self._dirs.logs_dir,
            system_root=folder / "root",
            verbosity=-1,
            json=True,
        )

    def tell(self) -> None:
        """Play all acts.

        :raises certbot_sectigo.base.errors.Error: if one goes otherwise than told.
        """
        old, new = self._sandbox, self._new
        pair = new.config.pairs[0]
        self.say(f"A look-alike of Sectigo's ACME service runs at {old.url} ,")
        self.say(f"one of HARICA at {new.url} , where a pair has its own directory URL.\n")
        self.begin(f"certbot gets {_FIRST}, {_SECOND} and {_STRANGER} from Sectigo's")
        for name in (_FIRST, _SECOND, _STRANGER):
            self.certbot(self.plugin_words(old.pair(name), name))
        self.outcome("issued, from the accounts of two departments.")
        file = self.credentials(pair, "new", new)
        errand = self._errand(file, old.server_of(old.pair(_FIRST)))
        self.begin("certbot-sectigo move --to new.ini --from-server URL --dry-run")
        plan = errand.plan()
        if self._aloud:
            words.show(plan, errand.wish)
        self.outcome("nothing was changed, and no order was opened.")
        self.begin("The same without --dry-run")
        move = errand.begin(plan)
        if set(move.names) != {_FIRST, _SECOND} or _STRANGER not in move.left:
            raise errors.Error(f"Other lineages went than those that HARICA's accepts: {move.left}")
        self.outcome(
            f"a new account was registered beside the old; {move.names[0]} went first, was issued "
            "and tested.",
            f"{move.names[1]} is pinned, and renewed when it is due.",
            f"{_STRANGER} stays, as the new CA refuses it.",
        )
        self.show(pair, move.names[0], new)
        self.begin("certbot renew of the other")
        renew = f"renew --cert-name {move.names[1]} --force-renewal --no-random-sleep-on-renew"
        self.certbot(renew.split())
        self.outcome("renewed, by the new CA.")
        self.show(pair, move.names[1], new)
        self.begin("certbot-sectigo move --undo, and certbot renew")
        back.undo(back.plan_undo(move, self._dirs), self._dirs)
        self.certbot(renew.split())
        self.outcome("the old account has it again.")
        self.show(old.pair(_SECOND), move.names[1])
        self.say("\nTo rehearse your own: certbot-sectigo help move")

    def _errand(self, file: Path, server: str) -> Errand:
        settings = ask_ca.settings()
        consenting = registering.Consenting(
            self._context, settings, "admin@a.example", agree_tos=True
        )
        wish = Wish(file, from_server=server, first=_FIRST)

        def run(options: Sequence[str]) -> CertbotOutcome:
            try:
                return CertbotOutcome(0, self.certbot(options))
            except errors.Error as error:
                return CertbotOutcome(1, str(error))

        return Errand(
            self._context,
            self._dirs,
            settings,
            consenting,
            "ecdsa",
            wish,
            certbot=run,
            ask_dns=False,  # its names are nobody's
        )
