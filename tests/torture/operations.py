"""What is tortured: each operation with its starting point and the words that start it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from tests.deploy.lineages import issue
from tests.deploy.receiving.hosts import offer
from tests.portal.conftest import scm_ini
from tests.torture.forker import NONE, Fault
from tests.torture.shim import read_trace
from tests.torture.world import World

Words = list[str]


@dataclass(frozen=True)
class Operation:
    """Something an administrator does."""

    name: str
    build: Callable[[World], Words]
    """Lays out the starting point; returns the command."""
    claim: str = ""
    """What it says where all is done, if its exit code does not tell; a pattern."""
    stdin: str = ""
    """What it reads there; the name of a file that the administrator gives."""

    @property
    def certbots(self) -> bool:
        """Certbot itself runs, whose own files are its own concern."""
        return self.name in ("certonly", "renew", "move")


def _tool(*words: object) -> Words:
    return ["certbot-sectigo", *map(str, words)]


def _register_words(world: World, pair: str) -> Words:
    return _tool(
        *("accounts", "register", "--credentials", world.credentials[pair]),
        *("--key-type", "ecdsa", "--agree-tos", "--yes"),
    )


def _account(world: World, pair: str) -> str:
    """Register an account with a pair, called by the pair's name."""
    world.must(*_register_words(world, pair))
    return world.name(pair)


def _certificate(world: World, pair: str, name: str) -> None:
    world.must(*_certonly_words(world, pair, name))


def _certonly_words(world: World, pair: str, name: str) -> Words:
    return [
        *("certbot", "certonly", "--agree-tos", "--authenticator", "sectigo-eab"),
        *("--sectigo-eab-credentials", str(world.credentials[pair]), "-d", name),
    ]


def register(world: World) -> Words:
    """A new account, nothing here before."""
    return _register_words(world, "a")


def _cut_off(world: World, words: Words, done: Callable[[], bool]) -> None:
    """Kill a run as early as possible after something was done at the CA."""
    world.keep()
    world.run(words, NONE, warm=True)
    assert done()
    low, high = 0, len(read_trace(world.forker.trace))
    while low < high:
        middle = (low + high) // 2
        world.reset()
        world.run(words, Fault(middle, "KILL-BEFORE"))
        low, high = (low, middle) if done() else (middle + 1, high)
    world.reset()
    assert world.run(words, Fault(low, "KILL-BEFORE")).killed
    assert done()


def register_resumed(world: World) -> Words:
    """The CA has bound the pair, and the answer was never written down."""
    words = _register_words(world, "a")
    _cut_off(world, words, lambda: bool(world.bound()))
    return words


def rollover(world: World) -> Words:
    """A new key for an account with a lineage."""
    _account(world, "a")
    _certificate(world, "a", "www.a.example")
    return _tool("accounts", "rollover", world.id_of("a"), "--yes")


def rollover_resumed(world: World) -> Words:
    """The CA has taken the new key, and nothing here knows."""
    words = rollover(world)
    before = world.bound()
    _cut_off(world, words, lambda: world.bound() != before)
    return words


def pin(world: World) -> Words:
    """Two lineages go from one account to another."""
    _account(world, "a")
    _certificate(world, "a", "www.shared.example")
    _certificate(world, "a", "mail.shared.example")
    _account(world, "b")
    return _tool("accounts", "pin", world.id_of("b"), "--all-of", world.id_of("a"), "--yes")


def move(world: World) -> Words:
    """Two lineages go to another account; it was begun, and killed once its journal was there."""
    for name in ("www.shared.example", "mail.shared.example"):
        _certificate(world, "a", name)
    world.name("a")
    _account(world, "b")
    words = ("--agree-tos", "--yes")
    begin = ("--to", world.credentials["b"], "--all-of", world.id_of("a"))
    journals = world.config / "sectigo" / "moves"
    _cut_off(world, _tool("move", *begin, *words), lambda: any(journals.glob("*.json")))
    return _tool("move", "--continue", *words)


def clean(world: World) -> Words:
    """One account is in use, the other goes."""
    _account(world, "a")
    _certificate(world, "a", "www.a.example")
    _account(world, "b")
    return _tool("accounts", "clean", "--idle", "--yes")


def restore(world: World) -> Words:
    """The archived account comes back."""
    world.must(*clean(world))
    return _tool("accounts", "restore", world.id_of("b"), "--yes")


def purge(world: World) -> Words:
    """The archived account goes for good."""
    world.must(*clean(world))
    return _tool("accounts", "purge", world.id_of("b"), "--force", "--yes")


def _plain(world: World) -> None:
    """A lineage of plain certbot, whose log shows the pair."""
    pair = world.sandbox.config.pairs[0]
    world.must(
        *("certbot", "certonly", "--standalone", "--agree-tos", "--server", world.server),
        *("--email", "admin@example.org", "--no-eff-email", "-d", "www.a.example"),
        *(f"--eab-kid={pair.kid}", f"--eab-hmac-key={pair.hmac_key.reveal()}"),
    )
    world.name("a")


