"""Sectigo Certificate Manager from a client's side: what makes ACME accounts and their EAB pairs.

Marks: [D] Sectigo's REST reference 25.5, [O] its OpenAPI description 25.9.2; without a mark it
is a rule of our own. No command of ours asks a portal in a certbot run.
"""
