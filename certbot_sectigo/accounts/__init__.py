"""certbot's ACME accounts as a domain model: read, tell apart, choose, register."""
