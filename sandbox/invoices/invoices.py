"""Invoices (https://docs.stripe.com/api/invoices)."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import ApiError, invalid
from sandbox.api.lists import page, page_of
from sandbox.api.search import search
from sandbox.api.views import lines_of, public, snapshot
from sandbox.invoices.invoice_building import complete, draft, sweep
from sandbox.invoices.invoice_collection import collect, method_for, paid, pay_out_of_band, refusal
from sandbox.invoices.invoice_finalization import finalize as make_final
from sandbox.invoices.invoice_finalization import mark_uncollectible as give_up
from sandbox.invoices.invoice_finalization import void as call_off
from sandbox.invoices.invoice_item_building import not_editable
from sandbox.invoices.invoice_items import remove
from sandbox.invoices.invoice_parameters import SEARCH
from sandbox.invoices.invoice_revisions import revise
from sandbox.invoices.invoice_totals import recompute
from sandbox.invoices.invoice_writing import currency_for, write
from sandbox.payments.payment_method_attachment import check_unused
from sandbox.payments.payment_method_building import usable
from sandbox.webhooks.events import emit, emit_update

WHEN_FINAL = frozenset(("metadata", "auto_advance", "default_payment_method", "payment_settings"))


def create(call: Call) -> Object:
    """POST /v1/invoices: a draft, without what is pending unless asked for."""
    state, params = call.state, call.params
    subscription, customer = call.find("subscription", "subscription"), call.find("customer", "customer")
    if params.get("from_invoice"):
        return revise(call)
    if customer is None and subscription is not None:
        customer = state.get("customer", subscription["customer"])
    if customer is None:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    if subscription is not None and subscription["customer"] != customer["id"]:
        raise invalid(f"The subscription {subscription['id']} does not belong to the customer.", "subscription")
    includes = params.get("pending_invoice_items_behavior") == "include"
    invoice = draft(
        state,
        customer,
        reason="manual",
        currency=currency_for(state, params, customer, subscription, includes=includes),
        subscription=subscription,
        rendering={
            "amount_tax_display": None,
            "pdf": {"page_size": "auto"},
            "template": None,
            "template_version": None,
        },
    )
    if subscription is not None:
        invoice["period_start"] = subscription["start_date"]
    if includes:
        sweep(state, invoice, customer, subscription["id"] if subscription else None, unbound=False)
    write(state, invoice, params)
    complete(state, invoice)
    emit(state, "invoice.created", invoice)
    return invoice


def retrieve(call: Call) -> Object:
    """GET /v1/invoices/{invoice}"""
    return call.fetch("invoice", "invoice")


def update(call: Call) -> Object:
    """POST /v1/invoices/{invoice}: amounts and dates only while it is a draft."""
    state, params = call.state, call.params
    invoice = state.edit(call.fetch("invoice", "invoice"))
    if invoice["status"] != "draft" and params.keys() - WHEN_FINAL:
        raise not_editable("Finalized invoices can't be updated in this way", sorted(params.keys() - WHEN_FINAL)[0])
    before = snapshot(state, invoice)
    if invoice["status"] == "draft":
        write(state, invoice, params)
        recompute(state, invoice)
    else:
        write(state, invoice, params)
    emit_update(state, "invoice.updated", before, invoice)
    return invoice


def delete(call: Call) -> Object:
    """DELETE /v1/invoices/{invoice}: drafts that were made by hand only; the items on them go too."""
    state = call.state
    invoice = call.fetch("invoice", "invoice")
    if invoice["status"] != "draft":
        raise invalid("You can only delete draft invoices.", code="invoice_not_editable")
    if invoice["billing_reason"] != "manual":
        raise invalid("You can't delete invoices created by subscriptions.", code="invoice_not_editable")
    for line in state.table("line_item").oldest_first("invoice", invoice["id"]):
        state.table("line_item").remove(line["id"])
    for item in state.table("invoiceitem").oldest_first("invoice", invoice["id"]):
        remove(state, item)
    emit(state, "invoice.deleted", invoice)
    state.table("invoice").remove(invoice["id"])
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def finalize(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/finalize"""
    state = call.state
    invoice = call.fetch("invoice", "invoice")
    if "auto_advance" in call.params:
        state.edit(invoice)["auto_advance"] = call.params["auto_advance"]
    finalize_and_close(state, invoice)
    if invoice["status"] == "open" and invoice["auto_advance"]:
        state.at(invoice, state.now_for(invoice), "invoice.collect")
    return invoice


