"""From draft to open, and the other ways an invoice ends without being paid."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError, invalid
from sandbox.api.views import snapshot
from sandbox.customers.customer_balance import adjust
from sandbox.invoices.invoice_totals import recompute
from sandbox.payments.payment_intent_building import build, end_intent
from sandbox.subscriptions.subscription_standing import after_write_off
from sandbox.timing.periods import DAY
from sandbox.webhooks.events import emit, emit_update

DESCRIPTIONS = {
    "subscription_create": "Subscription creation",
    "subscription_update": "Subscription update",
    "subscription_cycle": "Subscription update",
}


def finalize(state: State, invoice: Object) -> None:
    """Gives a draft its number, puts the balance against it and makes the intent that pays it.

    With nothing due it is paid by that; the caller carries that on.
    """
    if invoice["status"] != "draft":
        raise invalid(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.", code="invoice_not_editable"
        )
    revised = state.get("invoice", invoice["from_invoice"]["invoice"]) if invoice["from_invoice"] else None
    if revised is not None and revised["status"] in ("open", "uncollectible"):
        void(state, revised)
        state.edit(revised)["latest_revision"] = invoice["id"]
    if invoice["customer"] not in state.table("customer").rows:
        raise invalid("This invoice cannot be finalized because its customer has been deleted.")
    invoice = state.edit(invoice)
    recompute(state, invoice)
    customer = state.edit(state.get("customer", invoice["customer"]))
    before = snapshot(state, customer)
    now = state.now_for(invoice)
    use_discounts(state, invoice)
    apply_balance(state, invoice, customer)
    if invoice["number"] is None:
        invoice["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
        customer["next_invoice_sequence"] += 1
    if before["balance"] != customer["balance"]:
        emit(state, "customer.updated", customer, {"balance": before["balance"]})
    secret = state.token(24)
    page = f"{state.base_url}/sandbox/invoices/{invoice['id']}"
    if invoice["effective_at"] is None:
        invoice["effective_at"] = now
    if invoice["collection_method"] == "send_invoice" and invoice["due_date"] is None:
        invoice["due_date"] = now + (invoice["_"]["days_until_due"] or 0) * DAY
    invoice |= {
        "status": "open",
        "automatically_finalizes_at": None,
        "next_payment_attempt": None,
        "hosted_invoice_url": f"{page}?s={secret}",
        "invoice_pdf": f"{page}/pdf?s={secret}",
        "status_transitions": invoice["status_transitions"] | {"finalized_at": now},
    }
    if invoice["rendering"] and invoice["rendering"].get("pdf") == {"page_size": "auto"}:
        # The account is in the United States.
        invoice["rendering"]["pdf"] = {"page_size": "letter"}
    invoice["_"]["secret"] = secret
    if invoice["rendering"] is not None and (invoice["rendering"]["pdf"] or {}).get("page_size") == "auto":
        invoice["rendering"] = invoice["rendering"] | {"pdf": {"page_size": "letter"}}
    if invoice["due_date"] is not None:
        state.at(invoice, invoice["due_date"], "invoice.overdue")
    if invoice["amount_due"] > 0:
        add_intent(state, invoice, customer)
    emit(state, "invoice.finalized", invoice)


def use_discounts(state: State, invoice: Object) -> None:
    """A coupon for one invoice is used up by it."""
    for one in invoice["total_discount_amounts"]:
        state.edit(state.get("discount", one["discount"]))["_"]["used"] = True


def apply_balance(state: State, invoice: Object, customer: Object) -> None:
    """Moves between the customer's balance and what is due."""
    start, owed = invoice["starting_balance"], invoice["starting_balance"] + invoice["total"]
    ending = owed - invoice["amount_due"]
    invoice["ending_balance"] = ending
    if customer["currency"] not in (None, invoice["currency"]):
        return
    too_small = owed if owed > 0 and not invoice["amount_due"] else 0
    about = {"currency": invoice["currency"], "invoice": invoice["id"]}
    adjust(state, customer, ending - start - too_small, "applied_to_invoice", **about)
    adjust(state, customer, too_small, "invoice_too_small", **about)


