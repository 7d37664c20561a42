"""certbot's logs: which files there are, their grammar, and what is found in them.

*Record*: one entry of a log. *Exchange*: a request to the CA with its answer. *Binding*: an EAB
key id with the account key that was bound with it. *Issuance*: an order that was finalised.
"""
