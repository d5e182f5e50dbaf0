"""Invoice items from what requests, and prorations, say."""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError, invalid
from sandbox.catalogue.price_amounts import exact_amount
from sandbox.catalogue.price_data import adhoc_price, from_data
from sandbox.invoices.invoice_lines import pricing
from sandbox.money import rounded
from sandbox.webhooks.events import emit


def make(
    state: State,
    customer: Object,
    *,
    amount: int,
    currency: str,
    description: str | None,
    period: Object,
    pricing: Object | None,
    quantity: int,
    discountable: bool = True,
    parent: Object | None = None,
    proration: bool = False,
) -> Object:
    """A pending item; whoever makes it tells of it."""
    item: Object = {
        "id": state.new_id("invoiceitem"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "date": state.now_for(customer),
        "description": description,
        "discountable": discountable,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "net_amount": amount,
        "parent": parent,
        "period": period,
        "pricing": pricing,
        "proration": proration,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": [],
        "test_clock": customer["test_clock"],
        "_": {},
    }
    state.table("invoiceitem").add(item)
    emit(state, "invoiceitem.created", item)
    return item


def worked_out(state: State, params: dict[str, Any], currency: str) -> dict[str, Any]:
    """Amount, pricing, quantity and description from what was given. Raises ApiError 400."""
    given = [name for name in ("amount", "pricing", "price_data", "unit_amount_decimal") if name in params]
    if len(given) != 1:
        raise invalid(
            "You must specify exactly one of: amount, pricing[price], price_data, unit_amount_decimal.",
            given[1] if given else "amount",
            None if given else "parameter_missing",
        )
    quantity = params.get("quantity_decimal", Decimal(params.get("quantity", 1)))
    description = params.get("description")
    whole = int(quantity) if quantity == int(quantity) else max(1, rounded(quantity))
    if "amount" in params:
        if "quantity" in params or "quantity_decimal" in params:
            raise invalid("You cannot specify quantity together with amount; use unit_amount_decimal.", "quantity")
        amount: int = params["amount"]
        price = adhoc_price(state, currency, Decimal(amount), description)
    else:
        price = price_given(state, params, currency, description)
        if price["recurring"] is not None:
            raise invalid(
                "The price specified is set to `type=recurring` but this field only accepts prices with"
                " `type=one_time`.",
                "pricing[price]",
            )
        if not price["active"] and "pricing" in params:
            raise invalid("The price specified is inactive. This field only accepts active prices.", "pricing[price]")
        amount = rounded(exact_amount(price, quantity))
    product = state.get("product", price["product"])
    return {
        "amount": amount,
        "currency": price["currency"],
        "description": description or product["name"],
        "pricing": pricing(price["id"], product["id"], price["unit_amount_decimal"]),
        "quantity": whole,
    }


def price_given(state: State, params: dict[str, Any], currency: str, description: str | None) -> Object:
    """The price that a request names or describes."""
    if "pricing" in params:
        price = state.find("price", params["pricing"]["price"], "pricing[price]")
        if "currency" in params and params["currency"] != price["currency"]:
            raise invalid(
                f"The price {price['id']} is in {price['currency']}, not in {params['currency']}.", "currency"
            )
        return price
    if "price_data" in params:
        return from_data(state, params["price_data"], "price_data")
    return adhoc_price(state, currency, params["unit_amount_decimal"], description)


def not_editable(message: str, param: str | None = None) -> ApiError:
    """What is on an invoice that is no longer a draft stays."""
    return invalid(message, param, "invoice_not_editable")
