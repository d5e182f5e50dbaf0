"""New phases for a subscription schedule: past ones stay, the current one keeps its start."""

from collections.abc import Sequence
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import invalid
from sandbox.subscriptions.schedule_phases import phases_from


def replaced(state: State, schedule: Object, given: Sequence[dict[str, Any]]) -> list[Object]:
    """All phases after a full replacement of the current and the future ones. Raises ApiError 400."""
    if not given:
        raise invalid("Missing required param: phases.", "phases", "parameter_missing")
    if all(one.get("start_date") is None for one in given):
        raise invalid(
            "The subscription schedule update is missing at least one phase with a `start_date` to anchor end dates"
            " to.",
            "phases",
        )
    now = state.now_for(schedule)
    customer = state.get("customer", schedule["customer"])
    first = now if given[0].get("start_date") == "now" else given[0].get("start_date")
    current = schedule["current_phase"]
    if current is None:
        begins = schedule["phases"][0]["start_date"] if first is None else first
        return phases_from(state, customer, given, begins, begins, now)
    past = [phase for phase in schedule["phases"] if phase["end_date"] <= current["start_date"]]
    begins = current["start_date"] if first is None else first
    if begins not in [current["start_date"], *(phase["start_date"] for phase in past)]:
        raise invalid("You can not modify the start date of the current phase.", "phases[0][start_date]")
    subscription = state.get("subscription", schedule["subscription"])
    anchor = min(begins, subscription["billing_cycle_anchor"])
    phases = phases_from(state, customer, given, begins, anchor, now)
    going = [phase for phase in phases if phase["end_date"] > current["start_date"]]
    if not going or going[0]["start_date"] != current["start_date"]:
        raise invalid("You can not modify the start date of the current phase.", "phases")
    return past + going


def check_collection(schedule: Object) -> None:
    """Invoices that are sent need a time by which they are due, in every phase. Raises ApiError 400."""
    default = schedule["default_settings"]
    for place, phase in enumerate(schedule["phases"]):
        method = phase["collection_method"] or default["collection_method"]
        settings = phase["invoice_settings"] or default["invoice_settings"]
        if method == "send_invoice" and settings["days_until_due"] is None:
            raise invalid(
                "When collection_method is send_invoice, you must specify days_until_due.",
                f"phases[{place}][invoice_settings][days_until_due]",
                "parameter_missing",
            )
