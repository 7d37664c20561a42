"""What the CA met at a name, where its words tell: ports, redirects, other answers (HTTP-01)."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case

ADDRESSES = (
    "See whether both addresses are this machine's: `dig +short A {name} ; dig +short AAAA {name}`"
)
ALPN = "tls-alpn-01"
AT_443 = Case(
    challenge=ALPN,
    title="The CA got no connection to this machine's port 443 (TLS-ALPN-01)",
    meaning="For TLS-ALPN-01 the CA connects to {name} on port 443, and only there; nobody "
    "accepted that, or answered.",
    causes=(
        "A firewall or the provider's security group keeps port 443 closed from outside, or the "
        "router leads it elsewhere.",
        "The client does not listen there while the CA asks, or on IPv4 or IPv6 only.",
        "The name's address (A, AAAA) is another machine.",
    ),
    steps=(ADDRESSES, "Open port 443 from outside to the client; or use HTTP-01 or DNS-01."),
)
REDIRECTED = (
    AT_443,
    Case(
        beside=r"webserver started by certbot on port (?!80\b)\d|--http-01-port[= ](?!80\b)\d"
        r"|--httpport (?!80\b)\d",
        meaning="The client answers on another port than 80 here, and the CA asks port 80 and only "
        "that, whatever the client is told: nothing led from there to the client.",
        causes=(
            "Port 80 of the name's address is not forwarded to the client's port (router, "
            "container, reverse proxy).",
            "The name's address is another machine.",
        ),
        steps=(
            "Forward port 80 from outside to the port that the client listens on, or let it "
            "listen on 80 itself.",
            ADDRESSES,
        ),
    ),
    Case(
        beside=r"secondary validation",
        meaning="The CA asks from several places of the world. From the first one it got its "
        "answer, from others not: the challenge itself is in order, and who may ask is what is "
        "limited.",
        causes=(
            "A firewall, a content network or the provider lets only some countries or networks "
            "in, or takes the second question for an attack.",
            "Name servers or addresses that differ by region, one of which does not answer.",
        ),
        steps=(
            "Let port 80 be reached from everywhere, at least for /.well-known/acme-challenge/ "
            "(CAs do not publish from where they ask); or use DNS-01.",
            ADDRESSES,
        ),
        title="Not all of the places from which the CA asks got an answer",
    ),
    Case(
        r"https://[^\s\"']*acme-challenge|:443\b",
        "The CA asked http://{name}/ on port 80, was redirected to https, and got no connection "
        "there: port 443 is what cannot be reached from outside.",
        (
            "Port 80 redirects everything to https, and a firewall keeps 443 closed, or nothing "
            "listens there.",
            "The redirect leads to another machine, or to an IPv6 address (AAAA) nobody answers "
            "at.",
        ),
        (
            "From outside: `curl -vL http://{name}/.well-known/acme-challenge/x`",
            "Leave /.well-known/acme-challenge/ out of the redirect, or open port 443.",
            ADDRESSES,
        ),
    ),
    Case(
        r"\b[23][0-9a-f]{3}:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{0,4}",
        "The CA used the name's IPv6 address (AAAA record), and nobody answered there.",
        (
            "The AAAA record leads to another machine, or nothing listens on IPv6 here.",
            "A firewall is closed for IPv6 only.",
        ),
        (ADDRESSES, "Mend IPv6 on port 80, or take the AAAA record away."),
    ),
)
OUTSIDE = "See it from outside: `curl -vL http://{name}/.well-known/acme-challenge/x`"
OTHER_ANSWERS = (
    Case(
        r"acme-challenge/[^\s\"']*:? \"?52[56]\b|\b52[56]\b[^\n]{0,20}(?:ssl|origin)",
        "525 and 526 are Cloudflare's: the CA reached Cloudflare, and Cloudflare got no TLS with "
        "the web server behind it, whose certificate is missing, expired or another name's.",
        ("Cloudflare asks the web server by https (Full, strict), also for the challenge.",),
        (
            "Let Cloudflare ask by http until the first certificate is there (SSL/TLS mode), or "
            "give the web server Cloudflare's origin certificate.",
            "Or set the record to 'DNS only' for the validation, or use DNS-01.",
        ),
        title="Cloudflare gets no TLS with the web server behind it",
    ),
    Case(
        r"acme-challenge/[^\s\"']*:? \"?5(?:2[0-47]|30)\b|\b52[0-4]\b[^\n]{0,20}origin",
        "A status from 520 to 530 is Cloudflare's: the CA reached Cloudflare, and Cloudflare got "
        "no answer from the web server behind it (521 refused, 522 and 524 too late, 523 no way "
        "to it).",
        (
            "Port 80 of the web server is closed for Cloudflare: a firewall, no forwarding in the "
            "router, or nothing listens.",
            "The record at Cloudflare has another address than the web server has by now.",
        ),
        (
            "Open port 80 of the web server to Cloudflare, and see that the address in the record "
            "is its own.",
            "Or set the record to 'DNS only' for the validation, or use DNS-01.",
        ),
        title="Cloudflare cannot reach the web server behind it",
    ),
    Case(
        r"acme-challenge/[^\s\"']*:? \"?401\b|\b401 (?:unauthorized|authorization)",
        "Something answered at http://{name}/ and wants a log-in (401) for what the CA asks for.",
        ("The site, or a proxy before it, is protected by a password.",),
        ("Take /.well-known/acme-challenge/ out of the protection.", OUTSIDE),
    ),
    Case(
        r"acme-challenge/[^\s\"']*:? \"?500\b|\b500 internal server",
        "The web server was reached and failed itself (500) when the CA asked for the file.",
        ("The application, or a rule of the web server for that path, is broken.",),
        (
            "Look in the web server's error log at the same second: it says what failed.",
            "Have /.well-known/acme-challenge/ served as files, before the application.",
        ),
    ),
    Case(
        r"acme-challenge/[^\s\"']*:? \"?30[0-8]\b",
        "The web server answered with a redirect (3xx) that the CA does not follow: to another "
        "port than 80 and 443, to an address, or to nothing.",
        ("A rule redirects every path, the challenge's too.",),
        ("Leave /.well-known/acme-challenge/ out of the redirect.", OUTSIDE),
    ),
    Case(
        beside=r"acme-challenge/\S{0,200} [^\n]{0,400} 500 19 \d{1,10}\b|\b500\.19\b",
        title="IIS answers the CA's question with 500.19: a web.config does not hold",
        meaning="The web server's log shows that the CA's question arrived, and that IIS could not "
        "read its configuration for that path (500.19). The file is there; DNS and firewall are "
        "in order.",
        causes=(
            "The web.config in the challenge's folder, or one above, sets what is locked or set "
            "twice (mimeMap, handlers, sections locked at the server).",
        ),
        steps=(
            "Open http://localhost/.well-known/acme-challenge/x on the server itself: IIS shows "
            "there which line of which web.config it is.",
            "Take that line out, unlock the section, or let the client write no web.config; else "
            "have the client answer by itself (self-hosting).",
        ),
    ),
    Case(
        beside=r"acme-challenge/\S{0,200} [^\n]{0,400} 40[14] (?:[1-9]\d?) \d{1,10}\b"
        r"|acme-challenge/\S{0,200} [^\n]{0,400} 403 \d{1,3} \d{1,10}\b",
        meaning="The web server's log shows that the CA's question arrived, and the second number "
        "behind the status says which rule of IIS answered instead of the file.",
        causes=(
            "404 with 3: no MIME type for files without an extension; 404 with 5 to 11: request "
            "filtering; 401 and 403 with any: a log-in, or rights of the folder.",
        ),
        steps=("Allow that path in IIS, or have the client answer by itself (self-hosting).",),
    ),
    Case(
        beside=r"acme-challenge/[^\"\n]{0,200} HTTP/[\d.]{1,3}\" 403 ",
        meaning="The web server's log shows that the CA's question arrived, and that the web "
        "server itself refused it (403). The name and port 80 are in order.",
        causes=(
            "The web server's user may not read the file or a folder above it.",
            "A rule (deny, hidden folders such as /.well-known, SELinux) keeps the path closed.",
        ),
        steps=(
            "Look at the web server's error log at the same second: it says why.",
            "Allow /.well-known/acme-challenge/ in the site, and give the folder to its user.",
        ),
    ),
    Case(
        r"token not found|retrieve the acme challenge|no information found",
        "The question for the challenge reached a client that does not know this token.",
        (
            "Several instances run behind one address and share no storage: another one made the "
            "order.",
            "The order was made by another client, or by this one before it was started again.",
            "A stranger or an old order asked; then a validation that failed at the same time "
            "stands beside it.",
        ),
        (
            "Let one instance make the orders and answer, or give all of them the same storage.",
            ADDRESSES,
        ),
    ),
    Case(
        r"invalid response from\s+https?://(?![^\s\"']*acme-challenge)",
        "The CA asked for the challenge's file and was redirected to another page, the one whose "
        "URL it names: an application's start or login page, or a provider's.",
        (
            "A rule of the web server or application redirects every path it does not know.",
            "Two servers or applications answer for this name, and another one has port 80.",
        ),
        (
            "Leave /.well-known/acme-challenge/ out of that redirect, and have it served from the "
            "client's web root.",
            OUTSIDE,
        ),
    ),
    Case(
        r"/aes\.js|slowaes|toNumbers|__cf_chl|cdn-cgi/challenge|just a moment|checking your browser"
        r"|enable javascript|sucuri_cloudproxy|ddos-guard|testcookie",
        "The CA asked for the challenge's file and got a page with JavaScript: a check, before the "
        "web site, of whether a browser asks. A CA is none and cannot pass it.",
        (
            "The provider of the web space (free hosting, most often) or a protection against bots "
            "shows this page to whoever comes first.",
        ),
        (
            "Turn the check off for /.well-known/acme-challenge/, where the provider lets you.",
            "Or use DNS-01, which asks no web server; or the certificate that the provider itself "
            "offers.",
        ),
        title="A check for browsers stands before the challenge's file",
    ),
    Case(
        r"403 forbidden|acme-challenge/[^\s\"']*:? \"?403\b",
        "Something answered at http://{name}/ and forbids (403) what the CA asks for: it was "
        "reached, and does not hand the file out.",
        (
            "The web server's user may not read the file or a folder above it (umask, owner, mode, "
            "SELinux).",
            "A rule forbids hidden folders (names with a dot), countries or unknown clients, or a "
            "content network or firewall before the server does.",
        ),
        (
            "Look in the web server's error log: it says which of the two it is. Then mend the "
            "rights of the web root, or let /.well-known/acme-challenge/ through.",
            OUTSIDE,
        ),
    ),
    Case(
        r"\b50[234] (?:bad gateway|service|gateway)|acme-challenge/[^\s\"']*:? \"?50\d\b",
        "A proxy answered at http://{name}/ with an error (5xx): nobody answered behind it.",
        (
            "The proxy passes /.well-known/acme-challenge/ to a service that does not run, in "
            "place of the client.",
        ),
        (
            "Have the proxy pass that path to the client, at the port that it listens on.",
            OUTSIDE,
        ),
    ),
    Case(
        r"invalid response from\s+https://",
        "The CA asked http://{name}/, was redirected to https, and the answer there was not the "
        "file of this order.",
        (
            "The virtual host or router of https serves another folder, or passes everything to "
            "the application.",
            "The redirect comes before the rule for /.well-known/acme-challenge/.",
        ),
        (
            "Answer that path on port 80 before any redirect, or serve the same web root by https.",
            OUTSIDE,
        ),
    ),
)
