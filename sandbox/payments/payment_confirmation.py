"""Confirming intents: with which payment method, and what comes of it."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.errors import ApiError, invalid
from sandbox.api.views import public
from sandbox.invoices.invoice_collection import follow
from sandbox.payments.payment_attempts import attempt, declined
from sandbox.payments.payment_method_attachment import used_up
from sandbox.payments.payment_method_building import usable
from sandbox.payments.payment_method_data import from_data

NEEDS_RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these"
    " payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't"
    " want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and"
    " `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)


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
        raise without_customer(method, intent)
    if method["customer"] not in (None, intent["customer"]):
        raise invalid(
            f"The PaymentMethod {method['id']} does not belong to the Customer you supplied {intent['customer']}."
            " Please use this PaymentMethod with the Customer that it belongs to instead.",
            "payment_method",
        )


def without_customer(method: Object, intent: Object) -> ApiError:
    """A customer's payment method on an intent of nobody."""
    if intent["object"] == "setup_intent":
        return invalid(
            f"The payment method supplied ({method['id']}) belongs to the Customer {method['customer']}. Please include"
            " the Customer in the `customer` parameter on the SetupIntent.",
            "payment_method",
        )
    return invalid(
        f"The `payment_method` parameter supplied {method['id']} belongs to the Customer {method['customer']}. Please"
        " include the Customer in the `customer` parameter on the PaymentIntent.",
        "source",
        "parameter_missing",
    )


def confirmed(call: Call, intent: Object) -> Object:
    """Confirms an intent and carries the outcome on to its invoice. Raises ApiError 402 when it is declined."""
    state, params = call.state, call.params
    if intent["payment_method"] is None:
        raise without_method(intent)
    automatic = intent["automatic_payment_methods"] or {"allow_redirects": "never"}
    redirects = automatic["allow_redirects"] != "never"
    if redirects and not params.get("return_url") and not params.get("use_stripe_sdk") and not call.publishable:
        raise invalid(NEEDS_RETURN_URL)
    instead = "authentication_not_handled" if params.get("error_on_requires_action") else ""
    decline = attempt(
        state,
        intent,
        state.get("payment_method", intent["payment_method"]),
        off_session=bool(params.get("off_session")),
        return_url=params.get("return_url"),
        instead_of_asking="authentication_required" if params.get("off_session") else instead,
    )
    follow(state, intent, decline)
    if decline is not None:
        raise declined(state, intent, decline)
    return intent


def without_method(intent: Object) -> ApiError:
    """There is nothing to pay with; the customer's default is for invoices only."""
    remedy = (
        f"To confirm the PaymentIntent with {intent['customer']}, specify a payment method attached to this customer"
        " along with the customer ID."
        if intent["customer"]
        else "You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it"
        " again directly with a payment method or ConfirmationToken."
    )
    return ApiError(
        400,
        f"You cannot confirm this PaymentIntent because it's missing a payment method. {remedy}",
        code="payment_intent_unexpected_state",
        payment_intent=public(intent),
    )


def check_own(intent: Object, verb: str) -> None:
    """The intent of a Checkout Session is driven by its page alone. Raises ApiError 400."""
    if intent.get("_", {}).get("checkout"):
        name = "PaymentIntent" if intent["object"] == "payment_intent" else "SetupIntent"
        raise invalid(
            f"You cannot {verb} this {name} because it belongs to a Checkout Session. To cancel, expire the Checkout"
            " Session instead.",
            code=f"{intent['object']}_unexpected_state",
        )


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
