"""Invoice items (https://docs.stripe.com/api/invoiceitems): what waits for an invoice, or is on a draft."""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page
from sandbox.api.parameters import (
    PAGING,
    Boolean,
    Currency,
    Hash,
    Integer,
    Metadata,
    Moments,
    Number,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.catalogue.discounts import DISCOUNTS, resolve
from sandbox.catalogue.price_amounts import exact_amount
from sandbox.catalogue.price_data import ONE_TIME_DATA
from sandbox.invoices.invoice_item_building import make, not_editable, worked_out
from sandbox.invoices.invoice_lines import add_invoice_item_line
from sandbox.invoices.invoice_totals import recompute
from sandbox.money import decimal_string, rounded
from sandbox.webhooks.events import emit

MOST = Decimal(99_999_999)
WRITE: Shape = unsupported_names("tax_behavior tax_code tax_rates") | {
    "amount": Integer(low=-99_999_999, high=99_999_999),
    "description": Text(),
    "discountable": Boolean(),
    "discounts": DISCOUNTS,
    "metadata": Metadata(),
    "period": Hash({"end": Integer(required=True, low=0), "start": Integer(required=True, low=0)}),
    "price_data": ONE_TIME_DATA,
    "pricing": Hash({"price": Text(required=True)}),
    "quantity": Integer(low=0, high=999_999_999),
    "quantity_decimal": Number(low=Decimal(0)),
    "unit_amount_decimal": Number(low=-MOST, high=MOST),
}
CREATE: Shape = (
    WRITE
    | unsupported_names("customer_account")
    | {"currency": Currency(), "customer": Text(required=True), "invoice": Text(), "subscription": Text()}
)
UPDATE: Shape = WRITE | unsupported_names("invoicing_rules")
LIST: Shape = (
    PAGING
    | unsupported_names("customer_account")
    | {
        "created": Moments(),
        "customer": Text(),
        "invoice": Text(),
        "pending": Boolean(),
    }
)


def create(call: Call) -> Object:
    """POST /v1/invoiceitems"""
    state, params = call.state, call.params
    customer = state.find("customer", params["customer"], "customer")
    invoice, subscription = call.find("invoice", "invoice"), call.find("subscription", "subscription")
    for owner, name in ((invoice, "invoice"), (subscription, "subscription")):
        if owner is not None and owner["customer"] != customer["id"]:
            raise invalid(f"The {name} {owner['id']} does not belong to the customer {customer['id']}.", name)
    if invoice is not None and invoice["status"] != "draft":
        raise not_editable(
            "The invoice item cannot be added to this invoice because it is no longer editable.", "invoice"
        )
    if subscription is not None and subscription["status"] in ("canceled", "incomplete_expired"):
        raise invalid("You cannot add an invoice item to a subscription that has ended.", "subscription")
    currency = params.get("currency") or (invoice or subscription or customer)["currency"] or "usd"
    now = state.now_for(customer)
    worth = worked_out(state, params, currency)
    currency = worth.pop("currency")
    for owner in (invoice, subscription):
        if owner is not None and owner["currency"] != currency:
            raise invalid(f"The item is in {currency}, the {owner['object']} in {owner['currency']}.", "currency")
    of = subscription["id"] if subscription else None
    details = (invoice["parent"] or {}).get("subscription_details") if invoice else None
    parent = {"subscription_details": {"subscription": of}, "type": "subscription_details"} if of else None
    item = make(
        state,
        customer,
        currency=currency,
        discountable=params.get("discountable", worth["amount"] >= 0),
        parent=parent if of or not details else None,
        period=params.get("period") or {"end": now, "start": now},
        **worth,
    )
    item["metadata"] = merged({}, params.get("metadata"))
    if "quantity_decimal" in params:
        item["quantity_decimal"] = decimal_string(params["quantity_decimal"])
    if "discounts" in params:
        item["discounts"] = resolve(
            state, params["discounts"], customer, currency, "discounts", invoice_item=item["id"]
        )
    if invoice is not None:
        add_invoice_item_line(state, invoice, item)
        recompute(state, state.edit(invoice))
    return item


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


def update(call: Call) -> Object:
    """POST /v1/invoiceitems/{invoiceitem}"""
    state, params = call.state, call.params
    item = state.edit(call.fetch("invoiceitem", "invoiceitem"))
    invoice = draft_of(state, item)
    if params.keys() & {"amount", "pricing", "price_data", "unit_amount_decimal", "quantity", "quantity_decimal"}:
        if item["proration"]:
            raise invalid("The amount of a proration cannot be changed.", "amount")
        reprice(state, item, params)
    item |= call.given("description", "discountable", "period")
    if "metadata" in params:
        item["metadata"] = merged(item["metadata"], params["metadata"])
    if "discounts" in params:
        customer = state.get("customer", item["customer"])
        item["discounts"] = resolve(
            state,
            params["discounts"],
            customer,
            item["currency"],
            "discounts",
            item["discounts"],
            invoice_item=item["id"],
        )
    if invoice is not None:
        line = state.edit(state.get("line_item", item["_"]["line"]))
        for name in ("amount", "description", "discountable", "discounts", "metadata", "period", "pricing", "quantity"):
            line[name] = item[name]
        line["quantity_decimal"] = item["quantity_decimal"]
        recompute(state, state.edit(invoice))
    return item


def reprice(state: State, item: Object, params: dict[str, Any]) -> None:
    """Another amount, price or quantity."""
    if not params.keys() & {"amount", "pricing", "price_data", "unit_amount_decimal"}:
        params = params | {"pricing": {"price": item["pricing"]["price_details"]["price"]}}
        price = state.get("price", params["pricing"]["price"])
        quantity = params.get("quantity_decimal", Decimal(params.get("quantity", 1)))
        item |= {"amount": rounded(exact_amount(price, quantity)), "quantity": max(0, rounded(quantity))}
        item["quantity_decimal"] = decimal_string(quantity)
    else:
        if params.keys() & {"pricing", "price_data", "unit_amount_decimal"} and not params.keys() & {
            "quantity",
            "quantity_decimal",
        }:
            params = params | {"quantity": item["quantity"]}
        worth = worked_out(state, {"description": item["description"]} | params, item["currency"])
        if worth.pop("currency") != item["currency"]:
            raise invalid("The currency of an invoice item cannot be changed.", "currency")
        item |= worth
        item["quantity_decimal"] = decimal_string(params.get("quantity_decimal", Decimal(item["quantity"])))
    item["net_amount"] = item["amount"]


def delete(call: Call) -> Object:
    """DELETE /v1/invoiceitems/{invoiceitem}"""
    state = call.state
    item = call.fetch("invoiceitem", "invoiceitem")
    invoice = draft_of(state, item)
    if invoice is not None:
        state.table("line_item").remove(item["_"]["line"])
        recompute(state, state.edit(invoice))
    emit(state, "invoiceitem.deleted", item)
    state.table("invoiceitem").remove(item["id"])
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


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
