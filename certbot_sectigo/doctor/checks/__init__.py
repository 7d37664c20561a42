"""The doctor's checks, pure: facts in, findings out."""
