"""Invoice payments (https://docs.stripe.com/api/invoice-payment): which intent pays which invoice."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Choice, Hash, Moments, Shape, Text, unsupported_names

LIST: Shape = PAGING | {
    "created": Moments(),
    "invoice": Text(),
    "payment": Hash(
        unsupported_names("payment_record")
        | {"payment_intent": Text(), "type": Choice(("payment_intent", "payment_record"), required=True)}
    ),
    "status": Choice(("canceled", "open", "paid")),
}


def retrieve(call: Call) -> Object:
    """GET /v1/invoice_payments/{invoice_payment}"""
    return call.fetch("invoice_payment", "invoice_payment")


def listing(call: Call) -> Object:
    """GET /v1/invoice_payments"""
    params = call.params
    status, invoice = params.get("status"), params.get("invoice")
    intent = (params.get("payment") or {}).get("payment_intent")

    def matches(row: Object) -> bool:
        return status in (None, row["status"]) and invoice in (None, row["invoice"])

    if intent:
        return page(call, "invoice_payment", index="payment_intent", value=intent, where=matches)
    if invoice:
        return page(call, "invoice_payment", index="invoice", value=invoice, where=matches)
    return page(call, "invoice_payment", where=matches)
