"""The doctor's eyes: what of this machine the checks want to know; reads, judges nothing."""
