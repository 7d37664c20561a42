"""What a target's files hold: one module for each format, found by listing this folder.

A module that has ``FORMAT``, a class of :class:`~.interface.DeployFormat`, adds a format; its
name in the deploy file is the module's (`bundle`, `files`, `pkcs12`, and `ssh`, which has no
files: the certificate goes to another host). Nothing else has to know of it. The others serve
them: `interface` says what a format is, `registry` finds them, `pem` has what formats made of
certbot's own files share.
"""
