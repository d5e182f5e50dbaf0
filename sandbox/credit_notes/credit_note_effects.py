"""What a credit note does: it lowers what is still to be paid, and gives back what was paid."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError, invalid, missing
from sandbox.api.parameters import path
from sandbox.api.views import snapshot
from sandbox.customers.customer_balance import adjust
from sandbox.invoices.invoice_collection import paid
from sandbox.invoices.invoice_finalization import drop_intent, fit_payment
from sandbox.money import display
from sandbox.payments.refunds import make
from sandbox.webhooks.events import emit_update

REASONS = {"duplicate": "duplicate", "fraudulent": "fraudulent"}


def check_sum(params: dict[str, Any], linked: int, note: Object) -> None:
    """Everything that goes beyond the open amount must be given back in some way. Raises ApiError 400."""
    names = ("credit_amount", "refund_amount", "out_of_band_amount")
    given = linked + sum(params.get(name, 0) for name in names)
    if given != note["post_payment_amount"]:
        wanted = note["post_payment_amount"] if note["pre_payment_amount"] else note["total"]
        currency = note["currency"]
        raise invalid(
            f"The sum of credit amount, refund amount and out of band amount ({display(given, currency)}) must equal"
            f" the credit note amount ({display(wanted, currency)})."
        )


def creditable(state: State, invoice: Object) -> int:
    """What credit notes, and refunds besides them, have left of an invoice's total."""
    used: int = invoice["pre_payment_credit_notes_amount"] + invoice["post_payment_credit_notes_amount"]
    besides: int = sum(
        refund["amount"] - linked_amount(state, invoice, refund)
        for charge in charges_of(state, invoice)
        for refund in state.table("refund").oldest_first("charge", charge["id"])
        if refund["status"] not in ("failed", "canceled")
    )
    total: int = invoice["total"]
    return max(0, total - used - besides)


def charges_of(state: State, invoice: Object) -> list[Object]:
    """The charges that have paid an invoice, the newest first."""
    payments = state.table("invoice_payment").newest_first("invoice", invoice["id"])
    intents = [payment["payment"]["payment_intent"] for payment in payments if payment["status"] == "paid"]
    charges = [state.table("charge").get(state.get("payment_intent", id)["latest_charge"]) for id in intents]
    return [charge for charge in charges if charge is not None and charge["paid"]]


def linked_amount(state: State, invoice: Object, refund: Object) -> int:
    """How much of a refund an invoice's credit notes tell of."""
    return sum(
        one["amount_refunded"]
        for note in state.table("credit_note").oldest_first("invoice", invoice["id"])
        for one in note["refunds"]
        if one["refund"] == refund["id"]
    )


def link(state: State, invoice: Object, given: list[dict[str, Any]]) -> list[Object]:
    """`refunds` that were made before. Raises ApiError 400."""
    charges = [charge["id"] for charge in charges_of(state, invoice)]
    links: list[Object] = []
    for place, one in enumerate(given):
        inside = f"refunds[{place}]"
        if not one.get("refund"):
            raise missing(path(inside, "refund"))
        refund = state.find("refund", one["refund"], path(inside, "refund"))
        if refund["charge"] not in charges:
            raise invalid(
                f"The refund {refund['id']} does not belong to a payment of the invoice.", path(inside, "refund")
            )
        left = refund["amount"] - linked_amount(state, invoice, refund)
        amount = one.get("amount_refunded", left)
        if not 0 < amount <= left or refund["id"] in [other["refund"] for other in links]:
            raise invalid(
                f"The refund {refund['id']} has only {display(left, refund['currency'])} that no credit note tells of.",
                path(inside, "amount_refunded"),
            )
        links.append(linked(refund, amount))
    return links


def linked(refund: Object, amount: int) -> Object:
    """One of a note's `refunds`."""
    return {"amount_refunded": amount, "payment_record_refund": None, "refund": refund["id"], "type": "refund"}


def refund_charges(state: State, invoice: Object, amount: int, reason: str | None) -> list[Object]:
    """Gives an amount back to what paid the invoice. Raises ApiError 400 when less was charged."""
    refunds = []
    left = amount
    for charge in charges_of(state, invoice):
        part = min(left, charge["amount"] - charge["amount_refunded"])
        if part > 0 and not charge["disputed"]:
            made = make(state, state.edit(charge), part, REASONS.get(reason or "", "requested_by_customer"), {})
            refunds.append(linked(made, part))
            left -= part
    if left:
        currency = invoice["currency"]
        raise ApiError(
            400,
            f"Refund amount ({display(amount, currency)}) is greater than unrefunded amount on charge"
            f" ({display(amount - left, currency)})",
            param="refund_amount",
        )
    return refunds


def credit_customer(state: State, note: Object, amount: int) -> str | None:
    """Puts an amount on the customer's balance, for the next invoice."""
    customer = state.edit(state.get("customer", note["customer"]))
    before = snapshot(state, customer)
    if customer["currency"] not in (None, note["currency"]):
        raise invalid(
            f"The customer's balance is in {customer['currency']}, not in {note['currency']}.", "credit_amount"
        )
    row = adjust(
        state,
        customer,
        -amount,
        "credit_note",
        credit_note=note["id"],
        currency=note["currency"],
        invoice=note["invoice"],
    )
    if customer["id"] in state.table("customer").rows:
        emit_update(state, "customer.updated", before, customer)
    return row["id"] if row else None


def lower(state: State, invoice: Object, note: Object) -> None:
    """What the note means for its invoice; with nothing left to pay that is paid."""
    before = snapshot(state, invoice)
    invoice = state.edit(invoice)
    invoice["post_payment_credit_notes_amount"] += note["post_payment_amount"]
    move(invoice, note["pre_payment_amount"])
    if note["pre_payment_amount"] and not invoice["amount_remaining"]:
        drop_intent(state, invoice)
        emit_update(state, "invoice.updated", before, invoice)
        paid(state, invoice, None)
        return
    fit_payment(state, invoice)
    emit_update(state, "invoice.updated", before, invoice)


def raise_again(state: State, invoice: Object, note: Object) -> None:
    """A note that was voided no longer lowers its invoice."""
    before = snapshot(state, invoice)
    invoice = state.edit(invoice)
    move(invoice, -note["pre_payment_amount"])
    fit_payment(state, invoice)
    emit_update(state, "invoice.updated", before, invoice)


def move(invoice: Object, amount: int) -> None:
    """From what is due to what notes have taken off it."""
    invoice["pre_payment_credit_notes_amount"] += amount
    invoice["amount_due"] -= amount
    invoice["amount_remaining"] -= amount
