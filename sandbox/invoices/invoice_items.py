"""Invoice items (https://docs.stripe.com/api/invoiceitems): what waits for an invoice, or is on a draft."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import invalid, missing
from sandbox.api.lists import page
from sandbox.api.views import snapshot
from sandbox.invoices.invoice_item_building import make_as_asked, not_editable
from sandbox.invoices.invoice_item_changes import change_item
from sandbox.invoices.invoice_lines import add_invoice_item_line
from sandbox.invoices.invoice_totals import recompute
from sandbox.webhooks.events import emit, emit_update


def create(call: Call) -> Object:
    """POST /v1/invoiceitems"""
    state, params = call.state, call.params
    invoice, subscription = call.find("invoice", "invoice"), call.find("subscription", "subscription")
    customer = call.find("customer", "customer")
    if customer is None:
        raise missing("customer")
    for owner, name in ((invoice, "invoice"), (subscription, "subscription")):
        if owner is not None and owner["customer"] != customer["id"]:
            raise invalid(f"The {name} {owner['id']} does not belong to the customer {customer['id']}.", name)
    if invoice is not None and invoice["status"] != "draft":
        raise not_editable(
            "The invoice item cannot be added to this invoice because it is no longer editable.", "invoice"
        )
    if subscription is not None and subscription["status"] in ("canceled", "incomplete_expired"):
        raise invalid("You cannot add an invoice item to a subscription that has ended.", "subscription")
    priced = state.find("price", params["pricing"]["price"], "pricing[price]") if "pricing" in params else {}
    owners = [owner["currency"] for owner in (invoice, subscription) if owner is not None]
    given = params.get("currency") or priced.get("currency") or (params.get("price_data") or {}).get("currency")
    currency = owners[0] if owners else given or customer["currency"] or "usd"
    if given is not None and any(owner != given for owner in owners):
        raise invalid(f"The item is in {given}, what it belongs to in {currency}.", "currency")
    of = subscription["id"] if subscription else None
    parent = {"subscription_details": {"subscription": of}, "type": "subscription_details"} if of else None
    item = make_as_asked(state, customer, params, currency, parent)
    if invoice is not None:
        before = snapshot(state, invoice)
        add_invoice_item_line(state, invoice, item, later=True)
        work_out(state, invoice, before)
    return item


def work_out(state: State, draft: Object, before: Object) -> None:
    """Brings a draft up to date with its items, and tells of it."""
    recompute(state, state.edit(draft))
    emit_update(state, "invoice.updated", before, draft)


def draft_of(state: State, item: Object) -> Object | None:
    """The draft that an item is on, None while it is pending. Raises ApiError 400 when it can no longer change."""
    if item["invoice"] is None:
        return None
    invoice = state.get("invoice", item["invoice"])
    if invoice["status"] != "draft":
        raise not_editable(
            "This invoice item cannot be changed or deleted because it is attached to an invoice that is no longer"
            " editable."
        )
    return invoice


def fetch(call: Call) -> Object:
    """The item that the path names, to change it. Raises ApiError 400 when it was deleted, 404 when it never was."""
    if call.ids["invoiceitem"] in call.state.table("invoiceitem").gone:
        raise invalid("This invoice item has been deleted.")
    return call.fetch("invoiceitem", "invoiceitem")


def update(call: Call) -> Object:
    """POST /v1/invoiceitems/{invoiceitem}"""
    state = call.state
    item = fetch(call)
    invoice = draft_of(state, item)
    before = {} if invoice is None else snapshot(state, invoice)
    change_item(state, item, call.params)
    if invoice is not None:
        work_out(state, invoice, before)
    return item


def delete(call: Call) -> Object:
    """DELETE /v1/invoiceitems/{invoiceitem}"""
    state = call.state
    item = fetch(call)
    invoice = draft_of(state, item)
    if invoice is not None:
        before = snapshot(state, invoice)
        state.table("line_item").remove(item["_"]["line"])
        work_out(state, invoice, before)
    remove(state, item)
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


def remove(state: State, item: Object) -> None:
    """Takes an item out, and tells of it."""
    emit(state, "invoiceitem.deleted", item)
    state.table("invoiceitem").remove(item["id"])


def retrieve(call: Call) -> Object:
    """GET /v1/invoiceitems/{invoiceitem}"""
    return call.fetch("invoiceitem", "invoiceitem")


def listing(call: Call) -> Object:
    """GET /v1/invoiceitems"""
    params = call.params
    customer, invoice, pending = params.get("customer"), params.get("invoice"), params.get("pending")

    def matches(row: Object) -> bool:
        return (
            (customer is None or row["customer"] == customer)
            and (invoice is None or row["invoice"] == invoice)
            and (pending is None or pending == (row["invoice"] is None))
        )

    if pending and customer:
        return page(call, "invoiceitem", index="pending", value=customer, where=matches)
    if invoice:
        return page(call, "invoiceitem", index="invoice", value=invoice, where=matches)
    if customer:
        return page(call, "invoiceitem", index="customer", value=customer, where=matches)
    return page(call, "invoiceitem", where=matches)
