"""What is sold, and for less."""
