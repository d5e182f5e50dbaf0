"""Setup intents as they begin, and what becomes of them when a card is set up."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError
from sandbox.api.views import public, snapshot
from sandbox.payments.cards import Decline
from sandbox.payments.payment_attempts import authentication_failure, judged
from sandbox.payments.payment_method_attachment import attach
from sandbox.payments.payment_method_building import card_of, verify
from sandbox.payments.setup_attempt_building import abandon, record
from sandbox.webhooks.events import emit, emit_update

AT_FAULT = {"expired_card": "exp_month", "incorrect_cvc": "cvc", "incorrect_number": "number"}


def build(state: State, customer: Object | None, **fields: Any) -> Object:
    """A new intent that waits for a payment method."""
    id = state.new_id("setup_intent")
    intent: Object = {
        "id": id,
        "object": "setup_intent",
        "allowed_payment_method_types": None,
        "application": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "cancellation_reason": None,
        "client_secret": state.token(27, f"{id}_secret_"),
        "created": state.now_for(customer) if customer else state.now(),
        "customer": customer["id"] if customer else None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"},
        },
        "payment_method_types": ["card", "link"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    } | fields
    if intent["automatic_payment_methods"]:
        intent["payment_method_configuration_details"] = {"id": state.payment_method_configuration, "parent": None}
    state.table("setup_intent").add(intent)
    emit(state, "setup_intent.created", intent)
    return intent


def build_pending(state: State, subscription: Object) -> Object:
    """The one that collects a card for a subscription that owes nothing yet."""
    return build(
        state,
        state.get("customer", subscription["customer"]),
        automatic_payment_methods=None,
        _={"subscription": subscription["id"]},
    )


def attempt(state: State, intent: Object, method: Object, return_url: str | None) -> Decline | None:
    """Confirms an intent with a payment method. Its status tells how it went; a refusal is returned as well."""
    intent = state.edit(intent)
    abandon(state, intent)
    verify(state, method)
    intent["payment_method"] = method["id"]
    intent["next_action"] = None
    card = card_of(method)
    verdict = judged(state, card, method, intent, refusal=card.attach)
    if verdict == "authentication_required":
        page = f"{state.base_url}/sandbox/authenticate/{intent['id']}"
        intent["status"] = "requires_action"
        intent["next_action"] = (
            {"redirect_to_url": {"return_url": return_url, "url": page}, "type": "redirect_to_url"}
            if return_url
            else {
                "type": "use_stripe_sdk",
                "use_stripe_sdk": {"stripe_js": page, "type": "three_d_secure_redirect"},
            }
        )
        record(state, intent, method, "requires_action")
        emit(state, "setup_intent.requires_action", intent)
        return None
    if verdict:
        return refuse(state, intent, method, Decline(verdict))
    settle(state, intent, method)
    return None


def setup_error(decline: Decline) -> ApiError:
    """A refusal as setup intents tell it: every code is its own decline code, and the field at fault is named."""
    error = decline.error(AT_FAULT.get(decline.code))
    error.fields.setdefault("decline_code", decline.code)
    return error


def refuse(state: State, intent: Object, method: Object, decline: Decline) -> Decline:
    """The bank says no."""
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    intent["last_setup_error"] = setup_error(decline).fields | {"payment_method": public(method)}
    record(state, intent, method, "failed")
    emit(state, "setup_intent.setup_failed", intent)
    return decline


def settle(state: State, intent: Object, method: Object) -> None:
    """The card is set up: it goes on the customer, and on the subscription that asked for it."""
    customer = state.table("customer").get(intent["customer"])
    state.edit(method)["_"]["set_up"] = True
    if customer is not None and method["customer"] is None:
        attach(state, method, customer)
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    record(state, intent, method, "succeeded")
    emit(state, "setup_intent.succeeded", intent)
    subscription = state.table("subscription").get(intent.get("_", {}).get("subscription"))
    if subscription is not None and subscription["pending_setup_intent"] == intent["id"]:
        before = snapshot(state, subscription)
        state.edit(subscription).update(pending_setup_intent=None, default_payment_method=method["id"])
        emit_update(state, "customer.subscription.updated", before, subscription)


def complete(state: State, intent: Object, *, succeed: bool) -> None:
    """What happens when the card holder has passed, or failed, the bank's questions."""
    intent = state.edit(intent)
    method = state.get("payment_method", intent["payment_method"])
    if succeed:
        settle(state, intent, method)
        return
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    error = authentication_failure() | {"code": "setup_intent_authentication_failure"}
    intent["last_setup_error"] = error | {"payment_method": public(method)}
    record(state, intent, method, "failed")
    emit(state, "setup_intent.setup_failed", intent)
