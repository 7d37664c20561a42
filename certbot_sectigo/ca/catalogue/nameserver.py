"""What name servers answer to dynamic updates, by which clients publish challenges (RFC 2136)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="dns-update-refused",
        title="The name server did not take the client's dynamic update",
        meaning="The client wanted to write the TXT record by a dynamic update (RFC 2136) and the "
        "zone's name server refused. The CA was not asked yet.",
        causes=("The server's policy, the key, or the zone that is named does not fit.",),
        steps=(
            "Try the same by nsupdate with the same key, from the same machine; the name server's "
            "own log says why it refuses.",
        ),
        cases=(
            Case(
                r"bad_?time|badtrunc|clock",
                "The update was signed at another time than the name server's: the clocks differ.",
                ("The clock here, or the name server's, is wrong by more than some minutes.",),
                ("Set both clocks by a time service: `date -u`",),
                title="The name server's clock and the one here differ",
            ),
            Case(
                r"notauth|bad_?key|bad_?sig|bad (?:signature|key|auth)|tsig|peerbad",
                "The name server does not accept the key (TSIG) that the update was signed with, "
                "or is not in charge of the zone that was named (NOTAUTH).",
                (
                    "Name, secret or algorithm of the key differ between client and server; the "
                    "name counts as well, letter by letter.",
                    "The update went to a secondary, or to a zone that this server does not have.",
                ),
                (
                    "Write name, secret and algorithm as the server has them, and allow that key "
                    "for the zone (BIND: update-policy or allow-update inside the zone).",
                    "Send the update to the primary server; test it by nsupdate -k.",
                ),
                title="The name server does not accept the key of the update (TSIG)",
            ),
            Case(
                r"notimp|not implemented",
                "This name server does no dynamic updates at all (NOTIMP).",
                ("NSD and some others serve zones only from files.",),
                (
                    "Send updates to a server that takes them (BIND, Knot, PowerDNS, acme-dns), "
                    "and have _acme-challenge of the name delegated or a CNAME to a zone there.",
                ),
                title="The name server does no dynamic updates",
            ),
            Case(
                r"servfail",
                "The name server accepted the request and failed at it (SERVFAIL).",
                (
                    "It may not write the zone's file or journal (owner, SELinux, AppArmor, "
                    "read-only), or the journal does not fit the file any more.",
                    "The zone is not loaded, or is signed in a way that forbids updates.",
                ),
                (
                    "Look in the name server's log: it names the file. Give its folder to the "
                    "server's user, or bring zone and journal together (rndc sync -clean).",
                ),
                title="The name server failed at the update",
            ),
            Case(
                r"soa query",
                "The client's nsupdate asked the name server whose zone the record belongs to, "
                "and got no usable answer; so it sent no update.",
                (
                    "The server that was named does not have the zone, or refuses questions "
                    "from this address.",
                    "The name is below no zone that the server knows (misspelt, split DNS).",
                ),
                (
                    "Ask that server itself (dig SOA, with @ and its address) for the zone.",
                    "Name the zone's primary server, and the zone, in the client's settings.",
                ),
                title="The name server that gets the updates does not know the zone",
            ),
            Case(
                r"notzone|nxrrset|yxrrset|formerr",
                "The record does not belong to the zone that the update names.",
                ("The client took the wrong zone, one level too high or too low.",),
                ("Give the client the zone's name, where it can be told.",),
                title="The update is for another zone than the record's",
            ),
            Case(
                r"refused",
                "The name server forbids this update (REFUSED).",
                (
                    "Updates are not allowed for this zone, this key or this address.",
                    "The update went to a resolver or a secondary.",
                ),
                (
                    "Allow the key for exactly the TXT records of _acme-challenge (BIND: "
                    "update-policy), at the primary server.",
                ),
                title="The name server forbids the update",
            ),
        ),
        phrases=(
            "!configured target dns server * not valid",
            "!received response from server * notauth|notimp|refused|servfail|formerr|notzone",
            "!received response from server notauth|notimp|refused|servfail|formerr|notzone",
            "!dns update failed|error|refused",
            "!tsig error|verify|failure|failed|badkey|badsig|badtime|badtrunc",
            "dns bad signature|key|time|authentication",
            "response soa query unsuccessful",
            "peer_bad_key|peer_bad_signature|peer_bad_time|peer_bad_truncation",
            "nsupdate|update failed * refused|notauth|servfail|notzone|notimp|badkey|badsig",
        ),
        sources=("RFC 2136", "RFC 8945", "certbot#5663", "cert-manager#2461"),
        hides=("dns-plugin-error", "dns-problem", "dns01-propagation-check",
               "signature-refused", "clock-wrong", "caa-lookup-failed"),
        step="challenge",
    ),
)  # fmt: skip
