"""certbot-sectigo: the right ACME account for Sectigo and other CAs with External Account Binding."""

__version__ = "0.1.0"
