"""``scm domains add`` and ``scm domains remove``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.scm.examples import DOMAINS
from certbot_sectigo.cli.shared import change
from certbot_sectigo.cli.shared.lazy import Group
from certbot_sectigo.cli.shared.options import CommandContext, scm_option
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.portal import plan
from certbot_sectigo.portal.model import PortalAccount
from certbot_sectigo.portal.scm import Scm


@click.group("domains", cls=Group, examples=DOMAINS)
def command() -> None:
    """Add domains to an account in SCM, or remove them."""


@command.command("add")
@click.argument("name")
@click.argument("domains", nargs=-1, required=True)
@scm_option
@change.yes_option
@click.pass_obj
def add(
    context: CommandContext, name: str, domains: tuple[str, ...], scm_file: str | None, yes: bool
) -> None:
    """Add DOMAINS to the account NAME.

    Each covers itself and everything below it.
    """
    names = tuple(dict.fromkeys(map(plan.domain_name, domains)))
    scm = connect.connect(context, scm_file).scm
    one = connect.account(scm, name)
    todo = [n for n in names if n not in _has(scm, one)]
    _act(context, "add", scm, one, todo, lambda: scm.add_domains(one.id, todo), yes=yes)


@command.command("remove")
@click.argument("name")
@click.argument("domains", nargs=-1, required=True)
@scm_option
@change.yes_option
@click.pass_obj
def remove(
    context: CommandContext, name: str, domains: tuple[str, ...], scm_file: str | None, yes: bool
) -> None:
    """Remove DOMAINS from the account NAME.

    It can no longer renew names below them.
    """
    names = {n.strip().rstrip(".").lower() for n in domains}
    scm = connect.connect(context, scm_file).scm
    one = connect.account(scm, name)
    todo = [n for n in _has(scm, one) if n in names]
    _act(context, "remove", scm, one, todo, lambda: scm.remove_domains(one.id, todo), yes=yes)


def _has(scm: Scm, one: PortalAccount) -> list[str]:
    return [domain.name for domain in scm.domains(one.id)]


def _act(
    context: CommandContext,
    verb: str,
    scm: Scm,
    one: PortalAccount,
    todo: Sequence[str],
    deed: Callable[[], object],
    *,
    yes: bool,
) -> None:
    def show(names: Sequence[str]) -> None:
        say(f"{verb.capitalize()} at the ACME account {one.name} ({one.id}): "
                   + (", ".join(names) or "nothing, all is so already"))  # fmt: skip

    def carry_out(names: Sequence[str]) -> list[str]:
        if names:
            deed()
        after = _has(scm, one) if names else []
        left = [n for n in names if (n in after) != (verb == "add")]
        if left:
            raise errors.Error(
                f"SCM has not done it for {', '.join(left)}, and does not say why.",
                "See in SCM whether they are delegated to the organisation for SSL certificates.",
            )
        return list(names)

    change.act(
        context,
        f"scm domains {verb}",
        make=lambda: tuple(todo),
        show=show,
        describe=lambda names: {"id": one.id, "name": one.name, "domains": list(names)},
        question=f"{verb.capitalize()} {len(todo)} in SCM?"
        if todo[1:]
        else f"{verb.capitalize()} it in SCM?",
        yes=yes or not todo,
        carry_out=carry_out,
        lock=change.no_lock,
        conclude=lambda names: say("Done." if names else "Nothing was to be done."),
        result=lambda names: {"domains": names},
    )
