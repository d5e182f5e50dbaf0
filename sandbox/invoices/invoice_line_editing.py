"""Lines of drafts: added, changed and removed, one or many (https://docs.stripe.com/api/invoice-line-item).

A line that shows an invoice item changes that item along with it.
"""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid, no_such, unsupported
from sandbox.api.parameters import path
from sandbox.api.views import public, snapshot
from sandbox.invoices.invoice_item_building import WORTH, make_as_asked, not_editable
from sandbox.invoices.invoice_item_changes import PRICED, change_item, describe
from sandbox.invoices.invoice_items import remove
from sandbox.invoices.invoice_lines import add_invoice_item_line
from sandbox.invoices.invoice_totals import recompute
from sandbox.taxes.tax_rates import add_rate
from sandbox.taxes.taxation import entry, rates_given
from sandbox.webhooks.events import emit_update


def draft(call: Call) -> Object:
    """The draft that the path names. Raises ApiError 404, or 400 invoice_not_editable."""
    invoice = call.fetch("invoice", "invoice")
    if invoice["status"] != "draft":
        raise not_editable("Invalid invoice: This invoice is no longer editable")
    return invoice


def done(call: Call, invoice: Object, before: Object) -> Object:
    """Works the draft out again and tells of it."""
    state, params = call.state, call.params
    if "invoice_metadata" in params:
        state.edit(invoice)["metadata"] = merged(invoice["metadata"], params["invoice_metadata"])
    recompute(state, state.edit(invoice))
    emit_update(state, "invoice.updated", before, invoice)
    return invoice


def add(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/add_lines"""
    state = call.state
    invoice = draft(call)
    before = snapshot(state, invoice)
    for place, given in enumerate(call.params["lines"]):
        add_one(state, invoice, given, f"lines[{place}]")
    return done(call, invoice, before)


def add_one(state: State, invoice: Object, given: dict[str, Any], inside: str) -> None:
    """One more line, of an item that waited or a new one. Raises ApiError 400."""
    if given.get("invoice_item"):
        item = state.find("invoiceitem", given["invoice_item"], path(inside, "invoice_item"))
        if item["customer"] != invoice["customer"] or item["currency"] != invoice["currency"]:
            raise invalid(
                "The invoice item must have the customer and the currency of the invoice.",
                path(inside, "invoice_item"),
            )
        if item["invoice"] is not None:
            raise invalid("The invoice item is already on an invoice.", path(inside, "invoice_item"))
        others = {name: value for name, value in given.items() if name not in ("invoice_item", "tax_amounts")}
        change_item(state, item, others, inside)
    else:
        if not given.keys() & set(WORTH):
            raise invalid(
                "You must specify exactly one of: amount, pricing[price], price_data.",
                path(inside, "amount"),
                "parameter_missing",
            )
        customer = state.get("customer", invoice["customer"])
        item = make_as_asked(state, customer, given, invoice["currency"], None, inside)
    line = add_invoice_item_line(state, invoice, item, later=True)
    set_tax_amounts(state, invoice, line, given, inside)


def update_one(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/lines/{line_item}: answers with the line."""
    state = call.state
    invoice = draft(call)
    before = snapshot(state, invoice)
    line = line_of(state, invoice, call.ids["line_item"], "line_item_id", status=404)
    change(state, invoice, line, call.params, "")
    done(call, invoice, before)
    return public(line)


def update_many(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/update_lines"""
    state = call.state
    invoice = draft(call)
    before = snapshot(state, invoice)
    for place, given in enumerate(call.params["lines"]):
        inside = f"lines[{place}]"
        line = line_of(state, invoice, given["id"], path(inside, "id"))
        change(state, invoice, line, {name: value for name, value in given.items() if name != "id"}, inside)
    return done(call, invoice, before)


def remove_many(call: Call) -> Object:
    """POST /v1/invoices/{invoice}/remove_lines: their items are deleted too, or wait again."""
    state = call.state
    invoice = draft(call)
    before = snapshot(state, invoice)
    for place, given in enumerate(call.params["lines"]):
        line = line_of(state, invoice, given["id"], f"lines[{place}][id]")
        item = item_of(state, line)
        if item is None and given["behavior"] == "unassign":
            raise invalid("Only lines of invoice items can be unassigned.", f"lines[{place}][behavior]")
        state.table("line_item").remove(line["id"])
        if item is None:
            continue
        if given["behavior"] == "delete":
            remove(state, item)
        else:
            state.edit(item)["invoice"] = None
            item["_"].pop("line", None)
            state.table("invoiceitem").reindex(item["id"])
    return done(call, invoice, before)


def line_of(state: State, invoice: Object, id: str, param: str, *, status: int = 400) -> Object:
    """A line of an invoice. Raises ApiError resource_missing."""
    line = state.table("line_item").get(id)
    if line is None or line["invoice"] != invoice["id"]:
        raise no_such("line_item", id, param, status=status)
    return line


def item_of(state: State, line: Object) -> Object | None:
    """The invoice item that a line shows; none behind the periods of subscription items."""
    details = line["parent"]["invoice_item_details"] or line["parent"]["subscription_item_details"]
    return state.table("invoiceitem").get(details["invoice_item"])


def change(state: State, invoice: Object, line: Object, params: dict[str, Any], inside: str) -> None:
    """Applies an update to a line, by way of its item if it has one. Raises ApiError 400."""
    item = item_of(state, line)
    line = state.edit(line)
    others = {name: value for name, value in params.items() if name not in ("invoice_metadata", "tax_amounts")}
    if item is not None:
        change_item(state, item, others, inside)
    else:
        if params.keys() & PRICED:
            raise unsupported("another amount for a period of a subscription", path(inside, "amount"))
        customer = state.get("customer", invoice["customer"])
        describe(state, line, customer, others, inside, invoice=invoice["id"])
        if "tax_rates" in params:
            line["_"]["tax_rates"] = rates_given(state, params["tax_rates"], path(inside, "tax_rates"))
    set_tax_amounts(state, invoice, line, params, inside)


def set_tax_amounts(state: State, invoice: Object, line: Object, params: dict[str, Any], inside: str) -> None:
    """Taxes that somebody else has worked out; not together with tax rates. Raises ApiError 400."""
    given = params.get("tax_amounts")
    if given is None:
        return
    if given and (line["_"]["tax_rates"] or invoice["default_tax_rates"]):
        raise invalid(
            "You cannot set tax_amounts on a line when it has tax_rates, or its invoice default_tax_rates.",
            path(inside, "tax_amounts"),
        )
    taxes = []
    for place, one in enumerate(given):
        rate = rate_for(state, one["tax_rate_data"], path(inside, f"tax_amounts[{place}][tax_rate_data][percentage]"))
        tax = entry(rate, one["amount"], one["taxable_amount"])
        taxes.append(tax | {"taxability_reason": one.get("taxability_reason") or "not_available"})
    state.edit(line)["_"]["tax_amounts"] = taxes


def rate_for(state: State, data: dict[str, Any], param: str) -> Object:
    """The archived rate behind amounts of that description; equal ones are shared."""
    percentage: Decimal = data["percentage"]
    fields = {name: value for name, value in data.items() if name != "percentage"}
    for rate in state.table("tax_rate").newest_first():
        known = rate.get("_", {}).get("made_for")
        if known == fields and rate["percentage"] == float(percentage):
            return rate
    return add_rate(state, percentage, fields | {"active": False, "_": {"made_for": fields}}, param)
