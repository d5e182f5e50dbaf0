"""Credit notes (https://docs.stripe.com/api/credit_notes)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page, page_of
from sandbox.api.views import snapshot
from sandbox.credit_notes.credit_note_effects import (
    check_sum,
    credit_customer,
    creditable,
    link,
    lower,
    raise_again,
    refund_charges,
)
from sandbox.credit_notes.credit_note_lines import add_line, whole_amount
from sandbox.invoices.invoice_totals import credits
from sandbox.invoices.previews import pretended
from sandbox.money import display
from sandbox.taxes.taxation import of_behavior, totalled
from sandbox.webhooks.events import emit, emit_update


def create(call: Call) -> Object:
    """POST /v1/credit_notes"""
    return issue(call.state, call.params)


def preview(call: Call) -> Object:
    """GET /v1/credit_notes/preview: what a note would be; nothing is kept."""
    return pretended(call.state, lambda: snapshot(call.state, issue(call.state, call.params)))


def preview_lines(call: Call) -> Object:
    """GET /v1/credit_notes/preview/lines"""

    def lines() -> Object:
        note = issue(call.state, call.params)
        rows = call.state.table("credit_note_line_item").oldest_first("credit_note", note["id"])
        return page_of(call, "credit_note_line_item", [snapshot(call.state, row) for row in rows])

    return pretended(call.state, lines)


def issue(state: State, params: dict[str, Any]) -> Object:
    """A new note with all that it does. Raises ApiError 400."""
    invoice = state.find("invoice", params["invoice"], "invoice")
    if invoice["status"] in ("draft", "void"):
        raise invalid(f"You cannot create a credit note for a {invoice['status']} invoice.", "invoice")
    if "amount" not in params and not params.get("lines"):
        raise invalid("One of `amount`, `lines`, or `shipping_cost` must be provided.", "amount", "parameter_missing")
    note = blank(state, invoice, params)
    state.table("credit_note").add(note)
    for place, given in enumerate(params.get("lines", [])):
        add_line(state, note, invoice, given, f"lines[{place}]")
    if not params.get("lines"):
        whole_amount(state, note, params["amount"])
    total(state, note, invoice)
    check_total(state, note, invoice, params)
    note["pre_payment_amount"] = min(note["total"], invoice["amount_remaining"])
    note["post_payment_amount"] = note["total"] - note["pre_payment_amount"]
    note["type"] = kind(note)
    links = link(state, invoice, params.get("refunds", []))
    check_sum(params, sum(one["amount_refunded"] for one in links), note)
    if params.get("refund_amount"):
        links += refund_charges(state, invoice, params["refund_amount"], note["reason"])
    note["refunds"] = links
    if params.get("credit_amount"):
        note["customer_balance_transaction"] = credit_customer(state, note, params["credit_amount"])
    emit(state, "credit_note.created", note)
    lower(state, invoice, note)
    return note


def blank(state: State, invoice: Object, params: dict[str, Any]) -> Object:
    """The object before anything is credited."""
    count = len(state.table("credit_note").keys("invoice", invoice["id"]))
    id, secret, now = state.new_id("credit_note"), state.token(24), state.now_for(invoice)
    return {
        "id": id,
        "object": "credit_note",
        "amount": 0,
        "amount_shipping": 0,
        "created": now,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "customer_account": None,
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": params.get("effective_at", now),
        "invoice": invoice["id"],
        "livemode": False,
        "memo": params.get("memo"),
        "metadata": merged({}, params.get("metadata", {})),
        "number": f"{invoice['number']}-CN-{count + 1:02d}",
        "out_of_band_amount": params.get("out_of_band_amount"),
        "pdf": f"{state.base_url}/sandbox/credit_notes/{id}/pdf?s={secret}",
        "post_payment_amount": 0,
        "pre_payment_amount": 0,
        "pretax_credit_amounts": [],
        "reason": params.get("reason"),
        "refunds": [],
        "shipping_cost": None,
        "status": "issued",
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "total": 0,
        "total_excluding_tax": 0,
        "total_taxes": [],
        "type": "pre_payment",
        "voided_at": None,
        "_": {"secret": secret},
    }


def total(state: State, note: Object, invoice: Object) -> None:
    """Adds the lines up; the subtotal has the discounts of single lines in it, but not the invoice's."""
    lines = state.table("credit_note_line_item").oldest_first("credit_note", note["id"])
    off: dict[str, int] = {}
    for one in (one for line in lines for one in line["discount_amounts"]):
        off[one["discount"]] = off.get(one["discount"], 0) + one["amount"]
    taxes = [tax for line in lines for tax in line["taxes"]]
    exclusive, inclusive = of_behavior(taxes, "exclusive"), of_behavior(taxes, "inclusive")
    gross = sum(line["amount"] for line in lines)
    note["discount_amount"] = sum(off.values())
    note["discount_amounts"] = [{"amount": amount, "discount": id} for id, amount in off.items()]
    note["pretax_credit_amounts"] = credits(note["discount_amounts"])
    note["subtotal"] = gross - sum(amount for id, amount in off.items() if id not in invoice["discounts"])
    note["subtotal_excluding_tax"] = note["subtotal"] - inclusive
    note["total"] = note["amount"] = gross - note["discount_amount"] + exclusive
    note["total_excluding_tax"] = note["total"] - exclusive - inclusive
    note["total_taxes"] = totalled(taxes)


