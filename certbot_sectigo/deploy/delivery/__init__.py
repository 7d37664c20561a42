"""Hand a certificate to another host by ssh: the certificate machine's side.

*Certificate machine*: the host that has the account and orders. *Served host*: one that gets its
certificates from there, and decides itself what it takes (:mod:`certbot_sectigo.deploy.receiving`).
*Offer*: the one document that goes there, on the standard input of what the served host has
ssh start. *Answer*: the one JSON object that comes back. *Destination*: user, host and the way
to them, as the system's ``ssh`` takes them.
"""
