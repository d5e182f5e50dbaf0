"""Setup intents (https://docs.stripe.com/api/setup_intents)."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call, merged
from sandbox.api.errors import ApiError, invalid
from sandbox.api.lists import page
from sandbox.api.parameters import (
    PAGING,
    Anything,
    Boolean,
    Choice,
    Hash,
    Kind,
    Metadata,
    Moments,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.api.views import public, snapshot
from sandbox.payments.payment_confirmation import NEEDS_RETURN_URL, authorized, check_own, method_given
from sandbox.payments.payment_method_data import DATA
from sandbox.payments.payment_method_options import SETUP, choose
from sandbox.payments.setup_attempt_building import abandon
from sandbox.payments.setup_intent_building import attempt, build, setup_error
from sandbox.webhooks.events import emit

OVER = {"succeeded": "already succeeded", "canceled": "been canceled"}
UNSUPPORTED = (
    "allowed_payment_method_types attach_to_self customer_account excluded_payment_method_types flow_directions"
    " payment_method_configuration"
)
CONFIRMING: dict[str, Kind] = unsupported_names("allowed_payment_method_types confirmation_token") | {
    "mandate_data": Anything(),
    "payment_method": Text(),
    "payment_method_data": Hash(DATA),
    "payment_method_options": SETUP,
    "return_url": Text(),
    "use_stripe_sdk": Boolean(),
}
CREATE: Shape = (
    unsupported_names(UNSUPPORTED + " on_behalf_of single_use")
    | CONFIRMING
    | {
        "automatic_payment_methods": Hash(
            {"allow_redirects": Choice(("always", "never")), "enabled": Boolean(required=True)}
        ),
        "confirm": Boolean(),
        "customer": Text(),
        "description": Text(limit=1_000),
        "metadata": Metadata(),
        "usage": Choice(("off_session", "on_session")),
    }
)
UPDATE: Shape = unsupported_names(UNSUPPORTED) | {
    "customer": Text(),
    "description": Text(limit=1_000),
    "metadata": Metadata(),
    "payment_method": Text(),
    "payment_method_data": Hash(DATA),
    "payment_method_options": SETUP,
}
CONFIRM: Shape = CONFIRMING | {"client_secret": Text()}
CANCEL: Shape = {
    "cancellation_reason": Choice(("abandoned", "duplicate", "requested_by_customer")),
    "client_secret": Text(),
}
LIST: Shape = (
    PAGING
    | unsupported_names("attach_to_self customer_account")
    | {
        "created": Moments(),
        "customer": Text(),
        "payment_method": Text(),
    }
)


def create(call: Call) -> Object:
    """POST /v1/setup_intents"""
    state, params = call.state, call.params
    customer = call.find("customer", "customer")
    automatic = params.get("automatic_payment_methods") or {"enabled": True}
    intent = build(
        state,
        customer,
        **call.given("description", "usage"),
        automatic_payment_methods={"allow_redirects": "always"} | automatic if automatic["enabled"] else None,
        metadata=merged({}, params.get("metadata")),
    )
    choose(intent, params.get("payment_method_options"))
    method = method_given(call, intent)
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    if params.get("confirm"):
        check_method(intent)
        return confirmed(call, intent)
    return intent


def confirmed(call: Call, intent: Object) -> Object:
    """Sets the card up. Raises ApiError 402 when it is declined."""
    state, params = call.state, call.params
    automatic = intent["automatic_payment_methods"] or {"allow_redirects": "never"}
    redirects = automatic["allow_redirects"] != "never"
    if redirects and not params.get("return_url") and not params.get("use_stripe_sdk") and not call.publishable:
        raise invalid(NEEDS_RETURN_URL.replace("PaymentIntent", "SetupIntent"))
    method = state.get("payment_method", intent["payment_method"])
    decline = attempt(state, intent, method, params.get("return_url"))
    if decline is not None:
        error = setup_error(decline)
        error.fields |= {
            "payment_method": intent["last_setup_error"]["payment_method"],
            "setup_intent": snapshot(state, intent),
        }
        raise error
    return intent


def unexpected(intent: Object, message: str) -> ApiError:
    """The intent's status does not allow it; the error carries the intent."""
    return ApiError(400, message, code="setup_intent_unexpected_state", setup_intent=public(intent))


def check_method(intent: Object) -> None:
    """There must be something to set up; the customer's default is not taken."""
    if intent["payment_method"] is None:
        raise unexpected(
            intent,
            "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the"
            " SetupIntent with a payment method and then confirm it again, or confirm it again directly with a payment"
            " method or ConfirmationToken.",
        )


def retrieve(call: Call) -> Object:
    """GET /v1/setup_intents/{intent}"""
    return authorized(call, call.fetch("setup_intent", "intent"))


def update(call: Call) -> Object:
    """POST /v1/setup_intents/{intent}"""
    state, params = call.state, call.params
    intent = state.edit(call.fetch("setup_intent", "intent"))
    if intent["status"] in OVER and params.keys() - {"customer", "description", "metadata"}:
        raise unexpected(intent, f"You cannot update this SetupIntent because it has {OVER[intent['status']]}.")
    customer = call.find("customer", "customer")
    if customer is not None:
        intent["customer"] = customer["id"]
        state.table("setup_intent").reindex(intent["id"])
    intent |= call.given("description")
    if "metadata" in params:
        intent["metadata"] = merged(intent["metadata"], params["metadata"])
    choose(intent, params.get("payment_method_options"))
    method = method_given(call, intent)
    if method is not None:
        abandon(state, intent)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation", "next_action": None}
    return intent


def confirm(call: Call) -> Object:
    """POST /v1/setup_intents/{intent}/confirm"""
    intent = call.state.edit(authorized(call, call.fetch("setup_intent", "intent")))
    check_own(intent, "confirm")
    choose(intent, call.params.get("payment_method_options"))
    method = method_given(call, intent)
    if method is not None:
        intent["payment_method"] = method["id"]
    check_method(intent)
    if intent["status"] in OVER:
        raise unexpected(intent, f"You cannot confirm this SetupIntent because it has {OVER[intent['status']]}.")
    return confirmed(call, intent)


def cancel(call: Call) -> Object:
    """POST /v1/setup_intents/{intent}/cancel"""
    state = call.state
    intent = authorized(call, call.fetch("setup_intent", "intent"))
    if intent["status"] == "canceled":
        raise unexpected(intent, "You cannot cancel this SetupIntent because it is already canceled.")
    if intent["status"] == "succeeded":
        raise unexpected(
            intent,
            "You cannot cancel this SetupIntent because it has a status of succeeded. Only a SetupIntent with one of"
            " the following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or"
            " `requires_action`.",
        )
    check_own(intent, "cancel")
    reason = call.params.get("cancellation_reason")
    state.edit(intent).update(status="canceled", cancellation_reason=reason, next_action=None)
    abandon(state, intent)
    emit(state, "setup_intent.canceled", intent)
    return intent


def listing(call: Call) -> Object:
    """GET /v1/setup_intents"""
    method, customer = call.params.get("payment_method"), call.params.get("customer")

    def matches(row: Object) -> bool:
        return method is None or row["payment_method"] == method

    if customer:
        return page(call, "setup_intent", index="customer", value=customer, where=matches)
    return page(call, "setup_intent", where=matches)
