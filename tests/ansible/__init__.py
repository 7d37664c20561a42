"""The Ansible collection: its plugins by real plays."""
