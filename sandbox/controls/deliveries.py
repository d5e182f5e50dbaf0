"""Deliveries to webhook endpoints: what waits, and the weather on the way."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.controls.desk import Desk, Refused
from sandbox.timing.advance import catch_up

WEATHER: dict[str, type | tuple[type, ...]] = {
    "paused": bool,
    "reorder": bool,
    "delay_seconds": (int, float),
    "duplicate": int,
    "drop": int,
}


def show(desk: Desk, given: dict[str, Any]) -> Object:
    """GET /sandbox/deliveries: what is on its way, and what goes wrong with it."""
    weather = desk.deliverer.weather
    return {
        "waiting": desk.deliverer.waiting(),
        "made": desk.deliverer.made,
        "paused": weather.paused,
        "delay_seconds": weather.delay_seconds,
        "duplicate": weather.duplicate,
        "drop": weather.drop,
        "reorder": weather.reorder,
    }


def change(desk: Desk, given: dict[str, Any]) -> Object:
    """POST /sandbox/deliveries: `paused`, `reorder`, `delay_seconds`, `duplicate` and `drop` (of the next n)."""
    for name, value in given.items():
        if name not in WEATHER or not isinstance(value, WEATHER[name]):
            raise Refused("Give paused or reorder as booleans, delay_seconds, duplicate or drop as numbers.")
    if any(value < 0 for value in given.values()):
        raise Refused("Give numbers that are not negative.")
    desk.deliverer.change_weather(**given)
    return show(desk, {})


async def settle(desk: Desk, given: dict[str, Any]) -> Object:
    """POST /sandbox/deliveries/settle: waits until all are made: `{"timeout": seconds}`, ten unless given."""
    seconds = given.get("timeout", 10)
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
        raise Refused("timeout is a number of seconds up to 600.")
    catch_up(desk.state)
    desk.done()
    settled = await desk.deliverer.settle(seconds)
    return {"settled": settled, "waiting": desk.deliverer.waiting()}
