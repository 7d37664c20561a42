"""The sandbox's way out: HTTP, routing, authentication, and the switches for tests."""