def adopt(world: World) -> Words:
    """A lineage of plain certbot becomes ours."""
    _plain(world)
    return _tool("adopt", "--all", "--no-dry-run", "--yes")


def import_key(world: World) -> Words:
    """An account that was exported elsewhere."""
    ident = _account(world, "a")
    key = world.given / "account.pem"
    world.must(*_tool("accounts", "export", ident, "--output", key, "--yes"))
    shutil.rmtree(world.config)
    world.config.mkdir()
    world.labels.clear()
    return _tool("accounts", "import", key, "--yes")


def export(world: World) -> Words:
    """An account's key goes into a file."""
    ident = _account(world, "a")
    return _tool("accounts", "export", ident, "--output", world.places / "account.pem", "--yes")


_DEPLOY_FILE = """
[[target]]
name = "bundle"
cert_name = "www.a.example"
format = "bundle"
path = "{places}/www.pem"
test = ["/bin/true"]
reload = ["/bin/true"]
allow_sandbox = true

[[target]]
name = "files"
cert_name = "www.a.example"
format = "files"
fullchain = "{places}/www.crt"
privkey = "{places}/www.key"
mode = "0400"
allow_sandbox = true
test = ["/bin/true"]
"""


def deploy(world: World) -> Words:
    """A renewed certificate goes to its services."""
    _account(world, "a")
    _certificate(world, "a", "www.a.example")
    file = world.config / "sectigo-deploy.toml"
    file.touch(mode=0o600)
    file.write_text(_DEPLOY_FILE.format(places=world.places))
    world.must(*_tool("deploy"))
    world.must("certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew")
    return _tool("deploy")


_RECEIVE_FILE = """
[[target]]
name = "files"
domains = ["www.example.org"]
format = "files"
fullchain = "{places}/www.crt"
privkey = "{places}/www.key"
mode = "0400"
test = ["/bin/true"]
reload = ["/bin/true"]
"""


def receive(world: World) -> Words:
    """A certificate machine sends a renewed certificate."""
    file = world.config / "receive.toml"
    file.write_text(_RECEIVE_FILE.format(places=world.places))
    words = _tool("receive", f"--deploy-file={file}", f"--state-dir={world.config / 'sectigo'}")
    given = world.given / "offer"
    given.touch(mode=0o600)
    for _ in range(2):
        given.write_bytes(offer(issue("www.example.org")))
        if not any(world.places.iterdir()):
            world.must(*words, stdin=given.name)
    return words


def _portal(world: World) -> Words:
    """Let the administrator log in to SCM; return how an account there is made."""
    world.config.chmod(0o700)
    scm_ini(world.sandbox, world.config)
    return _tool(
        *("scm", "ensure", "web1.c.example", "--organisation", "Department C"),
        *("--server", world.server, "-d", "c.example", "-d", "www.c.example", "--yes"),
    )


def scm_ensure(world: World) -> Words:
    """A new account in SCM."""
    return _portal(world)


def scm_pair(world: World) -> Words:
    """The pair of a new account goes into a file that has another's."""
    world.must(*_portal(world))
    file = world.places / "web1.ini"
    file.touch(mode=0o600)
    file.write_bytes(world.credentials["a"].read_bytes())
    return _tool("scm", "pair", "web1.c.example", "--output", file, "--for", "www.c.example")


def doctor(world: World) -> Words:
    """Open modes, a kid that only a log tells, an HMAC key in a log."""
    _plain(world)
    for path in (*world.config.rglob("private_key.json"), *world.config.rglob("privkey1.pem")):
        path.chmod(0o644)
    return _tool("doctor", "--fix", "--yes")


def certonly(world: World) -> Words:
    """Certbot with the plugin: registers and issues."""
    return _certonly_words(world, "a", "www.a.example")


def renew(world: World) -> Words:
    """Certbot renews with the plugin, in use beside another account."""
    _certificate(world, "a", "www.a.example")
    world.name("a")
    _account(world, "b")
    return ["certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew"]


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("register", register),
        Operation("register resumed", register_resumed),
        Operation("rollover", rollover),
        Operation("rollover resumed", rollover_resumed),
        Operation("pin", pin),
        Operation("move", move),
        Operation("clean", clean),
        Operation("restore", restore),
        Operation("purge", purge),
        Operation("adopt", adopt),
        Operation("import", import_key),
        Operation("export", export),
        Operation("deploy", deploy),
        Operation("receive", receive, stdin="offer"),
        Operation("scm ensure", scm_ensure),
        Operation("scm pair", scm_pair),
        Operation("doctor --fix", doctor, r"nothing to mend|Done: (\d+) of \1\."),
        Operation("certonly", certonly),
        # A certbot that cannot list renewal files says that there are none, and exits with 0.
        Operation("renew", renew, "all renewals succeeded"),
    )
}
