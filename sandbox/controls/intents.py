"""The bank's window: what the card holder does there."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import view
from sandbox.checkout.authentication import answered
from sandbox.controls.desk import Desk, Refused


def complete(desk: Desk, given: dict[str, Any]) -> Object:
    """POST /sandbox/intents/{id}/complete `{"succeed": true|false}`"""
    id, succeed = str(given["id"]), bool(given.get("succeed", True))
    with desk.doing() as state:
        intent = waiting(state, id)
        answered(state, intent, succeed=succeed)
        return view(state, intent)


def waiting(state: State, id: str) -> Object:
    """The intent, if it waits for the bank. Raises Refused."""
    intent = state.table("payment_intent").get(id) or state.table("setup_intent").get(id)
    if intent is None:
        raise Refused(f"There is no payment intent or setup intent {id}.")
    if intent["status"] != "requires_action":
        raise Refused(f"{id} is {intent['status']}: there is nothing to complete.")
    return intent
