"""certbot on this machine: its directories, locks, lineages, logs and schedules, its versions.

*Directories*: certbot's configuration, work and logs directory, and our own folder in the first.
*Lineage*: a certificate's name with ``renewal/<name>.conf``. *Start*: what a cron table or
systemd unit runs. :mod:`~certbot_sectigo.machine.certbot_versions` is the only module that
knows where versions of certbot differ.
"""
