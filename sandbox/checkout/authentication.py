"""What comes of the bank's question, on whatever the intent belongs to: an invoice or a Checkout Session."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.checkout.session_payment import carry_on
from sandbox.invoices.invoice_collection import follow
from sandbox.payments import payment_attempts, setup_intent_building


def answered(state: State, intent: Object, *, succeed: bool) -> None:
    """The card holder has passed or failed."""
    if intent["object"] == "payment_intent":
        follow(state, intent, payment_attempts.complete(state, intent, succeed=succeed))
    else:
        setup_intent_building.complete(state, intent, succeed=succeed)
    session = state.table("checkout.session").get(intent.get("_", {}).get("checkout"))
    if session is not None:
        carry_on(state, session, intent)
