"""How often the endpoints of the API were called."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.controls.desk import Desk


def show(desk: Desk, given: dict[str, Any]) -> Object:
    """GET /sandbox/counters: how many calls were carried out; replays and faults do not count."""
    return {"counters": dict(sorted(desk.state.counts.items()))}


def clear(desk: Desk, given: dict[str, Any]) -> Object:
    """DELETE /sandbox/counters: counts from zero again."""
    desk.state.counts.clear()
    return show(desk, {})
