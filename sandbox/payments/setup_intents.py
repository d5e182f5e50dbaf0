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
from sandbox.payments.payment_confirmation import NEEDS_RETURN_URL, authorized, method_given
from sandbox.payments.payment_methods import DATA
from sandbox.payments.setup_intent_building import attempt, build
from sandbox.webhooks.events import emit

UNSUPPORTED = (
    "allowed_payment_method_types attach_to_self customer_account excluded_payment_method_types flow_directions"
    " payment_method_configuration"
)
CONFIRMING: dict[str, Kind] = unsupported_names("allowed_payment_method_types confirmation_token") | {
    "mandate_data": Anything(),
    "payment_method": Text(),
    "payment_method_data": Hash(DATA),
    "payment_method_options": Anything(),
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
    "payment_method_options": Anything(),
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
    method = method_given(call, intent)
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    if params.get("confirm"):
        return confirmed(call, intent)
    return intent


def confirmed(call: Call, intent: Object) -> Object:
    """Sets the card up. Raises ApiError 402 when it is declined."""
    state, params = call.state, call.params
    if intent["payment_method"] is None:
        raise invalid(
            "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a"
            " payment method or specify a payment method directly in this confirmation call.",
            code="setup_intent_unexpected_state",
        )
    automatic = intent["automatic_payment_methods"] or {"allow_redirects": "never"}
    redirects = automatic["allow_redirects"] != "never"
    if redirects and not params.get("return_url") and not params.get("use_stripe_sdk") and not call.publishable:
        raise invalid(NEEDS_RETURN_URL.replace("PaymentIntent", "SetupIntent"))
    method = state.get("payment_method", intent["payment_method"])
    decline = attempt(state, intent, method, params.get("return_url"))
    if decline is not None:
        error = decline.error()
        error.fields["setup_intent"] = snapshot(state, intent)
        raise error
    return intent


def unexpected(intent: Object, verb: str) -> ApiError:
    """The intent's status does not allow it."""
    return ApiError(
        400,
        f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}.",
        code="setup_intent_unexpected_state",
        setup_intent=public(intent),
    )


def retrieve(call: Call) -> Object:
    """GET /v1/setup_intents/{intent}"""
    return authorized(call, call.fetch("setup_intent", "intent"))


def update(call: Call) -> Object:
    """POST /v1/setup_intents/{intent}"""
    state, params = call.state, call.params
    intent = state.edit(call.fetch("setup_intent", "intent"))
    if intent["status"] in ("succeeded", "canceled") and params.keys() - {"metadata", "description"}:
        raise unexpected(intent, "update")
    customer = call.find("customer", "customer")
    if customer is not None:
        intent["customer"] = customer["id"]
        state.table("setup_intent").reindex(intent["id"])
    intent |= call.given("description")
    if "metadata" in params:
        intent["metadata"] = merged(intent["metadata"], params["metadata"])
    method = method_given(call, intent)
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return intent


def confirm(call: Call) -> Object:
    """POST /v1/setup_intents/{intent}/confirm"""
    intent = call.state.edit(authorized(call, call.fetch("setup_intent", "intent")))
    if intent["status"] in ("succeeded", "canceled"):
        raise unexpected(intent, "confirm")
    method = method_given(call, intent)
    if method is not None:
        intent["payment_method"] = method["id"]
    return confirmed(call, intent)


def cancel(call: Call) -> Object:
    """POST /v1/setup_intents/{intent}/cancel"""
    intent = authorized(call, call.fetch("setup_intent", "intent"))
    if intent["status"] in ("succeeded", "canceled"):
        raise unexpected(intent, "cancel")
    call.state.edit(intent).update(
        status="canceled", cancellation_reason=call.params.get("cancellation_reason"), next_action=None
    )
    emit(call.state, "setup_intent.canceled", intent)
    return intent


def listing(call: Call) -> Object:
    """GET /v1/setup_intents"""
    method, customer = call.params.get("payment_method"), call.params.get("customer")

    def matches(row: Object) -> bool:
        return method is None or row["payment_method"] == method

    if customer:
        return page(call, "setup_intent", index="customer", value=customer, where=matches)
    return page(call, "setup_intent", where=matches)
