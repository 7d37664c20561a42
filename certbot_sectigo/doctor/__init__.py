"""The doctor: looks at a machine and tells what is wrong with it, before a certificate expires.

One module for each family of checks (accounts, secrets, reach, renewal, traps), pure over
frozen inputs; the readers beside them (exposure, leaks, schedule, settings) do the I/O, and
:mod:`certbot_sectigo.doctor.examination` brings both together. docs/doctor.md lists every
finding.
"""
