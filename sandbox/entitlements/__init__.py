"""What customers may use by what they subscribe to."""
