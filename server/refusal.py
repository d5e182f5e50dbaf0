"""Why a command does not start."""


class Refusal(Exception):
    """A sentence for the person at the terminal, saying what to do next. It holds no secret; the exit code is 2."""
