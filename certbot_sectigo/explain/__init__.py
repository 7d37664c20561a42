"""What an error or a log means on this machine: reading it, matching it, filling it in."""
