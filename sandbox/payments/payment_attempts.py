"""Paying with a payment method: what the bank says, and what becomes of the intent."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError
from sandbox.api.views import public, snapshot
from sandbox.payments.cards import CODES, MESSAGES, Card, Decline
from sandbox.payments.charging import HOLD, make_charge
from sandbox.payments.payment_method_attachment import attach
from sandbox.payments.payment_method_building import card_of
from sandbox.webhooks.events import emit

AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)
DECLINES = CODES | MESSAGES.keys() | {"generic_decline", "lost_card", "stolen_card", "fraudulent", "do_not_honor"}
# What can be asked for as the next result of a card.
RESULTS = ("succeed", "authentication_required", *sorted(DECLINES - {"authentication_required"}))


def attempt(
    state: State,
    intent: Object,
    method: Object,
    *,
    off_session: bool = False,
    return_url: str | None = None,
    may_ask: bool = True,
) -> Decline | None:
    """Confirms an intent with a payment method. Its status tells how it went; a refusal is returned as well.

    Where the bank's question cannot be put to anyone (`may_ask`), it is a refusal.
    """
    intent = state.edit(intent)
    intent["payment_method"] = method["id"]
    intent["next_action"] = None
    verdict = judged(state, card_of(method), method, off_session=off_session)
    if verdict == "authentication_required":
        if may_ask:
            ask(state, intent, return_url)
            return None
        return refuse(state, intent, method, Decline("authentication_required"))
    if verdict:
        return refuse(state, intent, method, Decline(verdict))
    settle(state, intent, method, authenticated=False)
    return None


def judged(state: State, card: Card, method: Object, *, off_session: bool) -> str:
    """ "" when the bank agrees, `authentication_required`, or a decline code."""
    if state.rules.next_card_results:
        chosen = state.rules.next_card_results.pop(0)
        return "" if chosen == "succeed" else chosen
    known = method["_"]["set_up"] and off_session
    if card.authentication == "always" or (card.authentication == "unless_set_up" and not known):
        return "authentication_required"
    return card.charge


def ask(state: State, intent: Object, return_url: str | None) -> None:
    """The bank wants to see the card holder."""
    page = f"{state.base_url}/sandbox/authenticate/{intent['id']}"
    intent["status"] = "requires_action"
    if return_url:
        intent["next_action"] = {
            "redirect_to_url": {"return_url": return_url, "url": page},
            "type": "redirect_to_url",
        }
    else:
        intent["next_action"] = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"stripe_js": page, "type": "three_d_secure_redirect"},
        }
    emit(state, "payment_intent.requires_action", intent)


def refuse(state: State, intent: Object, method: Object, decline: Decline) -> Decline:
    """The bank says no: a failed charge, and the intent waits for another payment method."""
    charge = make_charge(state, intent, method, decline=decline, captured=False, authenticated=False)
    intent["status"] = "requires_payment_method"
    intent["latest_charge"] = charge["id"]
    intent["payment_method"] = None
    intent["last_payment_error"] = failure(decline, method) | {"charge": charge["id"]}
    emit(state, "payment_intent.payment_failed", intent)
    return decline


def failure(decline: Decline, method: Object) -> Object:
    """A refusal as `last_payment_error` and `last_setup_error` hold it."""
    return decline.error().fields | {"payment_method": public(method)}


def settle(state: State, intent: Object, method: Object, *, authenticated: bool) -> None:
    """The bank agrees: the charge, and the money unless it is to be captured later."""
    captured = intent["capture_method"] != "manual"
    charge = make_charge(state, intent, method, decline=None, captured=captured, authenticated=authenticated)
    intent["latest_charge"] = charge["id"]
    intent["last_payment_error"] = None
    intent["next_action"] = None
    keep(state, intent, method)
    if not captured:
        intent["status"] = "requires_capture"
        intent["amount_capturable"] = intent["amount"]
        state.at(intent, intent["created"] + HOLD, "payment_intent.expire")
        emit(state, "payment_intent.amount_capturable_updated", intent)
        return
    intent["status"] = "succeeded"
    intent["amount_received"] = intent["amount"]
    emit(state, "payment_intent.succeeded", intent)


def keep(state: State, intent: Object, method: Object) -> None:
    """Saves the card on the customer when the intent asks for it; otherwise it was good for once."""
    customer = state.table("customer").get(intent["customer"])
    if intent["setup_future_usage"] and customer:
        state.edit(method)["_"]["set_up"] = True
        if method["customer"] is None:
            attach(state, method, customer)
    elif method["customer"] is None:
        state.edit(method)["_"]["used"] = True


def complete(state: State, intent: Object, *, succeed: bool) -> Decline | None:
    """What happens when the card holder has passed, or failed, the bank's questions."""
    intent = state.edit(intent)
    method = state.get("payment_method", intent["payment_method"])
    if not succeed:
        intent["status"] = "requires_payment_method"
        intent["next_action"] = None
        intent["payment_method"] = None
        intent["last_payment_error"] = authentication_failure() | {"payment_method": public(method)}
        emit(state, "payment_intent.payment_failed", intent)
        return Decline("authentication_failure")
    refusal = card_of(method).charge
    if refusal:
        intent["next_action"] = None
        return refuse(state, intent, method, Decline(refusal))
    settle(state, intent, method, authenticated=True)
    return None


def authentication_failure() -> Object:
    """The card holder did not pass."""
    return ApiError(
        402, AUTHENTICATION_FAILED, code="payment_intent_authentication_failure", type="invalid_request_error"
    ).fields


def declined(state: State, intent: Object, decline: Decline) -> ApiError:
    """A refusal as the answer to a request, with the intent as it is now."""
    last = intent["last_payment_error"] or {}
    error = decline.error()
    error.fields |= {
        "charge": last.get("charge"),
        "payment_intent": snapshot(state, intent),
        "payment_method": last.get("payment_method"),
    }
    return error
