"""What every room stands on: errors, secrets, reading, and changing files so that nothing is lost.

*Error*: what is wrong and the way on; the command line prints both in one place. *Secret*: text
that prints as ``***``. *Printable*: text from elsewhere without what a terminal could obey.
*Reading*: opening a file that may be anything. *Walk*: reaching a folder that others may write
to. *Atomic*: a change that leaves the old state or the new one.
"""
