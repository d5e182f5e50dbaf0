"""A command in a terminal, as a person sees it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from select import select

HERE = str(Path(__file__).parents[2])
PATIENCE_SECONDS = 60.0
INTERRUPT, END_OF_INPUT = "\x03", "\x04"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """What a command writes into a window of so many columns, and what is typed there."""

    def __init__(self, process: "subprocess.Popen[bytes]", window: int) -> None:
        self.process = process
        self._window = window
        self.written = ""
        """With all that steers the terminal."""

    @property
    def text(self) -> str:
        """Without it."""
        return CONTROL.sub("", self.written)

    @property
    def lines(self) -> list[str]:
        """Each as often as it was written."""
        return [line.rstrip() for line in re.split(r"\r?\n|\r", self.text)]

    def wait_for(self, text: str) -> None:
        """Until it is there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.text:
            assert time.monotonic() < deadline, f"It never said {text!r}: {self.text!r}"
            assert self._read(0.1), f"It ended without having said {text!r}: {self.text!r}"

    def type(self, keys: str) -> None:
        os.write(self._window, keys.encode())

    def ended(self) -> int:
        """Wait for the end. The exit code."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._read(0.1):
            assert time.monotonic() < deadline, f"It does not end: {self.text!r}"
        return self.process.wait(PATIENCE_SECONDS)

    def _read(self, seconds: float) -> bool:
        """False when there is nobody who could write any more."""
        if select([self._window], [], [], seconds)[0]:
            try:
                told = os.read(self._window, 65_536)
            except OSError:
                return False
            self.written += told.decode(errors="replace")
            return bool(told)
        return True


@contextmanager
def in_terminal(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], *, columns: int = 100, rows: int = 40
) -> Iterator[Terminal]:
    """Run a command in a window of its own, where Ctrl-C and Ctrl-D do what they do for people."""
    window, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": HERE, "TERM": "xterm-256color", **environment},
        stdin=inside,
        stdout=inside,
        stderr=inside,
        preexec_fn=take_terminal,
    )
    os.close(inside)
    try:
        yield Terminal(process, window)
    finally:
        process.kill()
        process.wait()
        os.close(window)
