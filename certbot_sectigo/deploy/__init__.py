"""The installer: bring a certificate to the services, test, reload, and take it back.

*Deploy file*: says where certificates go. *Target*: one place in it, with the service's own
test and reload. *Format*: what a target's files hold. *Material*: what a lineage offers, read
once. *Plan*: which files have to become what. *Checkpoint*: the files that a deployment
replaced, to bring them back. *Owed*: a deployment that failed, or was cut off, and is done
again by the next ``certbot renew``. *Way*: the folders from ``/`` to a target's file.

Other hosts: ``delivery/`` sends to them, and ``receiving/`` is such a host's own side.

On disk, 0700::

    <config_dir>/sectigo/deploy/
        lock                        held by the deployment that is going on (flock)
        lineages/
            www.example.org.json    certificate seen last, and what is owed of it
        checkpoints/
            00000007/               finished: what `certbot rollback` takes back
                manifest.json       targets, paths, owners, modes, services
                old-0, old-1 ...    the files that were there, old private keys among them
            open-00000008/          a deployment that is going on, or was cut off
            new-00000009/           being written; swept away after a kill
            gone-00000006/          being removed; likewise
"""