def finalize_and_close(state: State, invoice: Object) -> None:
    """Finalizes; nothing due means paid."""
    make_final(state, invoice)
    if invoice["amount_due"] == 0:
        paid(state, state.edit(invoice), None)


def pay(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/pay. Raises ApiError 402 when it is declined or the bank wants to ask."""
    state, params = call.state, call.params
    invoice = call.fetch("invoice", "invoice")
    if invoice["status"] == "draft":
        finalize_and_close(state, invoice)
        if invoice["status"] == "paid":
            return invoice
    elif invoice["status"] == "paid":
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid(f"You can't pay an invoice that is {invoice['status']}.", code="invoice_not_open")
    if params.get("paid_out_of_band"):
        pay_out_of_band(state, state.edit(invoice))
        return invoice
    method = method_to_pay_with(call, invoice)
    decline = collect(state, invoice, method, off_session=params.get("off_session", True), automatic=False)
    error = refusal(state, invoice, decline)
    if error is not None:
        raise error
    return invoice


def method_to_pay_with(call: Call, invoice: Object) -> Object:
    """The given payment method, or the one on file. Raises ApiError 400 when there is none."""
    state, given = call.state, call.params.get("payment_method")
    if given:
        method = usable(state, given, "payment_method")
        if method["customer"] != invoice["customer"]:
            check_unused(method)
        return method
    found = method_for(state, invoice)
    if found is None:
        raise ApiError(
            400,
            f"Cannot charge customer {invoice['customer']} because they have no active payment source or default"
            " payment method.",
            code="resource_missing",
        )
    return found


def send(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/send: e-mails it, which shows as invoice.sent."""
    state = call.state
    invoice = call.fetch("invoice", "invoice")
    if invoice["collection_method"] != "send_invoice":
        raise invalid("You can only manually send an invoice if its collection method is 'send_invoice'.")
    if invoice["status"] == "draft":
        finalize_and_close(state, invoice)
    if invoice["status"] not in ("open", "paid"):
        raise invalid(f"You can't send an invoice that is {invoice['status']}.")
    if not invoice["customer_email"]:
        raise ApiError(
            400, "Missing email: the customer has no e-mail address to send the invoice to.", code="missing_email"
        )
    emit(state, "invoice.sent", invoice)
    return invoice


def void(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/void"""
    invoice = call.fetch("invoice", "invoice")
    call_off(call.state, invoice)
    return invoice


def mark_uncollectible(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/mark_uncollectible"""
    invoice = call.fetch("invoice", "invoice")
    give_up(call.state, invoice)
    return invoice


def lines(call: Call) -> Object:
    """GET /v1/invoices/{invoice}/lines"""
    invoice = call.fetch("invoice", "invoice")
    return page_of(call, "line_item", [public(line) for line in lines_of(call.state, invoice["id"])])


def listing(call: Call) -> Object:
    """GET /v1/invoices"""
    params = call.params
    low, high = params.get("due_date") or (None, None)

    def matches(row: Object) -> bool:
        if any(row[name] != params[name] for name in ("collection_method", "customer", "status") if name in params):
            return False
        return low is None or (row["due_date"] is not None and low <= row["due_date"] <= high)

    for name in ("subscription", "customer"):
        if params.get(name):
            return page(call, "invoice", index=name, value=params[name], where=matches)
    return page(call, "invoice", where=matches)


def find(call: Call) -> Object:
    """GET /v1/invoices/search"""
    return search(call, "invoice", SEARCH)
