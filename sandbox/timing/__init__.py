"""Time passing, and the lengths of periods."""
