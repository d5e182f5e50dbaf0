"""What must be true of a sandbox whatever has happened in it, seen through its API only."""
