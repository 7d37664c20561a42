"""What is known of each account: reads, decides nothing.

One module for each question: whose *kid* it is and how that is known (kids), which lineages are
*pinned* to it (pins), what else names it (uses), which *order* made which certificate
(issuance), which *directory URL* its server has (servers), what the CA says of it (status). The
*overview* puts all of that together for every account of this machine.
"""
