"""Payment intents (https://docs.stripe.com/api/payment_intents)."""

from typing import Any

from sandbox.calls import Call, merged
from sandbox.charging import book
from sandbox.errors import ApiError, invalid
from sandbox.events import emit
from sandbox.invoice_collection import follow
from sandbox.lists import page
from sandbox.objects import Object
from sandbox.parameters import (
    PAGING,
    Anything,
    Boolean,
    Choice,
    Currency,
    Either,
    Hash,
    Integer,
    Kind,
    Metadata,
    Moments,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.payment_attempts import attempt, declined
from sandbox.payment_intent_building import build, check_amount, end_intent
from sandbox.payment_method_attachment import used_up
from sandbox.payment_method_building import usable
from sandbox.payment_methods import DATA, from_data
from sandbox.search import Fields, search

UNSUPPORTED = "allowed_payment_method_types amount_details excluded_payment_method_types hooks payment_details"
UNSUPPORTED_FEES = " application_fee_amount payment_method_configuration transfer_data"
CAPTURE_METHOD = Choice(("automatic", "automatic_async", "manual"))
FUTURE_USAGE = Choice(("off_session", "on_session"), unsets=True)
DESCRIBING: dict[str, Kind] = {
    "description": Text(limit=1_000),
    "metadata": Metadata(),
    "receipt_email": Text(),
    "setup_future_usage": FUTURE_USAGE,
    "shipping": Anything(),
    "statement_descriptor": Text(limit=22),
    "statement_descriptor_suffix": Text(limit=22),
    "transfer_group": Text(),
}
CONFIRMING: dict[str, Kind] = {
    "capture_method": CAPTURE_METHOD,
    "error_on_requires_action": Boolean(),
    "mandate_data": Anything(),
    "off_session": Either(("one_off", "recurring"), Boolean()),
    "payment_method": Text(),
    "payment_method_data": Hash(DATA),
    "payment_method_options": Anything(),
    "radar_options": Anything(),
    "return_url": Text(),
    "use_stripe_sdk": Boolean(),
}
CREATE: Shape = (
    unsupported_names(f"{UNSUPPORTED}{UNSUPPORTED_FEES} confirmation_token customer_account mandate on_behalf_of")
    | DESCRIBING
    | CONFIRMING
    | {
        "amount": Integer(required=True),
        "automatic_payment_methods": Hash(
            {"allow_redirects": Choice(("always", "never")), "enabled": Boolean(required=True)}
        ),
        "confirm": Boolean(),
        "confirmation_method": Choice(("automatic", "manual")),
        "currency": Currency(required=True),
        "customer": Text(),
    }
)
UPDATE: Shape = (
    unsupported_names(f"{UNSUPPORTED}{UNSUPPORTED_FEES} customer_account")
    | DESCRIBING
    | {
        "amount": Integer(),
        "capture_method": CAPTURE_METHOD,
        "currency": Currency(),
        "customer": Text(),
        "payment_method": Text(),
        "payment_method_data": Hash(DATA),
        "payment_method_options": Anything(),
    }
)
CONFIRM: Shape = (
    unsupported_names(f"{UNSUPPORTED} confirmation_token mandate")
    | CONFIRMING
    | {
        "amount_to_confirm": Integer(),
        "client_secret": Text(),
        "receipt_email": Text(),
        "setup_future_usage": FUTURE_USAGE,
        "shipping": Anything(),
    }
)
CAPTURE: Shape = unsupported_names("amount_details application_fee_amount hooks payment_details transfer_data") | {
    "amount_to_capture": Integer(low=1),
    "final_capture": Boolean(),
    "metadata": Metadata(),
    "statement_descriptor": Text(limit=22),
    "statement_descriptor_suffix": Text(limit=22),
}
CANCEL: Shape = {
    "cancellation_reason": Choice(("abandoned", "duplicate", "fraudulent", "requested_by_customer")),
    "client_secret": Text(),
}
RETRIEVE: Shape = {"client_secret": Text()}
LIST: Shape = PAGING | unsupported_names("customer_account") | {"created": Moments(), "customer": Text()}
SEARCH = Fields(
    text={"currency": "currency", "customer": "customer", "status": "status"},
    numeric={"amount": "amount", "created": "created"},
)
PLAIN = (
    "description", "receipt_email", "setup_future_usage", "shipping", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip
NEEDS_RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these"
    " payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't"
    " want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and"
    " `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)


def create(call: Call) -> Object:
    """POST /v1/payment_intents"""
    state, params = call.state, call.params
    check_amount(params["amount"], params["currency"])
    customer = call.find("customer", "customer")
    automatic = params.get("automatic_payment_methods") or {"enabled": True}
    fields: dict[str, Any] = call.given(*PLAIN, "capture_method", "confirmation_method")
    intent = build(
        state,
        params["amount"],
        params["currency"],
        customer,
        **({"capture_method": "automatic_async"} | fields),
        automatic_payment_methods={"allow_redirects": "always"} | automatic if automatic["enabled"] else None,
        metadata=merged({}, params.get("metadata")),
    )
    if not params.get("confirm"):
        for name in ("off_session", "return_url", "error_on_requires_action"):
            if params.get(name):
                raise invalid(f"You cannot set `{name}` when `confirm` is not true.", name)
    method = method_given(call, intent)
    if method is not None:
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
    if params.get("confirm"):
        return confirmed(call, intent)
    return intent


def method_given(call: Call, intent: Object) -> Object | None:
    """The payment method that a request names or describes, checked for use on the intent."""
    state, params = call.state, call.params
    if params.get("payment_method_data"):
        return from_data(state, params["payment_method_data"], publishable=call.publishable)
    if not params.get("payment_method"):
        return None
    method = usable(state, params["payment_method"], "payment_method")
    check_usable(method, intent)
    return method


def check_usable(method: Object, intent: Object) -> None:
    """A payment method of one customer cannot pay for another. Raises ApiError 400."""
    if method["customer"] is None and method["_"]["used"]:
        raise used_up()
    if method["customer"] is not None and intent["customer"] is None:
        raise invalid(
            f"The PaymentMethod {method['id']} belongs to the Customer {method['customer']}. Please include the"
            " Customer in the `customer` parameter on the PaymentIntent.",
            "payment_method",
        )
    if method["customer"] not in (None, intent["customer"]):
        raise invalid(
            f"The PaymentMethod {method['id']} does not belong to the Customer you supplied {intent['customer']}."
            " Please use this PaymentMethod with the Customer that it belongs to instead.",
            "payment_method",
        )


def confirmed(call: Call, intent: Object) -> Object:
    """Confirms an intent and carries the outcome on to its invoice. Raises ApiError 402 when it is declined."""
    state, params = call.state, call.params
    if intent["payment_method"] is None:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the"
            " PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a"
            " payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
        )
    automatic = intent["automatic_payment_methods"] or {"allow_redirects": "never"}
    redirects = automatic["allow_redirects"] != "never"
    if redirects and not params.get("return_url") and not params.get("use_stripe_sdk") and not call.publishable:
        raise invalid(NEEDS_RETURN_URL)
    decline = attempt(
        state,
        intent,
        state.get("payment_method", intent["payment_method"]),
        off_session=bool(params.get("off_session")),
        return_url=params.get("return_url"),
        may_ask=not params.get("off_session") and not params.get("error_on_requires_action"),
    )
    follow(state, intent, decline)
    if decline is not None:
        raise declined(state, intent, decline)
    return intent


def retrieve(call: Call) -> Object:
    """GET /v1/payment_intents/{intent}"""
    return authorized(call, call.fetch("payment_intent", "intent"))


def authorized(call: Call, intent: Object) -> Object:
    """With a publishable key the client secret must match. Raises ApiError 400."""
    secret = call.params.get("client_secret")
    if (call.publishable or secret) and secret != intent["client_secret"]:
        raise invalid(
            f"The client_secret provided does not match any associated {intent['object']} on this account."
            if secret
            else "Missing required param: client_secret.",
            "client_secret",
            None if secret else "parameter_missing",
        )
    return intent


def unexpected(intent: Object, verb: str, allowed: str) -> ApiError:
    """The intent's status does not allow it."""
    return ApiError(
        400,
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent"
        f" with one of the following statuses may be {allowed}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


def update(call: Call) -> Object:
    """POST /v1/payment_intents/{intent}"""
    state, params = call.state, call.params
    intent = state.edit(call.fetch("payment_intent", "intent"))
    if intent["status"] in ("succeeded", "canceled") and params.keys() - {"metadata", "description"}:
        raise unexpected(intent, "update", "updated: requires_payment_method, requires_confirmation, requires_action")
    customer = call.find("customer", "customer")
    if customer:
        intent["customer"] = customer["id"]
        state.table("payment_intent").reindex(intent["id"])
    intent |= call.given(*PLAIN, "amount", "currency", "capture_method")
    check_amount(intent["amount"], intent["currency"])
    if "metadata" in params:
        intent["metadata"] = merged(intent["metadata"], params["metadata"])
    method = method_given(call, intent)
    if method is not None:
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
        intent["next_action"] = None
    return intent


def confirm(call: Call) -> Object:
    """POST /v1/payment_intents/{intent}/confirm"""
    state = call.state
    intent = state.edit(authorized(call, call.fetch("payment_intent", "intent")))
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        raise unexpected(
            intent, "confirm", "confirmed: requires_confirmation, requires_action, requires_payment_method"
        )
    intent |= call.given("capture_method", "receipt_email", "setup_future_usage", "shipping")
    method = method_given(call, intent)
    if method is not None:
        intent["payment_method"] = method["id"]
    return confirmed(call, intent)


def capture(call: Call) -> Object:
    """POST /v1/payment_intents/{intent}/capture: what is not captured is released."""
    state = call.state
    intent = state.edit(call.fetch("payment_intent", "intent"))
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "capture", "captured: requires_capture")
    amount = call.params.get("amount_to_capture", intent["amount_capturable"])
    if amount > intent["amount_capturable"]:
        raise invalid(
            f"The amount_to_capture ({amount}) is more than can be captured ({intent['amount_capturable']}).",
            "amount_to_capture",
            "amount_too_large",
        )
    charge = state.edit(state.get("charge", intent["latest_charge"]))
    charge |= {"captured": True, "amount_captured": amount, "amount_refunded": charge["amount"] - amount}
    book(state, charge)
    if "metadata" in call.params:
        intent["metadata"] = merged(intent["metadata"], call.params["metadata"])
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    emit(state, "charge.captured", charge)
    emit(state, "payment_intent.succeeded", intent)
    follow(state, intent, None)
    return intent


def cancel(call: Call) -> Object:
    """POST /v1/payment_intents/{intent}/cancel"""
    state = call.state
    intent = authorized(call, call.fetch("payment_intent", "intent"))
    if intent["status"] in ("succeeded", "canceled"):
        raise unexpected(
            intent,
            "cancel",
            "canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing",
        )
    if state.table("invoice_payment").keys("payment_intent", intent["id"]):
        raise invalid(
            "You cannot cancel a PaymentIntent that is used by an invoice. Void the invoice instead.",
            code="payment_intent_unexpected_state",
        )
    end_intent(state, intent, call.params.get("cancellation_reason"))
    return intent


def listing(call: Call) -> Object:
    """GET /v1/payment_intents"""
    customer = call.params.get("customer")
    if customer:
        return page(call, "payment_intent", index="customer", value=customer)
    return page(call, "payment_intent")


def find(call: Call) -> Object:
    """GET /v1/payment_intents/search"""
    return search(call, "payment_intent", SEARCH)
