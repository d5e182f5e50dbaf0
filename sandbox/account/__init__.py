"""One pretend account: its objects at rest, and its clock."""
