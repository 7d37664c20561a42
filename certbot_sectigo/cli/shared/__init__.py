"""What subcommands share: options, ids, the plan and its question, asking the CA."""
