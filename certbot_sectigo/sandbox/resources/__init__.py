"""The resources of RFC 8555, one module each, and what a request to them does."""