def check_total(state: State, note: Object, invoice: Object, params: dict[str, Any]) -> None:
    """A note is worth something, and no more than is left of the invoice. Raises ApiError 400."""
    amount, currency = note["total"], note["currency"]
    if amount <= 0:
        raise invalid("The credit note amount must be greater than zero.", "amount", "parameter_invalid_integer")
    if params.get("amount", amount) != amount:
        raise invalid(
            f"The credit note amount ({display(params['amount'], currency)}) must equal the sum of its lines"
            f" ({display(amount, currency)}).",
            "amount",
        )
    left = creditable(state, invoice)
    if amount > left:
        raise invalid(
            f"The credit note amount ({display(amount, currency)}) is greater than the amount of the invoice that is"
            f" left to credit ({display(left, currency)}).",
            "amount" if "amount" in params else "lines",
        )


def kind(note: Object) -> str:
    """By whether it lowers what is open, gives back, or both."""
    if note["pre_payment_amount"] and note["post_payment_amount"]:
        return "mixed"
    return "pre_payment" if note["pre_payment_amount"] else "post_payment"


def void(call: Call) -> Object:
    """POST /v1/credit_notes/{id}/void: only as long as the invoice is open and nothing was given back."""
    state = call.state
    note = state.edit(call.fetch("credit_note", "id"))
    invoice = state.get("invoice", note["invoice"])
    if note["status"] == "void":
        raise invalid("This credit note has already been voided.")
    if invoice["status"] != "open" or note["post_payment_amount"]:
        raise invalid("You can only void a credit note if its invoice is open and nothing has been given back by it.")
    note |= {"status": "void", "voided_at": state.now_for(invoice)}
    emit(state, "credit_note.voided", note)
    raise_again(state, invoice, note)
    return note


def update(call: Call) -> Object:
    """POST /v1/credit_notes/{id}"""
    state, params = call.state, call.params
    note = state.edit(call.fetch("credit_note", "id"))
    before = snapshot(state, note)
    note |= call.given("memo")
    if "metadata" in params:
        note["metadata"] = merged(note["metadata"], params["metadata"])
    emit_update(state, "credit_note.updated", before, note)
    return note


def retrieve(call: Call) -> Object:
    """GET /v1/credit_notes/{id}"""
    return call.fetch("credit_note", "id")


def lines(call: Call) -> Object:
    """GET /v1/credit_notes/{credit_note}/lines"""
    note = call.fetch("credit_note", "credit_note")
    return page(call, "credit_note_line_item", index="credit_note", value=note["id"], oldest_first=True)


def listing(call: Call) -> Object:
    """GET /v1/credit_notes"""
    params = call.params

    def matches(row: Object) -> bool:
        return all(row[name] == params[name] for name in ("customer", "invoice") if name in params)

    for name in ("invoice", "customer"):
        if params.get(name):
            return page(call, "credit_note", index=name, value=params[name], where=matches)
    return page(call, "credit_note", where=matches)
