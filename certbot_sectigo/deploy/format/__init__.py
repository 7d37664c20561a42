"""What is written at a target: one module per format."""
