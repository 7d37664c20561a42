"""An embedded look-alike of Sectigo's ACME service, on loopback, with throw-away certificates.

For a test or a rehearsal::

    from certbot_sectigo.sandbox import Config, Pair, running

    config = Config(pairs=(Pair(organisation="Example", domains=("a.example",)),))
    with running(config) as sandbox:
        print(sandbox.directory_url("OV"), config.pairs[0].kid)

It is laid out by the resources of RFC 8555, one module each. What it imitates
carries the mark of its source, explained in :mod:`~certbot_sectigo.sandbox.protocol.problems`.
"""

from certbot_sectigo.sandbox.config import Config, ConfigError
from certbot_sectigo.sandbox.loading import load_config
from certbot_sectigo.sandbox.model import Certificate
from certbot_sectigo.sandbox.parties import Admin, Organisation, Pair
from certbot_sectigo.sandbox.protocol.faults import Fault
from certbot_sectigo.sandbox.protocol.journal import Record
from certbot_sectigo.sandbox.running import RunningSandbox, running
from certbot_sectigo.sandbox.server.control import AccountView, OrderView, PairView

__all__ = [
    "AccountView",
    "Admin",
    "Certificate",
    "Config",
    "ConfigError",
    "Fault",
    "OrderView",
    "Organisation",
    "Pair",
    "PairView",
    "Record",
    "RunningSandbox",
    "load_config",
    "running",
]
