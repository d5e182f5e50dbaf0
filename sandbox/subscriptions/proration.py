"""Prorations, to the second (https://docs.stripe.com/billing/subscriptions/prorations).

They become pending invoice items: a credit for the unused time of what was, a debit for the rest of what is now.
Both are net of the subscription's percentage discounts, as billing mode `flexible` has it.
"""

from decimal import Decimal

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.catalogue.discounts import applies
from sandbox.catalogue.price_amounts import exact_amount
from sandbox.catalogue.price_currencies import priced_in
from sandbox.invoices.invoice_item_building import make
from sandbox.invoices.invoice_lines import pricing
from sandbox.money import rounded
from sandbox.timing.periods import day_name


def credit_unused(state: State, subscription: Object, item: Object, moment: int) -> Object | None:
    """A credit for what was paid in advance."""
    return prorate(state, subscription, item, moment, credit=True)


def debit_remaining(state: State, subscription: Object, item: Object, moment: int) -> Object | None:
    """What the rest of the period costs as the item is now."""
    return prorate(state, subscription, item, moment, credit=False)


def prorate(state: State, subscription: Object, item: Object, moment: int, *, credit: bool) -> Object | None:
    """One proration item, or None where nothing is to be credited or charged."""
    start, end = item["current_period_start"], item["current_period_end"]
    on_trial = subscription["trial_end"] is not None and moment < subscription["trial_end"]
    if not start <= moment < end or on_trial:
        return None
    price = priced_in(state.get("price", item["price"]), subscription["currency"])
    quantity = item.get("quantity", 0)
    whole = exact_amount(price, Decimal(quantity)) * kept_share(state, subscription, item, moment)
    amount = rounded(whole * (end - moment) / (end - start))
    if not amount:
        return None
    product = state.get("product", price["product"])
    unit = f" {product['unit_label']}" if product.get("unit_label") else ""
    many = f"{quantity}{unit} × " if quantity != 1 else ""
    verb = "Unused" if credit else "Remaining"
    credited = item["_"].get("line") if credit else None
    row = make(
        state,
        state.get("customer", subscription["customer"]),
        amount=-amount if credit else amount,
        currency=subscription["currency"],
        description=f"{verb} time on {many}{product['name']} after {day_name(moment)}",
        discountable=False,
        parent={
            "subscription_details": {"subscription": subscription["id"], "subscription_item": item["id"]},
            "type": "subscription_details",
        },
        period={"end": end, "start": moment},
        pricing=pricing(price["id"], product["id"], price["unit_amount_decimal"]),
        proration=True,
        quantity=quantity,
        tax_rates=list(item["tax_rates"]),
    )
    row["proration_details"] = {
        "credited_items": {"invoice_line_item_details": credited, "type": "invoice_line_items"} if credited else None,
        "discount_amounts": [],
    }
    return row


def kept_share(state: State, subscription: Object, item: Object, moment: int) -> Decimal:
    """What percentage discounts leave of an amount."""
    left = Decimal(1)
    for id in (*item["discounts"], *subscription["discounts"]):
        discount = state.get("discount", id)
        coupon = state.get("coupon", discount["source"]["coupon"])
        if coupon["percent_off"] is not None and coupon["duration"] != "once" and applies(state, discount, moment):
            left *= 1 - Decimal(str(coupon["percent_off"])) / 100
    return left
