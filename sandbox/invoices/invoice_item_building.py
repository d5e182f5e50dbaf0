"""Invoice items from what requests, and prorations, say."""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import ApiError, invalid
from sandbox.api.parameters import path
from sandbox.catalogue.discounts import resolve
from sandbox.catalogue.price_amounts import exact_amount
from sandbox.catalogue.price_currencies import in_currency
from sandbox.catalogue.price_data import adhoc_price, from_data
from sandbox.invoices.invoice_lines import pricing
from sandbox.money import decimal_string, rounded
from sandbox.taxes.taxation import rates_given
from sandbox.webhooks.events import emit

WORTH = ("amount", "pricing", "price_data", "unit_amount_decimal")


def make(state: State, customer: Object, **known: Any) -> Object:
    """A pending item, and its event. `known` as `enter` takes it."""
    item = enter(state, customer, **known)
    emit(state, "invoiceitem.created", item)
    return item


def enter(
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
    proration_details: Object | None = None,
    tax_rates: list[str] | None = None,
) -> Object:
    """A pending item, of which nobody is told yet."""
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
        "parent": parent,
        "period": period,
        "pricing": pricing,
        "proration": proration,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": tax_rates or [],
        "test_clock": customer["test_clock"],
        "_": {},
    }
    if proration_details is not None:
        item["proration_details"] = proration_details
    state.table("invoiceitem").add(item)
    return item


def make_as_asked(
    state: State, customer: Object, params: dict[str, Any], currency: str, parent: Object | None, inside: str = ""
) -> Object:
    """An item from the parameters of a request. Raises ApiError 400, also for another currency."""
    now = state.now_for(customer)
    worth = worked_out(state, params, currency, inside)
    if worth["currency"] != currency:
        raise invalid(
            f"The price specified only supports `{worth['currency']}`. This doesn't match the expected currency:"
            f" `{currency}`.",
            path(inside, "pricing[price]" if "pricing" in params else "price_data[currency]"),
        )
    item = enter(
        state,
        customer,
        discountable=params.get("discountable", worth["amount"] >= 0),
        parent=parent,
        period=checked_period(params.get("period"), inside) or {"end": now, "start": now},
        tax_rates=rates_given(state, params.get("tax_rates", []), path(inside, "tax_rates")),
        **worth,
    )
    item["metadata"] = merged({}, params.get("metadata", {}))
    if "quantity_decimal" in params:
        item["quantity_decimal"] = decimal_string(params["quantity_decimal"])
    if "discounts" in params:
        item["discounts"] = resolve(
            state,
            params["discounts"],
            customer,
            currency,
            path(inside, "discounts"),
            amount=item["amount"],
            invoice_item=item["id"],
        )
    emit(state, "invoiceitem.created", item)
    return item


def checked_period(period: dict[str, int] | None, inside: str = "") -> dict[str, int] | None:
    """A period that does not end before it starts. Raises ApiError 400."""
    if period and period["end"] < period["start"]:
        raise invalid("The period end must be greater than or equal to the period start.", path(inside, "period[end]"))
    return period


def worked_out(state: State, params: dict[str, Any], currency: str, inside: str = "") -> dict[str, Any]:
    """Amount, pricing, quantity and description from what was given. Raises ApiError 400."""
    given = [name for name in WORTH if name in params]
    if not given:
        raise invalid(
            "You must specify exactly one of: amount, pricing[price], price_data, unit_amount_decimal.",
            path(inside, "amount"),
            "parameter_missing",
        )
    counts: list[str] = [name for name in ("quantity", "quantity_decimal") if name in params]
    both = [*given, *counts] if "amount" in params else given
    if len(both) > 1 or len(counts) > 1:
        names = both if len(both) > 1 else counts
        raise invalid(f"You may only specify one of these parameters: {', '.join(names)}.", path(inside, names[0]))
    quantity = params.get("quantity_decimal", Decimal(params.get("quantity", 1)))
    description = params.get("description")
    whole = int(quantity) if quantity == int(quantity) else max(1, rounded(quantity))
    if "amount" in params:
        amount: int = params["amount"]
        price = adhoc_price(state, currency, Decimal(amount), description)
    else:
        price = price_given(state, params, currency, description, inside)
        if price["recurring"] is not None:
            raise invalid(
                "The price specified is set to `type=recurring` but this field only accepts prices with"
                " `type=one_time`.",
                path(inside, "pricing[price]"),
            )
        if not price["active"] and "pricing" in params and not params.get("agreed"):
            raise invalid(
                "The price specified is inactive. This field only accepts active prices.",
                path(inside, "pricing[price]"),
            )
        amount = rounded(exact_amount(price, quantity))
    product = state.get("product", price["product"])
    return {
        "amount": amount,
        "currency": price["currency"],
        "description": description or product["name"],
        "pricing": pricing(price["id"], product["id"], price["unit_amount_decimal"]),
        "quantity": whole,
    }


def price_given(state: State, params: dict[str, Any], currency: str, description: str | None, inside: str) -> Object:
    """The price that a request names or describes."""
    if "pricing" in params:
        price = state.find("price", params["pricing"]["price"], path(inside, "pricing[price]"))
        if price["custom_unit_amount"] is not None:
            raise invalid("The price specified has an amount that customers choose.", path(inside, "pricing[price]"))
        found = in_currency(price, params.get("currency") or price["currency"])
        if found is None:
            raise invalid(
                f"The price {price['id']} is in {price['currency']}, not in {params['currency']}.", "currency"
            )
        return found
    if "price_data" in params:
        return from_data(state, params["price_data"], path(inside, "price_data"))
    return adhoc_price(state, currency, params["unit_amount_decimal"], description)


def not_editable(message: str, param: str | None = None) -> ApiError:
    """What is on an invoice that is no longer a draft stays."""
    return invalid(message, param, "invoice_not_editable")
