"""What a target's files hold: one module for each format, found by listing this folder.

A module that has ``FORMAT``, a class of :class:`~.interface.DeployFormat`, adds a format; its
name in the deploy file is the module's. Nothing else has to know of it.
"""
