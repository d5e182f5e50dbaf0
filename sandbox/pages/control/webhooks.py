"""Webhook destinations, and the weather on the way to them."""

from sandbox.controls import deliveries
from sandbox.controls.desk import Desk, Refused
from sandbox.pages.control.kinds import url_of
from sandbox.pages.control.numbers import seconds, whole
from sandbox.pages.control.visits import ROOT, Page, Visit
from sandbox.webhooks import webhook_endpoints

HERE = f"{ROOT}/webhooks"


def show(desk: Desk, visit: Visit) -> Page:
    """GET /sandbox/page/webhooks"""
    destinations = [
        {
            "id": row["id"],
            "link": url_of("webhook_endpoint", row["id"]),
            "url": row["url"],
            "enabled": row["status"] == "enabled",
            "status": row["status"],
            "events": row["enabled_events"],
            "secret": row["_"]["secret"],
            "waiting": desk.deliverer.waiting(row["id"]),
        }
        for row in desk.state.table("webhook_endpoint").oldest_first()
    ]
    values = {"destinations": destinations, "deliveries": deliveries.show(desk, {})}
    return Page("webhooks.html", "Webhooks", values)


def add(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/webhooks"""
    types = form.get("events", "").replace(",", " ").split() or ["*"]
    asked = {"url": form.get("url", "").strip(), "enabled_events": {str(n): type for n, type in enumerate(types)}}
    desk.carry_out(webhook_endpoints.create, webhook_endpoints.CREATE, {}, asked)
    return f"{HERE}?done=destination"


def switch(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/webhooks/{webhook_endpoint}: `disabled` is true or false."""
    asked = {"disabled": form.get("disabled", "")}
    desk.carry_out(webhook_endpoints.update, webhook_endpoints.UPDATE, ids, asked)
    return f"{HERE}?done=switched"


def pause(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/webhooks/pause: `paused` is true or false."""
    if form.get("paused") not in ("true", "false"):
        raise Refused("Deliveries are paused or not.")
    deliveries.change(desk, {"paused": form["paused"] == "true"})
    return f"{HERE}?done={'paused' if form['paused'] == 'true' else 'resumed'}"


def weather(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/webhooks/weather"""
    changes = {
        "delay_seconds": seconds(form, "delay_seconds"),
        "drop": whole(form, "drop"),
        "duplicate": whole(form, "duplicate"),
        "reorder": "reorder" in form,
    }
    deliveries.change(desk, changes)
    return f"{HERE}?done=weather"
