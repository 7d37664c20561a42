"""Starting and stopping a sandbox."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import ssl
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.authority.ca import Authority
from certbot_sectigo.sandbox.authority.nonces import Nonces
from certbot_sectigo.sandbox.authority.validation import Validator
from certbot_sectigo.sandbox.config import Config
from certbot_sectigo.sandbox.parties import Admin, Pair
from certbot_sectigo.sandbox.protocol.exchange import Context
from certbot_sectigo.sandbox.protocol.faults import Faults
from certbot_sectigo.sandbox.protocol.journal import RequestJournal
from certbot_sectigo.sandbox.protocol.urls import Urls
from certbot_sectigo.sandbox.scm.desk import enter
from certbot_sectigo.sandbox.server.control import Control
from certbot_sectigo.sandbox.server.front import Front
from certbot_sectigo.sandbox.server.management import Management
from certbot_sectigo.sandbox.server.service import Service
from certbot_sectigo.sandbox.store import Store

_DAY = 86400.0


class RunningSandbox(Control):
    """A sandbox that serves, until the block of :func:`running` ends."""

    def __init__(
        self,
        context: Context,
        faults: Faults,
        journal: RequestJournal,
        port: int,
        state: Path | None,
    ) -> None:
        super().__init__(context, faults, journal)
        self.port = port
        """The port it listens on."""
        self._folder = state
        self._cleanup = contextlib.ExitStack()

    @functools.cached_property
    def ca_bundle(self) -> Path:
        """File with the throw-away root, PEM: signs the certificates, and https itself.

        Written when it is asked for, so that a sandbox in memory which nobody
        asks leaves nothing on disk, even if its process is killed.
        """
        folder = self._folder
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="sectigo-sandbox-"))
            self._cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        path = folder / "root.pem"
        path.write_text(self._context.authority.root_pem)
        return path

    def client_certificate(self, login: str, path: Path) -> Path:
        """Write key and certificate with which an administrator logs in to SCM by TLS.

        :param path: the file, PEM, mode 0600.
        """
        text = self._context.authority.client_pem(login)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        return path


@contextlib.contextmanager
def running(
    config: Config | None = None,
    *,
    port: int = 0,
    tls: bool = False,
    host: str = "127.0.0.1",
    state: Path | None = None,
    log: Path | None = None,
) -> Iterator[RunningSandbox]:
    """Run a sandbox in daemon threads of this process, for the length of a ``with`` block.

    Other processes reach it as they would any CA.

    :param config: what it is like; None for :meth:`Config.default`, whose pairs
        ``state`` keeps.
    :param port: where it listens; 0 takes a free port.
    :param tls: serve https with a certificate of :attr:`RunningSandbox.ca_bundle`.
    :param host: an address of the loopback interface; any other is refused.
    :param state: directory of the database, for a state that survives; None for memory.
    :param log: file to append one JSON line per request to.
    :raises certbot_sectigo.base.errors.Error: if it cannot start, and why.
    """
    with contextlib.ExitStack() as stack:
        store = Store(state)
        stack.callback(store.close)
        config = config or _remembered(store)
        authority = Authority(store, config.profile)
        contexts = (_tls(authority), _tls(authority, expired=True)) if tls else None
        front = Front(host, port, contexts)
        stack.callback(front.server_close)
        name = f"[{host}]" if ":" in host else host
        base = f"{'https' if tls else 'http'}://{name}:{front.server_address[1]}"
        validator = Validator()
        context = Context(
            config=config,
            store=store,
            urls=Urls(base, config.profile, config.all_directories),
            nonces=Nonces(),
            authority=authority,
            validator=validator,
        )
        _prepare(context)
        journal = RequestJournal(log)
        stack.callback(journal.close)
        faults = Faults()
        sandbox = RunningSandbox(context, faults, journal, int(front.server_address[1]), state)
        stack.enter_context(sandbox._cleanup)
        front.service = Service(context, faults, journal, Management(sandbox))
        validator.start(context)
        stack.callback(validator.stop)
        thread = threading.Thread(
            target=front.serve_forever, args=(0.05,), name="sandbox", daemon=True
        )
        thread.start()
        stack.callback(thread.join)
        stack.callback(front.close)
        stack.callback(context.stopping.set)
        yield sandbox


def _remembered(store: Store) -> Config:
    """Return the default configuration, with the pairs and logins a store remembers."""
    text = store.setting("default")
    if text is None:
        config = Config.default()
        tables = {
            "pairs": [{**asdict(p), "hmac_key": p.hmac_key.reveal()} for p in config.pairs],
            "admins": [{**asdict(a), "password": a.password.reveal()} for a in config.admins],
        }
        store.keep_setting("default", json.dumps(tables))
        return config
    tables = json.loads(text)
    pairs = tuple(Pair(**_values(table, "hmac_key")) for table in tables["pairs"])
    admins = tuple(Admin(**_values(table, "password")) for table in tables["admins"])
    return Config.default(pairs=pairs, admins=admins)


def _values(table: dict[str, Any], secret: str) -> dict[str, Any]:
    # JSON has lists where the dataclasses have tuples.
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    return {**values, secret: Secret(table[secret])}


def _prepare(context: Context) -> None:
    """Enter the configuration's pairs and validations, except those already known."""
    with context.store.transaction():
        enter(context)
        for pair in context.config.pairs:
            if context.store.get(model.PairState, pair.kid) is None:
                context.store.put(model.PairState(pair.kid, "pending", 0))
            for domain in pair.validated_domains:
                ident = f"{pair.kid} {domain}"
                if context.store.get(model.Validation, ident) is None:
                    at = context.now() - pair.validation_age * _DAY
                    context.store.put(model.Validation(ident, at))


def _tls(authority: Authority, *, expired: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # OpenSSL reads certificates and keys from files only.
    handle, name = tempfile.mkstemp(prefix="sectigo-sandbox-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(authority.server_pem(expired=expired))
        context.load_cert_chain(name)
        # Who logs in to SCM by certificate shows one that the throw-away CA has signed.
        context.load_verify_locations(cadata=authority.root_pem)
        context.verify_mode = ssl.CERT_OPTIONAL
    finally:
        Path(name).unlink()
    return context
