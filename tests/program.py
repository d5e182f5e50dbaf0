"""The program in processes of its own, which can be talked to, and killed, as any other."""

import atexit
import ctypes
import functools
import inspect
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.fork_server import LARGEST_ORDER, Order

ROOT = Path(__file__).parents[1]
SCRIPT = str(Path(sys.executable).with_name("stripe-graphql"))
"""As it is installed, for tests which prove that it starts: with an interpreter of its own."""
BECOME_PARENT_OF_ORPHANS = 36
"""Linux' PR_SET_CHILD_SUBREAPER."""


class Process(subprocess.Popen[str]):
    """`python -m MODULE ARGUMENTS…`, forked from a process that has imported the program."""

    def __init__(self, module: str, *arguments: str, **options: Any) -> None:
        super().__init__([module, *arguments], text=True, **options)

    def _execute_child(self, *given: Any) -> None:
        """What Popen starts processes with. The names of its arguments are older than their order."""
        asked = inspect.signature(subprocess.Popen._execute_child).bind(self, *given).arguments  # type: ignore[attr-defined]
        module, *arguments = asked["args"]
        environment = os.environ if asked["env"] is None else asked["env"]
        order = Order(
            module, arguments, os.path.abspath(asked["cwd"] or "."), dict(environment), asked["start_new_session"]
        )
        files = [asked[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        self.pid = fork(order, [place if given == -1 else given for place, given in enumerate(files)])
        self._child_created = True
        pipes = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(asked[name] for name in pipes))  # type: ignore[attr-defined]


def run(module: str, *arguments: str, timeout: float = 120, **options: Any) -> "subprocess.CompletedProcess[str]":
    """As subprocess.run does, with what was printed."""
    with Process(module, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options) as process:
        try:
            printed, said = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, printed, said)


LOCK = threading.Lock()


def fork(order: Order, files: list[int]) -> int:
    """The id of the process, which is a child of this one."""
    message = json.dumps(asdict(order)).encode()
    assert len(message) < LARGEST_ORDER
    with LOCK:
        socket.send_fds(server(), [message], files)
        process = int(server().recv(20))
    # Raises where it is not: how it ends would never be known.
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return process


@functools.cache
def server() -> socket.socket:
    """One for all tests of this process; it ends with it."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    assert ctypes.CDLL(None).prctl(BECOME_PARENT_OF_ORPHANS, 1, 0, 0, 0) == 0
    # What modules and the interpreter read when they start must be what tests give to processes: hardly anything.
    environment = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("PYTHON")}
    with its:
        command = [sys.executable, "-m", "tests.fork_server"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=its.fileno(), stdout=subprocess.DEVNULL)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours
