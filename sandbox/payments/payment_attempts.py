"""Paying with a payment method: what the bank says, and what becomes of the intent."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError
from sandbox.api.views import public, snapshot
from sandbox.payments.cards import CODES, MESSAGES, Card, Decline
from sandbox.payments.charging import HOLD, make_charge
from sandbox.payments.dispute_building import contest
from sandbox.payments.payment_method_attachment import attach
from sandbox.payments.payment_method_building import card_of
from sandbox.webhooks.events import emit

AUTHENTICATION_FAILED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod"
    " to attempt to fulfill this PaymentIntent again."
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
    instead_of_asking: str = "",
) -> Decline | None:
    """Confirms an intent with a payment method. Its status tells how it went; a refusal is returned as well.

    Where the bank's question cannot be put to anyone, `instead_of_asking` is the reason of the refusal.
    """
    intent = state.edit(intent)
    intent["payment_method"] = method["id"]
    intent["next_action"] = None
    if intent.setdefault("_", {}).pop("authenticated", None) == method["id"]:
        return conclude(state, intent, method, card_of(method).charge, authenticated=True)
    card = card_of(method)
    verdict = judged(state, card, method, intent, refusal=card.charge, off_session=off_session)
    if verdict != "authentication_required":
        return conclude(state, intent, method, verdict, authenticated=False)
    if instead_of_asking:
        return refuse(state, intent, method, Decline(instead_of_asking))
    ask(state, intent, return_url)
    return None


def conclude(state: State, intent: Object, method: Object, verdict: str, *, authenticated: bool) -> Decline | None:
    """The bank has answered: "" is yes, all else a decline code."""
    if verdict:
        return refuse(state, intent, method, Decline(verdict))
    settle(state, intent, method, authenticated=authenticated)
    return None


def judged(state: State, card: Card, method: Object, intent: Object, *, refusal: str, off_session: bool = False) -> str:
    """ "" when the bank agrees, `authentication_required`, or a decline code, by default the card's own `refusal`."""
    if state.rules.next_card_results:
        chosen = state.rules.next_card_results.pop(0)
        return "" if chosen == "succeed" else chosen
    known = method["_"]["set_up"] and off_session
    wanted = intent["payment_method_options"]["card"]["request_three_d_secure"] in ("any", "challenge")
    if card.authentication == "optional" and wanted:
        return "authentication_required"
    if card.authentication == "always" or (card.authentication == "unless_set_up" and not known):
        return "authentication_required"
    return refusal


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
    """The bank says no: a failed charge, and the intent waits for another payment method.

    Where it is Radar that asks for authentication, nothing was sent to the bank, and there is no charge.
    """
    sent = decline.code != "authentication_required" or not (
        card_of(method).by_radar or decline.reason == "authentication_not_handled"
    )
    charge = None
    if sent:
        charge = make_charge(state, intent, method, decline=decline, captured=False, authenticated=False)
    intent["status"] = "requires_payment_method"
    intent["payment_method"] = None
    intent["last_payment_error"] = failure(decline, method) | {"payment_method_type": method["type"]}
    if charge is not None:
        intent["latest_charge"] = intent["last_payment_error"]["charge"] = charge["id"]
    emit(state, "payment_intent.payment_failed", intent)
    return decline


def failure(decline: Decline, method: Object) -> Object:
    """A refusal as `last_payment_error` and `last_setup_error` hold it."""
    return decline.error().fields | {"payment_method": public(method)}


def settle(state: State, intent: Object, method: Object, *, authenticated: bool) -> None:
    """The bank agrees: the charge, and the money unless it is to be captured later."""
    options = intent["payment_method_options"]["card"]
    captured = "manual" not in (intent["capture_method"], options.get("capture_method"))
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
    contest(state, charge)
    intent["status"] = "succeeded"
    intent["amount_received"] = intent["amount"]
    emit(state, "payment_intent.succeeded", intent)


def keep(state: State, intent: Object, method: Object) -> None:
    """Saves the card on the customer when the intent asks for it; otherwise it was good for once."""
    customer = state.table("customer").get(intent["customer"])
    usage = intent["payment_method_options"]["card"].get("setup_future_usage", intent["setup_future_usage"])
    if usage not in (None, "none") and customer:
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
        intent["last_payment_error"] = authentication_failure() | {
            "payment_method": public(method),
            "payment_method_type": method["type"],
        }
        emit(state, "payment_intent.payment_failed", intent)
        return Decline("authentication_failure")
    intent["next_action"] = None
    if intent["confirmation_method"] == "manual":
        intent["status"] = "requires_confirmation"
        intent.setdefault("_", {})["authenticated"] = method["id"]
        return None
    return conclude(state, intent, method, card_of(method).charge, authenticated=True)


def authentication_failure() -> Object:
    """The card holder did not pass."""
    return ApiError(
        402, AUTHENTICATION_FAILED, code="payment_intent_authentication_failure", type="invalid_request_error"
    ).fields


def declined(state: State, intent: Object, decline: Decline) -> ApiError:
    """A refusal as the answer to a request, with the intent as it is now."""
    last = intent["last_payment_error"] or {}
    error = decline.error()
    error.fields |= {name: last[name] for name in ("charge", "payment_method", "payment_method_type") if name in last}
    error.fields["payment_intent"] = snapshot(state, intent)
    return error
