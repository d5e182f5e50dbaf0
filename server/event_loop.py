"""For long work: a quick event loop, and a garbage collector that seldom looks."""

import asyncio
import gc
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

Result = TypeVar("Result")
OBJECTS_BETWEEN = 50_000
"""As much as a few pages of a list hold; with Python's 700 it looks hundreds of times while one of them is read."""


def collect_seldom() -> None:
    """What there is now is never looked at again; call it when everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN, 20, 50)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """As asyncio.run does."""
    collect_seldom()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)
