"""Charges (https://docs.stripe.com/api/charges); they are made by way of payment intents."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid, no_such
from sandbox.api.lists import page
from sandbox.api.parameters import (
    PAGING,
    Choice,
    Hash,
    Integer,
    Metadata,
    Moments,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.api.search import Fields, search
from sandbox.api.views import snapshot
from sandbox.payments.shipping import SHIPPING, shipping_given
from sandbox.webhooks.events import emit_update

UPDATE: Shape = {
    "customer": Text(),
    "description": Text(limit=40_000),
    "fraud_details": Hash({"user_report": Choice(("fraudulent", "safe"), unsets=True)}),
    "metadata": Metadata(),
    "receipt_email": Text(),
    "shipping": SHIPPING,
    "transfer_group": Text(),
}
LIST: Shape = PAGING | {
    "created": Moments(),
    "customer": Text(),
    "payment_intent": Text(),
    "transfer_group": Text(),
}
CAPTURE: Shape = unsupported_names("application_fee application_fee_amount transfer_data transfer_group") | {
    "amount": Integer(low=1),
    "receipt_email": Text(),
    "statement_descriptor": Text(limit=22),
    "statement_descriptor_suffix": Text(limit=22),
}
LIST_REFUNDS: Shape = PAGING
SEARCH = Fields(
    text={
        "currency": "currency",
        "customer": "customer",
        "disputed": "disputed",
        "billing_details.address.postal_code": "billing_details.address.postal_code",
        "payment_method_details.card.brand": "payment_method_details.card.brand",
        "payment_method_details.card.fingerprint": "payment_method_details.card.fingerprint",
        "payment_method_details.card.last4": "payment_method_details.card.last4",
        "refunded": "refunded",
        "status": "status",
    },
    numeric={
        "amount": "amount",
        "created": "created",
        "payment_method_details.card.exp_month": "payment_method_details.card.exp_month",
        "payment_method_details.card.exp_year": "payment_method_details.card.exp_year",
    },
)


def retrieve(call: Call) -> Object:
    """GET /v1/charges/{id}"""
    return call.fetch("charge", "id")


def update(call: Call) -> Object:
    """POST /v1/charges/{id}"""
    state, params = call.state, call.params
    charge = state.edit(call.fetch("charge", "id"))
    before = snapshot(state, charge)
    customer = call.find("customer", "customer")
    if customer is not None:
        if charge["customer"] not in (None, customer["id"]):
            raise invalid("The customer of a charge cannot be changed.", "customer")
        charge["customer"] = customer["id"]
        state.table("charge").reindex(charge["id"])
    charge |= call.given("description", "receipt_email", "transfer_group") | shipping_given(params)
    if "fraud_details" in params:
        report = params["fraud_details"].get("user_report")
        charge["fraud_details"] = {"user_report": report} if report else {}
    if "metadata" in params:
        charge["metadata"] = merged(charge["metadata"], params["metadata"])
    emit_update(state, "charge.updated", before, charge)
    return charge


def capture(call: Call) -> Object:
    """POST /v1/charges/{id}/capture: refused, since all charges here are made by payment intents."""
    charge = call.fetch("charge", "id")
    if charge["captured"]:
        raise invalid(f"Charge {charge['id']} has already been captured.", code="charge_already_captured")
    raise invalid(
        f"This uncaptured Charge was created by a PaymentIntent ({charge['payment_intent']}). You must capture the"
        " PaymentIntent instead. For more information, see"
        " https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
    )


def refund(call: Call) -> Object:
    """GET /v1/charges/{charge}/refunds/{refund}"""
    charge, found = call.fetch("charge", "charge"), call.fetch("refund", "refund")
    if found["charge"] != charge["id"]:
        raise no_such("refund", found["id"], "refund", status=404)
    return found


def listing(call: Call) -> Object:
    """GET /v1/charges"""
    params = call.params

    def matches(row: Object) -> bool:
        return all(
            row[name] == params[name] for name in ("customer", "payment_intent", "transfer_group") if name in params
        )

    for name in ("payment_intent", "customer"):
        if params.get(name):
            return page(call, "charge", index=name, value=params[name], where=matches)
    return page(call, "charge", where=matches)


def refunds(call: Call) -> Object:
    """GET /v1/charges/{charge}/refunds"""
    return page(call, "refund", index="charge", value=call.fetch("charge", "charge")["id"])


def find(call: Call) -> Object:
    """GET /v1/charges/search"""
    return search(call, "charge", SEARCH)
