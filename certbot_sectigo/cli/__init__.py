"""The command ``certbot-sectigo``: options, tables and prompts, one module per command group."""
