"""How far a command has come, in one line that is written over: only where somebody looks at a terminal."""

import sys
import time

from rich.console import Console

PAUSE_SECONDS = 0.2


class ProgressLine:
    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._shown = self._console.is_terminal and not self._console.is_dumb_terminal
        self._began = time.monotonic()
        self._before = 0
        self._name = ""
        self._last = 0.0
        self._width = 0

    def show(self, name: str, objects: int, of: int | None = None) -> None:
        """So many objects of a resource are done."""
        now = time.monotonic()
        if name != self._name:
            self._name, self._began, self._before = name, now, objects
        if not self._shown or now - self._last < PAUSE_SECONDS:
            return
        self._last = now
        speed = (objects - self._before) / max(now - self._began, 0.001)
        share = f"{objects:,}" if of is None else f"{objects:,} of {of:,}"
        # A line that is wrapped could not be written over.
        self._write(f"{name}: {share} objects, {speed:,.0f} a second"[: self._console.width - 1])

    def clear(self) -> None:
        """Leave the line to others."""
        if self._width:
            self._write("")
            sys.stderr.write("\r")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text:{self._width}}")
        sys.stderr.flush()
        self._width = len(text)
