"""The sandbox's CA: it signs, hands out nonces, and validates challenges by real look-ups."""
