"""What a payment intent lets be done to it, by its status (https://docs.stripe.com/payments/paymentintents/lifecycle)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.errors import ApiError, invalid
from sandbox.api.views import public

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
ALWAYS = ("description", "metadata")
HOW_IT_IS_PAID = (
    "amount", "capture_method", "currency", "customer", "payment_method", "payment_method_data",
    "payment_method_options", "setup_future_usage",
)  # fmt: skip


def unexpected(intent: Object, message: str, param: str | None = None) -> ApiError:
    """The intent's status does not allow it; the error carries the intent."""
    return ApiError(400, message, code="payment_intent_unexpected_state", param=param, payment_intent=public(intent))


def check_open_to(intent: Object, params: dict[str, Any]) -> None:
    """Refuses to change how something is paid that is authorized, and most of all else once it is over."""
    status = intent["status"]
    if status in OPEN:
        return
    for name in params:
        if name in HOW_IT_IS_PAID or (status != "requires_capture" and name not in ALWAYS):
            raise cannot_update(intent, name)


def cannot_update(intent: Object, param: str) -> ApiError:
    """A parameter that cannot be changed any more."""
    name = "payment_method" if param == "payment_method_data" else param
    return unexpected(
        intent,
        f"This PaymentIntent's {name} could not be updated because it has a status of {intent['status']}. You may only"
        f" update the {name} of a PaymentIntent with one of the following statuses: {', '.join(OPEN)}.",
        param,
    )


def check_confirmable(call: Call, intent: Object) -> None:
    """Refuses to confirm what is over, and from a browser what only a server may confirm. Raises ApiError 400."""
    if call.publishable and intent["confirmation_method"] == "manual":
        raise invalid(
            "This PaymentIntent cannot be confirmed using your publishable key because its `confirmation_method` is set"
            " to `manual`. Please use your secret key instead, or create a PaymentIntent with `confirmation_method` set"
            " to `automatic`."
        )
    if intent["status"] == "succeeded":
        raise unexpected(
            intent,
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
        )
    if intent["status"] not in OPEN:
        for param in ("payment_method", "payment_method_data"):
            if call.params.get(param):
                raise cannot_update(intent, param)
        raise unexpected(
            intent,
            f"This PaymentIntent could not be confirmed because it has a status of {intent['status']}. Only a"
            f" PaymentIntent with one of the following statuses may be confirmed: {', '.join(OPEN)}.",
        )


def amount_to_capture(intent: Object, asked: int | None) -> int:
    """All that is authorized unless less is asked for. Raises ApiError 400."""
    if intent["status"] == "succeeded":
        raise unexpected(
            intent,
            "The remaining amount on this PaymentIntent could not be captured because the remainder of the authorized"
            " amount has been released.",
        )
    if intent["status"] != "requires_capture":
        raise unexpected(
            intent,
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. Only a"
            " PaymentIntent with one of the following statuses may be captured: requires_capture.",
        )
    amount: int = intent["amount_capturable"] if asked is None else asked
    if amount < 0:
        raise carrying(intent, invalid("Invalid non-negative integer", "amount_to_capture"))
    if amount == 0:
        message = "This value must be greater than or equal to 1."
        raise carrying(intent, invalid(message, "amount", "parameter_invalid_integer"))
    if amount > intent["amount_capturable"]:
        message = (
            "The payment could not be captured because the requested capture amount is greater than the amount you can"
            " capture for this charge. Contact us via https://support.stripe.com/contact/ for help."
        )
        raise carrying(intent, invalid(message, code="amount_too_large"))
    return amount


def carrying(intent: Object, error: ApiError) -> ApiError:
    """An error with the intent that it is about."""
    error.fields["payment_intent"] = public(intent)
    return error
