"""What happened (https://docs.stripe.com/api/events): every change of state leaves an event with a snapshot."""

from sandbox.account.objects import Object
from sandbox.account.state import API_VERSION, Request, State
from sandbox.api.calls import Call
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Boolean, Listed, Moments, Shape, Text
from sandbox.api.views import snapshot
from sandbox.entitlements.entitling import follow

LIST: Shape = PAGING | {
    "created": Moments(),
    "delivery_success": Boolean(),
    "type": Text(),
    "types": Listed(Text(required=True), most=20),
}


def emit(state: State, type: str, row: Object, previous: Object | None = None) -> None:
    """Records an event about an object as it is now."""
    if state.muted:
        return
    data: Object = {"object": row if row.get("deleted") else snapshot(state, row)}
    if previous is not None:
        data["previous_attributes"] = previous
    emit_data(state, type, data)
    if row.get("object") == "subscription" and (change := follow(state, row)) is not None:
        of_nobody = Request()
        emit_data(state, "entitlements.active_entitlement_summary.updated", change, request=of_nobody)


def emit_data(state: State, type: str, data: Object, *, request: Request | None = None) -> None:
    """Records an event with given data; deliveries start once the request is through.

    Its date is the real one, also where its object lives on a test clock: an event that Stripe's own pages show, of a
    trial that a clock brought to its end a week later, is dated 14 seconds after the beginning of the trial.
    """
    request = request or state.request
    endpoints = [
        endpoint
        for endpoint in state.table("webhook_endpoint").rows.values()
        if endpoint["status"] == "enabled" and wants(endpoint, type)
    ]
    event: Object = {
        "id": state.new_id("event"),
        "object": "event",
        "api_version": API_VERSION,
        "created": state.clock.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": len(endpoints),
        "request": {"id": request.id, "idempotency_key": request.idempotency_key},
        "type": type,
        "_": {"pending": [endpoint["id"] for endpoint in endpoints]},
    }
    state.table("event").add(event)
    state.outbox.append(event["id"])


def emit_update(state: State, type: str, before: Object, row: Object) -> None:
    """Records a change since a snapshot; nothing when there is none."""
    if state.muted:
        return
    previous = changes(before, snapshot(state, row))
    if previous:
        emit(state, type, row, previous)


def changes(before: Object, after: Object) -> Object:
    """`previous_attributes`: the former values of the fields that are different, nested ones as a whole."""
    names = before.keys() | after.keys()
    return {name: before.get(name) for name in sorted(names) if before.get(name) != after.get(name)}


def wants(endpoint: Object, type: str) -> bool:
    """Whether a webhook endpoint has asked for a type of event."""
    return "*" in endpoint["enabled_events"] or type in endpoint["enabled_events"]


def retrieve(call: Call) -> Object:
    """GET /v1/events/{id}"""
    return call.fetch("event", "id")


def listing(call: Call) -> Object:
    """GET /v1/events"""
    params = call.params
    types = params.get("types") or ([params["type"]] if params.get("type") else [])

    def matches(event: Object) -> bool:
        if types and not any(fits(event["type"], wanted) for wanted in types):
            return False
        return "delivery_success" not in params or params["delivery_success"] == (event["pending_webhooks"] == 0)

    if len(types) == 1 and not types[0].endswith("*"):
        return page(call, "event", index="type", value=types[0], where=matches)
    return page(call, "event", where=matches)


def fits(type: str, wanted: str) -> bool:
    """`charge.*` stands for all that begin with `charge.`."""
    return type == wanted or (wanted.endswith("*") and type.startswith(wanted[:-1]))
