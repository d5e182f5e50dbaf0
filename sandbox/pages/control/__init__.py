"""The control page: what is in the sandbox, and buttons for what can be done to it, a page a file."""
