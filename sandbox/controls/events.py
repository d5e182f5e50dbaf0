"""Events with their deliveries."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.api.views import view
from sandbox.controls.desk import Desk, Refused


def show(desk: Desk, given: dict[str, Any]) -> Object:
    """GET /sandbox/events: the newest; `?type=` and `?limit=` narrow them."""
    limit = int(given["limit"]) if str(given.get("limit", "")).isdigit() else 100
    wanted = given.get("type")
    shown: list[Object] = []
    for event in desk.state.table("event").newest_first():
        if wanted in (None, event["type"]):
            shown.append(view(desk.state, event) | {"deliveries": desk.deliverer.of(event["id"])})
        if len(shown) >= limit:
            break
    return {"events": shown}


def resend(desk: Desk, given: dict[str, Any]) -> Object:
    """POST /sandbox/events/{id}/resend: delivers an event once more."""
    event = desk.state.table("event").get(str(given["id"]))
    if event is None:
        raise Refused(f"There is no event {given['id']}.")
    return {"sent": desk.deliverer.resend(event)}
