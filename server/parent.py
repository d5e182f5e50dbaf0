"""A worker ends with the process that started it: left alone, it would hold the port that the next server needs."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait


def end_with_parent() -> None:
    """Let this process end, as at SIGTERM, once its parent is gone. Does nothing in a process that nobody spawned."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
