"""The first page: how things stand, and how many objects there are."""

from sandbox.controls.desk import Desk
from sandbox.pages.control.due import upcoming
from sandbox.pages.control.events import latest
from sandbox.pages.control.kinds import counted
from sandbox.pages.control.payments import waiting_intents
from sandbox.pages.control.visits import ROOT, Page, Visit


def show(desk: Desk, visit: Visit) -> Page:
    """GET /sandbox/page"""
    state = desk.state
    counts = sorted(
        (counted(kind, len(table)), f"{ROOT}/events" if kind == "event" else f"{ROOT}/objects/{kind}", len(table))
        for kind, table in state.tables.items()
        if kind != "account"
    )
    values = {
        "account": state.account,
        "counts": [entry for entry in counts if entry[2]],
        "absent": [entry for entry in counts if not entry[2]],
        "due": upcoming(state, "", 3),
        "events": latest(desk, 8),
        "faults": len(desk.faults.waiting),
        "intents": waiting_intents(state),
        "next_cards": state.rules.next_card_results,
        "waiting": desk.deliverer.waiting(),
        "weather": desk.deliverer.weather,
        "destinations": len(state.table("webhook_endpoint")),
    }
    return Page("overview.html", "Overview", values)
