"""Events with their deliveries."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from sandbox.account.objects import Object
from sandbox.api.errors import ApiError
from sandbox.api.views import public
from sandbox.controls import events as controls
from sandbox.controls.desk import Desk
from sandbox.pages.control.json_text import pretty
from sandbox.pages.control.kinds import link_of, url_of
from sandbox.pages.control.paging import look
from sandbox.pages.control.visits import ROOT, Missing, Page, Visit
from sandbox.webhooks.events import fits

SUGGESTED = 500


def listing(desk: Desk, visit: Visit) -> Page:
    """GET /sandbox/page/events: newest first; `type` narrows them, `invoice.*` too."""
    state, wanted = desk.state, visit.query.get("type", "").strip()
    exact = wanted if "*" not in wanted else ""
    where = None if exact or not wanted else lambda event: fits(event["type"], wanted)
    try:
        found = look(state, "event", visit, by="type" if exact else "", of=exact, where=where)
    except ApiError as error:
        raise Missing(str(error)) from error
    table = state.table("event")
    values = {
        "events": lines(desk, found.rows),
        "newer": found.newer,
        "older": found.older,
        "total": len(table),
        "type": wanted,
        "types": sorted({event["type"] for event in islice(table.newest_first(), SUGGESTED)}),
    }
    return Page("events.html", "Events", values)


def show(desk: Desk, visit: Visit) -> Page:
    """GET /sandbox/page/events/{id}"""
    state, id = desk.state, visit.ids["id"]
    event = state.table("event").get(id)
    if event is None:
        raise Missing(f"There is no event {id}.")
    (line,) = lines(desk, [event])
    previous: Object = event["data"].get("previous_attributes") or {}
    changed = [
        (name, pretty(state, before), pretty(state, event["data"]["object"].get(name)))
        for name, before in previous.items()
    ]
    endpoints = state.table("webhook_endpoint")
    urls = {one["endpoint"]: (endpoints.get(one["endpoint"]) or {}).get("url", "") for one in line["deliveries"]}
    values = {"line": line, "urls": urls, "changed": changed, "json": pretty(state, public(event))}
    return Page("event.html", f"Event {event['type']}", values)


def resend(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/events/{id}/resend"""
    sent = controls.resend(desk, ids)["sent"]
    return f"{ROOT}/events/{ids['id']}?done={'resent' if sent else 'nobody'}"


def latest(desk: Desk, most: int) -> list[dict[str, Any]]:
    """The newest events, as lines."""
    return lines(desk, islice(desk.state.table("event").newest_first(), most))


def about(desk: Desk, id: str, most: int) -> list[dict[str, Any]]:
    """The newest events of an object, as lines."""
    return lines(desk, islice(desk.state.table("event").newest_first("object", id), most))


def lines(desk: Desk, events: Iterable[Object]) -> list[dict[str, Any]]:
    """Events as tables show them."""
    return [line(desk, event) for event in events]


def line(desk: Desk, event: Object) -> dict[str, Any]:
    """What happened to which object, and who has been told."""
    about = event["data"]["object"].get("id") or ""
    return {
        "id": event["id"],
        "url": url_of("event", event["id"]),
        "type": event["type"],
        "object": about,
        "object_url": link_of(desk.state, "id", about),
        "created": event["created"],
        "request": event["request"]["id"],
        "deliveries": desk.deliverer.of(event["id"]),
    }
