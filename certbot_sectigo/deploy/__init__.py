"""The installer: bring a certificate to the services, test, reload, and take it back."""
