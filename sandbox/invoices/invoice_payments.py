"""Invoice payments (https://docs.stripe.com/api/invoice-payment): which intent pays which invoice."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.errors import invalid, missing
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Choice, Hash, Moments, Shape, Text, unsupported_names
from sandbox.invoices.invoice_collection import credit_payment
from sandbox.invoices.invoice_finalization import add_payment
from sandbox.money import display

LIST: Shape = PAGING | {
    "created": Moments(),
    "invoice": Text(),
    "payment": Hash(
        unsupported_names("payment_record")
        | {"payment_intent": Text(), "type": Choice(("payment_intent", "payment_record"), required=True)}
    ),
    "status": Choice(("canceled", "open", "paid")),
}


def attach(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/attach_payment: a payment besides the default one, perhaps of a part."""
    state = call.state
    invoice = call.fetch("invoice", "invoice")
    intent = call.find("payment_intent", "payment_intent")
    if intent is None:
        raise missing("payment_intent")
    if invoice["status"] != "open":
        raise invalid(f"You can only attach a payment to an open invoice. This invoice is {invoice['status']}.")
    if intent["currency"] != invoice["currency"] or intent["customer"] != invoice["customer"]:
        raise invalid("The PaymentIntent must have the same currency and customer as the invoice.", "payment_intent")
    if intent["status"] == "canceled":
        raise invalid("You cannot attach a canceled PaymentIntent to an invoice.", "payment_intent")
    if state.table("invoice_payment").keys("payment_intent", intent["id"]):
        raise invalid("The PaymentIntent is already attached to an invoice.", "payment_intent")
    if intent["status"] != "succeeded" and intent["amount"] > invoice["amount_remaining"]:
        raise invalid(
            f"The PaymentIntent's amount ({display(intent['amount'], intent['currency'])}) is greater than the amount"
            f" remaining on the invoice ({display(invoice['amount_remaining'], intent['currency'])}).",
            "payment_intent",
        )
    payment = add_payment(state, invoice, intent, is_default=False)
    if intent["status"] == "succeeded":
        credit_payment(state, state.edit(invoice), payment, intent)
    return invoice


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
