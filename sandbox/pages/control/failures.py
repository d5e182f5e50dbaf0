"""Failures on order, and how often each endpoint was called."""

from typing import Any

from sandbox.api.faults import ANSWERS, KINDS
from sandbox.controls import counters, faults
from sandbox.controls.desk import Desk
from sandbox.pages.control.numbers import seconds, whole
from sandbox.pages.control.visits import ROOT, Page, Visit
from sandbox.payments.payment_attempts import DECLINES

HERE = f"{ROOT}/failures"
MEANINGS = {
    "answer": "answers with the status",
    "hang": "answers only after the seconds",
    "drop": "cuts the connection before anything is done",
    "lose": "does it, then cuts the connection",
}
METHODS = ("GET", "POST", "DELETE")


def show(desk: Desk, visit: Visit) -> Page:
    """GET /sandbox/page/failures"""
    values = {
        "faults": faults.show(desk, {})["faults"],
        "kinds": [(kind, MEANINGS[kind]) for kind in KINDS],
        "statuses": sorted(ANSWERS),
        "methods": METHODS,
        "declines": sorted(DECLINES),
        "counters": counters.show(desk, {})["counters"],
    }
    return Page("failures.html", "Failures", values)


def add(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/failures"""
    asked: dict[str, Any] = {
        "kind": form.get("kind", ""),
        "status": whole(form, "status", absent=500),
        "times": whole(form, "times", absent=1),
        "seconds": seconds(form, "seconds"),
        "carried_out": "carried_out" in form,
    }
    asked |= {name: form[name] for name in ("method", "path", "decline_code") if form.get(name)}
    faults.add(desk, asked)
    return f"{HERE}?done=fault"


def clear(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/failures/clear"""
    faults.clear(desk, {})
    return f"{HERE}?done=faults_cleared"


def clear_counters(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/failures/counters/clear"""
    counters.clear(desk, {})
    return f"{HERE}?done=counters_cleared"
