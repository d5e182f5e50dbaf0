"""Demo data, made by driving the sandbox's own verbs through months of its own time."""

from sandbox.state import State


def plant(state: State) -> None:
    """Fills a fresh state."""
