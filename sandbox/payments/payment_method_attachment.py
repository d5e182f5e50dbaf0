"""Putting a payment method on a customer; a test token becomes a payment method of its own each time."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError, invalid
from sandbox.payments.cards import Decline
from sandbox.payments.payment_method_building import card_of, usable, verify
from sandbox.webhooks.events import emit


def attach_token(state: State, id: str, customer: Object, param: str, *, status: int = 400) -> Object:
    """Attaches a payment method or a test token. Raises ApiError 402 for a card that the bank refuses."""
    method = usable(state, id, param, status=status)
    if method["customer"] == customer["id"]:
        return method
    check_unused(method)
    refusal = card_of(method).attach
    if refusal:
        raise Decline(refusal).error("")
    attach(state, method, customer)
    return method


def check_unused(method: Object) -> None:
    """Refuses a payment method that is somebody else's or was used up. Raises ApiError 400."""
    if method["customer"] is not None:
        raise invalid("The payment method you provided has already been attached to a customer.", "payment_method")
    if method["_"]["used"]:
        raise used_up()


def used_up() -> ApiError:
    """A payment method works once, or for as long as it is attached."""
    return invalid(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a"
        " connected account without Customer attachment, or was detached from a Customer. It may not be used again. To"
        " use a PaymentMethod multiple times, you must attach it to a Customer first.",
        "payment_method",
    )


def attach(state: State, method: Object, customer: Object) -> None:
    """Puts it on the customer."""
    verify(state, method)
    state.edit(method)["customer"] = customer["id"]
    state.table("payment_method").reindex(method["id"])
    emit(state, "payment_method.attached", method)
