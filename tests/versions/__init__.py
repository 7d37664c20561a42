"""The certbots that distributions ship, with the plugin brought to them from outside."""
