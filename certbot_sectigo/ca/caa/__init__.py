"""CAA records: which CA may issue for a name, and for which of its accounts.

``records`` reads and writes them and ``policy`` says what follows from them (RFC 8659, RFC 8657),
both pure; ``lookup`` asks the DNS. A *grant* is an ``issue`` or ``issuewild`` record that lets a
CA issue; it is *pinned* where it names an account.
"""
