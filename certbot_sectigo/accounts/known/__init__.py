"""What is known of each account: its kid, pins, uses and certificates. Reads, decides nothing."""
