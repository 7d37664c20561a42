"""What changes accounts, one module per verb of the command; each can be killed at any point."""
