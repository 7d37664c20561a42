"""End to end: the real certbot with the plugin, in processes of its own."""
