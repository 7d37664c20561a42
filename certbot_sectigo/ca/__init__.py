"""The ACME server seen from a client's side: asking it, and understanding its answers."""
