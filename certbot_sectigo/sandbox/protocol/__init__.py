"""What requests and replies are made of: JWS, URLs, problems, faults, the journal."""
