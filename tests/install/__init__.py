"""The pages on installing, line by line in a fresh root: ``make install-pages``."""
