"""Sessions that nobody paid."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.payments.payment_intent_building import end_intent
from sandbox.payments.setup_attempt_building import abandon
from sandbox.webhooks.events import emit


def expire(state: State, session: Object) -> None:
    """Closes a session; an attempt to pay it is called off."""
    session = state.edit(session)
    session |= {"status": "expired", "url": None, "client_secret": None}
    intent = state.table("payment_intent").get(session["_"].get("intent"))
    if intent is not None and intent["status"] not in ("succeeded", "canceled"):
        end_intent(state, intent, "expired")
    setup = state.table("setup_intent").get(session["_"].get("intent"))
    if setup is not None and setup["status"] not in ("succeeded", "canceled"):
        state.edit(setup).update(status="canceled", cancellation_reason=None, next_action=None)
        abandon(state, setup)
        emit(state, "setup_intent.canceled", setup)
    emit(state, "checkout.session.expired", session)


def expire_if_due(state: State, session: Object, due: int) -> None:
    """The time is up."""
    if session["status"] == "open":
        expire(state, session)
