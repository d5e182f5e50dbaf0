"""Charges (https://docs.stripe.com/api/charges); they are made by way of payment intents."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Anything, Choice, Hash, Metadata, Moments, Shape, Text
from sandbox.api.search import Fields, search
from sandbox.api.views import snapshot
from sandbox.webhooks.events import emit_update

UPDATE: Shape = {
    "customer": Text(),
    "description": Text(limit=40_000),
    "fraud_details": Hash({"user_report": Choice(("fraudulent", "safe"), unsets=True)}),
    "metadata": Metadata(),
    "receipt_email": Text(),
    "shipping": Anything(),
    "transfer_group": Text(),
}
LIST: Shape = PAGING | {
    "created": Moments(),
    "customer": Text(),
    "payment_intent": Text(),
    "transfer_group": Text(),
}
LIST_REFUNDS: Shape = PAGING
SEARCH = Fields(
    text={
        "currency": "currency",
        "customer": "customer",
        "disputed": "disputed",
        "payment_method_details.card.last4": "payment_method_details.card.last4",
        "refunded": "refunded",
        "status": "status",
    },
    numeric={"amount": "amount", "created": "created"},
)


def retrieve(call: Call) -> Object:
    """GET /v1/charges/{charge}"""
    return call.fetch("charge", "charge")


def update(call: Call) -> Object:
    """POST /v1/charges/{charge}"""
    state, params = call.state, call.params
    charge = state.edit(call.fetch("charge", "charge"))
    before = snapshot(state, charge)
    customer = call.find("customer", "customer")
    if customer is not None:
        if charge["customer"] not in (None, customer["id"]):
            raise invalid("The customer of a charge cannot be changed.", "customer")
        charge["customer"] = customer["id"]
        state.table("charge").reindex(charge["id"])
    charge |= call.given("description", "receipt_email", "shipping", "transfer_group")
    if "fraud_details" in params:
        report = params["fraud_details"].get("user_report")
        charge["fraud_details"] = {"user_report": report} if report else {}
    if "metadata" in params:
        charge["metadata"] = merged(charge["metadata"], params["metadata"])
    emit_update(state, "charge.updated", before, charge)
    return charge


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
