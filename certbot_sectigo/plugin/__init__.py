"""certbot's plugin ``sectigo-eab``, authenticator and installer in one.

*Run*: one start of certbot that names this plugin. *Consent*: what a new account needs from
the person at the terminal, an e-mail address and the terms. *Rehearsal*: the embedded sandbox
that answers certbot's dry run. *Refusal*: what the CA said to certbot's own requests, heard
from the log records of the acme library.

Importing this room must stay cheap and cannot fail: certbot imports every plugin at every
start. Whatever is heavy is imported where it is used.
"""

from certbot_sectigo.plugin.configurator import Configurator

__all__ = ["Configurator"]
