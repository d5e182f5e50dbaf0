"""Failures on order."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.api.faults import BadFault, described
from sandbox.controls.desk import Desk, Refused


def show(desk: Desk, given: dict[str, Any]) -> Object:
    """GET /sandbox/faults: those that are still to come."""
    shown = [
        {
            "kind": fault.kind,
            "method": fault.method.pattern,
            "path": fault.path.pattern,
            "times": fault.times,
            "status": fault.status,
            "seconds": fault.seconds,
            "carried_out": fault.carried_out,
        }
        for fault in desk.faults.waiting
    ]
    return {"faults": shown}


def add(desk: Desk, given: dict[str, Any]) -> Object:
    """POST /sandbox/faults: orders a failure."""
    try:
        fault = described(given)
    except BadFault as error:
        raise Refused(str(error)) from error
    desk.faults.waiting.append(fault)
    return show(desk, {})


def clear(desk: Desk, given: dict[str, Any]) -> Object:
    """DELETE /sandbox/faults: takes all orders back."""
    desk.faults.waiting.clear()
    return show(desk, {})
