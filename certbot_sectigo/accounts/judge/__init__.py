"""Pure: what follows from what is known of accounts.

*Facts*: an account with all that is known about it. *Entry*: facts with a *verdict*, such as
duplicate or idle, and the way on. *Choice*: which of several accounts serves; there is one rank
of accounts, and whoever shows or takes one goes by it. *Needs*: what stands against ending one.
"""
