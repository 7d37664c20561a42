"""One page on accounts, certificates and dates of one host or of many.

*Told*: a host as the documents say it that commands of ours printed there; the machine that the
page is made on tells in the same form. *Page*: what is shown, worked out without I/O. The template
only puts it down; whatever hosts, CAs and portals said is escaped there, all in one place.
"""
