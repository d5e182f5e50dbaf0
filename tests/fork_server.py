"""Processes that need not import the program first, which takes a second each: they are forked from one that has.

`tests.program` starts it, gives it orders over the socket that is its standard input, and is the parent of what it
forks. What runs there is what `python -m` runs, from the module's first line to the interpreter's end.
"""

import gc
import json
import os
import pkgutil
import runpy
import signal
import socket
import sys
from dataclasses import dataclass
from importlib import import_module

import server.commands

LARGEST_ORDER = 100_000


@dataclass(frozen=True)
class Order:
    """Run `module`, as `python -m` does in the folder `cwd`; what it reads and writes comes beside the order."""

    module: str
    arguments: list[str]
    cwd: str
    environment: dict[str, str]
    new_session: bool


def load() -> None:
    for module in pkgutil.iter_modules(server.commands.__path__):
        import_module(f"server.commands.{module.name}")
    import_module("tests.resolvers.shop")
    gc.collect()
    gc.freeze()
    assert len(os.listdir("/proc/self/task")) == 1, "A process that has threads cannot be forked."


def serve(orders: socket.socket) -> str | None:
    """Returns in each of the processes, with the module that it is to run, and in the server at the end, with None."""
    while True:
        order, files, _, _ = socket.recv_fds(orders, LARGEST_ORDER, 3)
        if not order:
            return None
        told, tell = os.pipe()
        if (between := os.fork()) == 0:
            # With this process gone, the new one is a child of the tests: they see how it ends.
            if os.fork():
                os._exit(0)
            orders.close()
            os.close(told)
            module = become(Order(**json.loads(order)), files)
            os.write(tell, str(os.getpid()).encode())
            os.close(tell)
            return module
        for descriptor in (tell, *files):
            os.close(descriptor)
        os.waitpid(between, 0)
        orders.send(os.read(told, 20))
        os.close(told)


def become(order: Order, files: list[int]) -> str:
    if order.new_session:
        os.setsid()
    for place, descriptor in enumerate(files):
        os.dup2(descriptor, place)
    for descriptor in files:
        os.close(descriptor)
    os.chdir(order.cwd)
    os.environ.clear()
    os.environ.update(order.environment)
    sys.argv[1:] = order.arguments
    sys.path[0] = order.cwd
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return order.module


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal it is meant for the tests, which end this then
    load()
    if module := serve(socket.socket(fileno=os.dup(0))):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
