"""What certbots without our plugin have left on a machine: accounts, lineages, old logs."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

from tests.bed.certbot import Account, Certbot, Lineage
from tests.bed.eab import EabPair


def plain_options(pair: EabPair, server: str, folder: Path) -> tuple[str, ...]:
    """Give plain certbot's options for a pair, the secret in a file and not an argument.

    :param folder: where that file goes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ini = folder / f"plain-{pair.kid}.ini"
    ini.touch(mode=0o600)
    ini.write_text(f"eab-kid = {pair.kid}\neab-hmac-key = {pair.hmac_key}\n", encoding="utf-8")
    more = ("--agree-tos", "--email", "admin@example.org", "--no-eff-email")
    return "--config", str(ini), "--server", server, *more


def plain_account(certbot: Certbot, pair: EabPair, server: str, *, folder: Path) -> Account:
    """Have an account registered by plain certbot, and put it into certbot's tree.

    certbot itself cannot register a second account on one server, so it is made on
    directories of its own and copied: nothing tells of its kid, and no log is there.

    :param folder: for those directories; :func:`old_log` finds their log.
    """
    elsewhere = Certbot(folder, trust=certbot.trust).without_plugin()
    elsewhere.run("register", *plain_options(pair, server, folder))
    (made,) = elsewhere.accounts(server)
    target = certbot.accounts_dir(server) / made.id
    shutil.copytree(made.folder, target)
    for parent in target.parents:
        if parent == certbot.config_dir:
            break
        parent.chmod(0o700)
    return next(a for a in certbot.accounts(server) if a.id == made.id)


def old_log(certbot: Certbot, folder: Path, *, compressed: bool = False) -> Path:
    """Put the log of a :func:`plain_account` among certbot's, as old as logrotate leaves it.

    :param folder: the one that was given there.
    """
    certbot.logs_dir.mkdir(parents=True, exist_ok=True)
    log = (folder / "logs" / "letsencrypt.log").read_bytes()
    if compressed:
        path = certbot.logs_dir / "letsencrypt.log.12.gz"
        path.write_bytes(gzip.compress(log))
    else:
        path = certbot.logs_dir / "letsencrypt.log.7"
        path.write_bytes(log)
    path.chmod(0o600)
    return path


def plain_lineage(
    certbot: Certbot, *names: str, pair: EabPair, server: str, options: tuple[str, ...] = ()
) -> Lineage:
    """Have a certificate issued by plain certbot, on the very directories of a certbot.

    It takes the account that is there, and registers one with the pair if none is.

    :param options: further options; its standalone authenticator is used.
    """
    words = plain_options(pair, server, certbot.home / "plain")
    plain = certbot.without_plugin()
    for name in names:
        words += ("-d", name)
    plain.run("certonly", "--standalone", *options, *words)
    return plain.lineage(names[0])
