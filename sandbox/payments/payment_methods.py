"""Payment methods (https://docs.stripe.com/api/payment_methods)."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import invalid, unsupported
from sandbox.api.lists import page
from sandbox.api.parameters import (
    PAGING,
    Anything,
    Hash,
    Integer,
    Metadata,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.api.views import snapshot
from sandbox.payments import card_table
from sandbox.payments.payment_method_attachment import attach_token
from sandbox.payments.payment_method_building import new
from sandbox.payments.payment_method_data import BILLING_DETAILS, DATA, REDISPLAY, describe, from_data
from sandbox.webhooks.events import emit, emit_update

CREATE: Shape = DATA | {"customer": Text(), "payment_method": Text()}
UPDATE: Shape = unsupported_names("us_bank_account") | {
    "allow_redisplay": REDISPLAY,
    "billing_details": BILLING_DETAILS,
    "card": Hash({"exp_month": Integer(low=1, high=12), "exp_year": Integer(low=1), "networks": Anything()}),
    "metadata": Metadata(),
}
ATTACH: Shape = unsupported_names("customer_account") | {"customer": Text()}
LIST: Shape = (
    PAGING | unsupported_names("customer_account") | {"allow_redisplay": REDISPLAY, "customer": Text(), "type": Text()}
)
LIST_OF_CUSTOMER: Shape = PAGING | {"allow_redisplay": REDISPLAY, "type": Text()}


def create(call: Call) -> Object:
    """POST /v1/payment_methods"""
    if call.params.get("payment_method") or call.params.get("customer"):
        raise unsupported("cloning payment methods for connected accounts", "payment_method")
    return from_data(call.state, call.params, publishable=call.publishable)


def retrieve(call: Call) -> Object:
    """GET /v1/payment_methods/{payment_method}; a test token answers as the method it stands for."""
    card = card_table.token_of(call.ids["payment_method"])
    return new(call.state, card) if card else call.fetch("payment_method", "payment_method")


def update(call: Call) -> Object:
    """POST /v1/payment_methods/{payment_method}"""
    state = call.state
    method = state.edit(call.fetch("payment_method", "payment_method"))
    if method["customer"] is None:
        raise invalid("You must save this PaymentMethod to a customer before you can update it.")
    before = snapshot(state, method)
    describe(method, call.params)
    for name, value in (call.params.get("card") or {}).items():
        if name != "networks":
            method["card"][name] = value
    emit_update(state, "payment_method.updated", before, method)
    return method


def attach(call: Call) -> Object:
    """POST /v1/payment_methods/{payment_method}/attach"""
    customer = call.find("customer", "customer")
    if customer is None:
        raise invalid("Must provide customer or customer_account.", code="parameter_missing")
    return attach_token(call.state, call.ids["payment_method"], customer, "payment_method", status=404)


def detach(call: Call) -> Object:
    """POST /v1/payment_methods/{payment_method}/detach: for good, and no longer anybody's default."""
    state = call.state
    method = state.edit(call.fetch("payment_method", "payment_method"))
    customer = state.table("customer").get(method["customer"])
    if customer is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    before = snapshot(state, method)
    method["customer"] = None
    method["_"]["used"] = True
    state.table("payment_method").reindex(method["id"])
    emit(state, "payment_method.detached", method, {"customer": before["customer"]})
    forget(state, customer, method["id"])
    return method


def forget(state: State, customer: Object, id: str) -> None:
    """Takes a payment method away from where it was a default."""
    if customer["invoice_settings"]["default_payment_method"] == id:
        before = snapshot(state, customer)
        state.edit(customer)["invoice_settings"]["default_payment_method"] = None
        emit_update(state, "customer.updated", before, customer)
    for subscription in state.table("subscription").oldest_first("customer", customer["id"]):
        if subscription["default_payment_method"] == id:
            before = snapshot(state, subscription)
            state.edit(subscription)["default_payment_method"] = None
            emit_update(state, "customer.subscription.updated", before, subscription)


def listing(call: Call) -> Object:
    """GET /v1/payment_methods"""
    wanted, redisplay = call.params.get("type"), call.params.get("allow_redisplay")

    def matches(row: Object) -> bool:
        return (
            row["customer"] is not None
            and (wanted is None or row["type"] == wanted)
            and (redisplay is None or row["allow_redisplay"] == redisplay)
        )

    customer = call.find("customer", "customer")
    if customer is None:
        return page(call, "payment_method", where=matches)
    return page(call, "payment_method", index="customer", value=customer["id"], where=matches)
