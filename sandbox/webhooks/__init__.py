"""What happened, and telling it."""
