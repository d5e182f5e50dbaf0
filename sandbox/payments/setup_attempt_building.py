"""Setup attempts as they are made, and how they end."""

from sandbox.account.objects import Object
from sandbox.account.state import State


def record(state: State, intent: Object, method: Object, status: str) -> None:
    """What comes of a confirmation: an attempt of its own, or the end of the one that waited for the card holder."""
    waiting = waiting_one(state, intent)
    row = waiting if waiting is not None else build(state, intent, method)
    row |= {"status": status, "setup_error": intent["last_setup_error"] if status == "failed" else None}
    intent["latest_attempt"] = row["id"]


def abandon(state: State, intent: Object) -> None:
    """The card holder did not come back, and something else has happened to the intent."""
    waiting = waiting_one(state, intent)
    if waiting is not None:
        waiting["status"] = "abandoned"


def waiting_one(state: State, intent: Object) -> Object | None:
    """The attempt that waits for the card holder, to change."""
    latest = state.table("setup_attempt").get(intent["latest_attempt"])
    return state.edit(latest) if latest is not None and latest["status"] == "requires_action" else None


def build(state: State, intent: Object, method: Object) -> Object:
    """A new one."""
    shown = method["card"]
    details = {name: shown[name] for name in ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint")}
    details |= {"funding": shown["funding"], "last4": shown["last4"], "network": shown["brand"]}
    details |= {"three_d_secure": None, "wallet": None}
    return state.table("setup_attempt").add(
        {
            "id": state.new_id("setup_attempt"),
            "object": "setup_attempt",
            "application": None,
            "created": state.now_for(intent),
            "customer": intent["customer"],
            "customer_account": None,
            "flow_directions": None,
            "livemode": False,
            "on_behalf_of": None,
            "payment_method": method["id"],
            "payment_method_details": {"card": details, "type": "card"},
            "setup_error": None,
            "setup_intent": intent["id"],
            "status": "processing",
            "usage": intent["usage"],
        }
    )
