"""The right ACME account, every time: certbot with External Account Binding."""

__version__ = "0.3.0"
