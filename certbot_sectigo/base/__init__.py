"""What every room stands on: errors, secrets, and changing files so that nothing is lost.

*Error*: what is wrong and the way on; the command line prints both in one place. *Secret*: text
that prints as ``***``. *Atomic*: a change that leaves the old state or the new one.
"""
