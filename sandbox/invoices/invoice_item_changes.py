"""Changes of invoice items and of the lines that show them on drafts: one always follows the other."""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import invalid
from sandbox.api.parameters import path
from sandbox.catalogue.discounts import resolve
from sandbox.catalogue.price_amounts import exact_amount
from sandbox.invoices.invoice_item_building import WORTH, checked_period, worked_out
from sandbox.money import decimal_string, rounded
from sandbox.taxes.taxation import rates_given

PRICED = frozenset((*WORTH, "quantity", "quantity_decimal"))
SHARED = (
    "amount",
    "description",
    "discountable",
    "discounts",
    "metadata",
    "period",
    "pricing",
    "quantity",
    "quantity_decimal",
)


def change_item(state: State, item: Object, params: dict[str, Any], inside: str = "") -> None:
    """Applies an update to an item, and to its line if it has one. Raises ApiError 400."""
    item = state.edit(item)
    if params.keys() & PRICED:
        if item["proration"]:
            raise invalid("You cannot change the amount of a proration.", path(inside, "amount"))
        reprice(state, item, params, inside)
    customer = state.get("customer", item["customer"])
    describe(state, item, customer, params, inside, invoice_item=item["id"])
    if item["proration"] and item["discountable"] and params.get("discountable"):
        raise invalid("A proration cannot be discountable.", path(inside, "discountable"))
    if "tax_rates" in params:
        item["tax_rates"] = rates_given(state, params["tax_rates"], path(inside, "tax_rates"), item["tax_rates"])
    if item["invoice"] is not None:
        line = state.edit(state.get("line_item", item["_"]["line"]))
        line |= {name: item[name] for name in SHARED}
        line["_"]["tax_rates"] = list(item["tax_rates"])


def describe(state: State, row: Object, customer: Object, params: dict[str, Any], inside: str, **owner: str) -> None:
    """What items and lines have in common besides their price."""
    checked_period(params.get("period"), inside)
    row |= {name: params[name] for name in ("description", "discountable", "period") if name in params}
    if "metadata" in params:
        row["metadata"] = merged(row["metadata"], params["metadata"])
    if "discounts" in params:
        row["discounts"] = resolve(
            state,
            params["discounts"],
            customer,
            row["currency"],
            path(inside, "discounts"),
            row["discounts"],
            row["amount"],
            **owner,
        )


def reprice(state: State, item: Object, params: dict[str, Any], inside: str) -> None:
    """Another amount, price or quantity."""
    counted = params.keys() & {"quantity", "quantity_decimal"}
    if not params.keys() & set(WORTH):
        price = state.get("price", item["pricing"]["price_details"]["price"])
        quantity = params.get("quantity_decimal", Decimal(params.get("quantity", 1)))
        item |= {"amount": rounded(exact_amount(price, quantity)), "quantity": max(0, rounded(quantity))}
        item["quantity_decimal"] = decimal_string(quantity)
    else:
        if not counted and "amount" not in params:
            params = params | {"quantity": item["quantity"]}
        worth = worked_out(state, {"description": item["description"]} | params, item["currency"], inside)
        if worth.pop("currency") != item["currency"]:
            raise invalid("The currency of an invoice item cannot be changed.", path(inside, "currency"))
        item |= worth
        item["quantity_decimal"] = decimal_string(params.get("quantity_decimal", Decimal(item["quantity"])))
