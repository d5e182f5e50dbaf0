"""The sandbox's time."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.controls.desk import Desk, Refused
from sandbox.timing.advance import advance
from sandbox.timing.periods import DAY

MOST = 20 * 366 * DAY


def show(desk: Desk, given: dict[str, Any]) -> Object:
    """GET /sandbox/clock: the time, and how far it is from real time."""
    return {"now": desk.state.clock.now(), "offset": desk.state.clock.offset}


def move(desk: Desk, given: dict[str, Any]) -> Object:
    """POST /sandbox/clock `{"seconds": n}` or `{"to": timestamp}`; forward only."""
    now = desk.state.clock.now()
    if ("seconds" in given) == ("to" in given):
        raise Refused("Give either seconds or to.")
    target = given.get("to", now + given["seconds"] if isinstance(given.get("seconds"), int) else None)
    if not isinstance(target, int):
        raise Refused("Time goes in whole seconds.")
    check(now, target)
    advance(desk.state, target)
    desk.done()
    return show(desk, {})


def check(now: int, target: int) -> None:
    """Raises Refused for a moment that a clock cannot be moved to."""
    if target < now:
        raise Refused("Time only goes forward.")
    if target > now + MOST:
        raise Refused("Twenty years at a time are enough.")
