"""certbot's ACME accounts: what lies on disk, what is known of each, and what is done with them.

*Account*: a folder that certbot would load, or that tries to be one. *Server*: certbot's folder
for an ACME directory URL, ``HOST[:PORT]/PATH``; servers nest. *Kid*: the EAB key id that an
account was bound with; certbot does not store it, so a *note* lies beside the account. *Use*: a
sign that something here needs the account. *Archive*: where accounts out of service are. *Pin*:
the account that a lineage's renewal file names. *Leftover*: what a run that was cut off left and
nobody reads any more.

What lies on disk, below certbot's configuration directory::

    accounts/SERVER/ID/                 certbot's, found there by certbot
        meta.json regr.json private_key.json
        sectigo-eab.json                the note: kid, directory URL, how and when it was learned
    sectigo/                            ours, 0700; certbot looks at none of it
        pending/SERVER/ID/              a registration: the key before the CA hears of it
        staging/SERVER/NEW-ID/          an account on its way in: a key change, an import
        staging/SERVER/NEW-ID.json      the journal of a key change, until it is finished
        archive/SERVER/ID/              out of service; moved there, and back, by one rename
        archive/SERVER/ID.json          its manifest: when, why, kid, lineages, former name
        archive/SERVER/.purged-ID-X/    a removal that has begun, which the next run ends
        backup/KIND-TIME-X.json         the record of a pin or an adoption, to take it back
        backup/NAME.conf.TIME-X         what a renewal file was before

Modules import downwards only: find, refusals; change; known; judge; leftovers, archive,
records; store, tree, files, request, keys; model.
"""
