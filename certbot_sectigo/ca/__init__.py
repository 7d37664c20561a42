"""The ACME server seen from a client's side: asking it, and understanding its answers.

*Credentials*: an EAB pair, the kid and its HMAC key, and the server it is for. *Session*: a
conversation with one server as one account. *Transport*: the one way there, bounded in bytes and
in time, which sends nothing signed elsewhere. *Refused*: the CA answered with a problem document;
*unreachable*: there was no answer that can be used, so what the CA did is not known. *Entry*:
what a sentence of a CA means and what helps, in the *catalogue*, the only place that knows
sentences; a refusal carries its entry's words as its remedy, whoever meets it.
"""
