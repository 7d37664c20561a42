"""Take a certificate that another host hands over by ssh: the served host's side.

*Place*: where this host says what it takes (``receive.toml``, a deploy file), and where it
remembers; no certbot has to be here. *Asked for*: what a target of that file has among its
``domains``, those names and no other. *Label*: what stands for a set of names where local
deployments have a lineage; it is made here, and nothing of it comes from the sender. *Newest*:
the latest beginning of a certificate that was fit to be deployed, so that nothing older follows.

On disk, 0700::

    /etc/certbot-sectigo/receive.toml     what is asked for
    /var/lib/certbot-sectigo/
        deploy/                           as in certbot's tree, see certbot_sectigo.deploy
        received/
            <label>.json                  the newest certificate of these names

Whoever may log in to send can change none of that, and is asked for no path, command or name of
a file: see :mod:`certbot_sectigo.deploy.delivery.document`.
"""
