"""Lineages taken to another account, directory or CA: seen beforehand, one first, the rest paced.

*Going*: a lineage that the new account gets. *Staying*: one that is left as it is. *First*:
the one that is issued and tested before any other is touched. Composed of what the rooms below do:
registration, pins, orders that are never finalised, deployments; nothing is written twice. The
journal is :mod:`certbot_sectigo.accounts.move_journals`.
"""
