"""What an error or a log means on this machine: reading it, matching it, filling it in.

Words of this room, in the order in which a text goes through it: the *envelope* is what
programs put around lines (``envelope``, ``prefixes``); a *passage* is a piece of what one
program said, in which an error may stand (``passages``); a *statement* is a problem document or
a line that tells of a failure (``statements``); the *context* says whether it is about ACME
(``context``); a *finding* is an entry of the catalogue that a text speaks of (``findings``);
what is *told* is what the text says about its run (``told``), the *situation* is what this
machine shows about it; the *explanation* is all of that in words.
"""
