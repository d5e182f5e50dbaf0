"""Test clocks (https://docs.stripe.com/api/test_clocks): time of its own for some customers."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.errors import invalid, unsupported
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Integer, Shape, Text
from sandbox.subscriptions.subscription_ending import end_all
from sandbox.timing.advance import advance_test_clock
from sandbox.timing.periods import DAY
from sandbox.webhooks.events import emit

CREATE: Shape = {"customer": Text(), "frozen_time": Integer(required=True, low=0), "name": Text(limit=300)}
ADVANCE: Shape = {"frozen_time": Integer(required=True, low=0)}
LIST: Shape = PAGING


def create(call: Call) -> Object:
    """POST /v1/test_helpers/test_clocks"""
    state, params = call.state, call.params
    if params.get("customer"):
        raise unsupported("putting an existing customer on a test clock", "customer")
    now = state.clock.now()
    clock: Object = {
        "id": state.new_id("test_helpers.test_clock"),
        "object": "test_helpers.test_clock",
        "created": now,
        "deletes_after": now + 30 * DAY,
        "frozen_time": params["frozen_time"],
        "livemode": False,
        "name": params.get("name"),
        "status": "ready",
        "status_details": {},
    }
    state.table("test_helpers.test_clock").add(clock)
    emit(state, "test_helpers.test_clock.created", clock)
    return clock


def advance(call: Call) -> Object:
    """POST /v1/test_helpers/test_clocks/{test_clock}/advance: done when the answer comes, shown as advancing in it."""
    state, moment = call.state, call.params["frozen_time"]
    clock = state.edit(call.fetch("test_helpers.test_clock", "test_clock"))
    if moment <= clock["frozen_time"]:
        raise invalid("The frozen_time must be after the clock's current one.", "frozen_time")
    shown = clock | {"status": "advancing", "status_details": {"advancing": {"target_frozen_time": moment}}}
    emit(state, "test_helpers.test_clock.advancing", shown)
    advance_test_clock(state, clock, moment)
    emit(state, "test_helpers.test_clock.ready", clock)
    return shown


def retrieve(call: Call) -> Object:
    """GET /v1/test_helpers/test_clocks/{test_clock}"""
    return call.fetch("test_helpers.test_clock", "test_clock")


def delete(call: Call) -> Object:
    """DELETE /v1/test_helpers/test_clocks/{test_clock}: and its customers with it."""
    state = call.state
    clock = call.fetch("test_helpers.test_clock", "test_clock")
    for customer in state.table("customer").oldest_first("test_clock", clock["id"]):
        end_all(state, customer)
        emit(state, "customer.deleted", customer)
        state.table("customer").remove(customer["id"])
    emit(state, "test_helpers.test_clock.deleted", clock)
    state.table("test_helpers.test_clock").remove(clock["id"])
    state.timers.drop(clock["id"])
    return {"id": clock["id"], "object": "test_helpers.test_clock", "deleted": True}


def listing(call: Call) -> Object:
    """GET /v1/test_helpers/test_clocks"""
    return page(call, "test_helpers.test_clock")