def add_intent(state: State, invoice: Object, customer: Object) -> None:
    """The payment intent, and the InvoicePayment that ties it to the invoice; Checkout's have paid already."""
    if invoice["_"].get("paid_with"):
        paid = state.get("payment_intent", invoice["_"]["paid_with"])
        add_payment(state, invoice, paid, is_default=True)
        return
    intent = build(
        state,
        invoice["amount_due"],
        invoice["currency"],
        customer,
        description=DESCRIPTIONS.get(invoice["billing_reason"], f"Payment for Invoice {invoice['number']}"),
        payment_details={"customer_reference": None, "order_reference": invoice["id"]},
        setup_future_usage="off_session",
        statement_descriptor=invoice["statement_descriptor"],
    )
    add_payment(state, invoice, intent, is_default=True)


def add_payment(state: State, invoice: Object, intent: Object, *, is_default: bool) -> Object:
    """The InvoicePayment that ties an intent to an invoice."""
    return state.table("invoice_payment").add(
        {
            "id": state.new_id("invoice_payment"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": min(intent["amount"], invoice["amount_remaining"]),
            "created": state.now_for(invoice),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": is_default,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )


def open_payment(state: State, invoice: Object) -> Object | None:
    """The InvoicePayment for all that remains, if it is still to be made."""
    rows = state.table("invoice_payment").newest_first("invoice", invoice["id"])
    return next((row for row in rows if row["status"] == "open" and row["is_default"]), None)


def fit_payment(state: State, invoice: Object) -> None:
    """Keeps the default payment at what remains to be paid."""
    payment = open_payment(state, invoice)
    if payment is not None:
        state.edit(payment)["amount_requested"] = invoice["amount_remaining"]
        intent = state.get("payment_intent", payment["payment"]["payment_intent"])
        state.edit(intent)["amount"] = invoice["amount_remaining"]


def drop_intent(state: State, invoice: Object) -> None:
    """Calls the payment off."""
    payment = open_payment(state, invoice)
    if payment is not None:
        end_intent(state, state.get("payment_intent", payment["payment"]["payment_intent"]), "void_invoice")


def not_open() -> ApiError:
    """What only works on open invoices."""
    return invalid("You can only pass in open invoices. This invoice isn't open.")


def void(state: State, invoice: Object) -> None:
    """Calls an invoice off; the balance that it used comes back."""
    if invoice["status"] == "paid" or invoice["amount_paid"]:
        raise invalid("Invoices with `paid` payments cannot be voided.")
    if invoice["status"] not in ("open", "uncollectible"):
        raise not_open()
    was = snapshot(state, invoice)
    invoice = state.edit(invoice)
    drop_intent(state, invoice)
    customer = state.edit(state.get("customer", invoice["customer"]))
    before = snapshot(state, customer)
    moved = (invoice["ending_balance"] or 0) - invoice["starting_balance"]
    adjust(state, customer, -moved, "unapplied_from_invoice", invoice=invoice["id"])
    invoice |= {"status": "void", "auto_advance": False, "next_payment_attempt": None}
    invoice["status_transitions"]["voided_at"] = state.now_for(invoice)
    emit_update(state, "invoice.updated", was, invoice)
    emit(state, "invoice.voided", invoice)
    if customer["id"] in state.table("customer").rows:
        emit_update(state, "customer.updated", before, customer)


def mark_uncollectible(state: State, invoice: Object) -> None:
    """Gives up hope; it can still be paid."""
    if invoice["status"] == "uncollectible":
        raise invalid("This invoice has already been marked uncollectible.")
    if invoice["status"] != "open":
        raise not_open()
    before = snapshot(state, invoice)
    invoice = state.edit(invoice)
    invoice |= {"status": "uncollectible", "auto_advance": False, "next_payment_attempt": None}
    invoice["status_transitions"]["marked_uncollectible_at"] = state.now_for(invoice)
    emit_update(state, "invoice.updated", before, invoice)
    emit(state, "invoice.marked_uncollectible", invoice)
    after_write_off(state, invoice)
