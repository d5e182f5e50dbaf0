"""Prorations, to the second (https://docs.stripe.com/billing/subscriptions/prorations).

They become pending invoice items: a credit for the unused time of what was, a debit for the rest of what is now.
As billing mode `flexible` has it, both are net of discounts, and a credit gives back of what was debited, not of what
the item would cost today: each item keeps (as `line` and `debits`) what was last billed for its current period.
"""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.catalogue.discounts import applies, reductions
from sandbox.catalogue.price_amounts import amount_of
from sandbox.catalogue.price_currencies import priced_in
from sandbox.invoices.invoice_item_building import make
from sandbox.invoices.invoice_lines import pricing
from sandbox.subscriptions.subscription_item_building import cycle_at, items_of
from sandbox.timing.periods import day_name

Credited = dict[str, Any] | None


def credit_unused(state: State, subscription: Object, item: Object, moment: int) -> None:
    """Credits for what was paid in advance, one for each debit."""
    for debit, credited in debits_of(state, item):
        start, end = debit["period"]["start"], debit["period"]["end"]
        since, until = max(start, moment), min(end, item["current_period_end"])
        if since >= until:
            continue
        net = debit["amount"] - sum(one["amount"] for one in debit.get("discount_amounts", []))
        amount = rounded_share(net, until - since, end - start)
        if amount:
            price = priced_in(state.get("price", debit["pricing"]["price_details"]["price"]), subscription["currency"])
            period = {"end": until, "start": since}
            proration(state, subscription, item, price, debit["quantity"], -amount, period, credited)


def debit_remaining(
    state: State, subscription: Object, item: Object, moment: int, until: int | None = None
) -> Object | None:
    """What the rest of the period costs as the item is now."""
    start, end = item["current_period_start"], item["current_period_end"] if until is None else until
    on_trial = subscription["trial_end"] is not None and moment < subscription["trial_end"]
    if not start <= moment < end or on_trial:
        return None
    price = priced_in(state.get("price", item["price"]), subscription["currency"])
    first, last = cycle_at(subscription, price, moment)
    amount = rounded_share(discounted(state, subscription, item, moment), end - moment, last - first)
    if not amount:
        return None
    row = proration(state, subscription, item, price, item["quantity"], amount, {"end": end, "start": moment})
    state.edit(item)["_"].setdefault("debits", []).append(row["id"])
    return row


def forget_debits(state: State, item: Object) -> None:
    """What has been credited is not credited again."""
    state.edit(item)["_"].pop("line", None)
    item["_"].pop("debits", None)


def debits_of(state: State, item: Object) -> list[tuple[Object, Credited]]:
    """What was billed for the item's current period: a line of an invoice, prorations; and how credits name it."""
    found: list[tuple[Object, Credited]] = []
    line = item["_"].get("line")
    if line is not None:
        rows = [state.table("line_item").get(id) for id in line["invoice_line_items"]]
        credited: Credited = {"invoice_line_item_details": line, "type": "invoice_line_items"}
        found += [(row, credited) for row in rows if row is not None]
    for id in item["_"].get("debits", []):
        row = state.table("invoiceitem").get(id)
        if row is None:
            continue
        if row["invoice"] is not None:
            line = {"invoice": row["invoice"], "invoice_line_items": [row["_"]["line"]]}
            found.append((row, {"invoice_line_item_details": line, "type": "invoice_line_items"}))
        else:
            found.append((row, {"invoice_item": id, "type": "invoice_item"}))
    return found


def rounded_share(amount: int, seconds: int, whole: int) -> int:
    """A part of an amount by time; halves away from zero."""
    sign = -1 if amount < 0 else 1
    return sign * ((2 * abs(amount) * seconds + whole) // (2 * whole))


def proration(
    state: State,
    subscription: Object,
    item: Object,
    price: Object,
    quantity: int,
    amount: int,
    period: Object,
    credited: Credited = None,
) -> Object:
    """One pending item."""
    product = state.get("product", price["product"])
    unit = f" {product['unit_label']}" if product.get("unit_label") else ""
    many = f"{quantity}{unit} × " if quantity != 1 or unit else ""
    verb = "Unused" if amount < 0 else "Remaining"
    return make(
        state,
        state.get("customer", subscription["customer"]),
        amount=amount,
        currency=subscription["currency"],
        description=f"{verb} time on {many}{product['name']} after {day_name(period['start'])}",
        discountable=False,
        parent={
            "subscription_details": {"subscription": subscription["id"], "subscription_item": item["id"]},
            "type": "subscription_details",
        },
        period=period,
        pricing=pricing(price["id"], product["id"], price["unit_amount_decimal"]),
        proration=True,
        proration_details={"credited_items": credited, "discount_amounts": []},
        quantity=quantity,
        tax_rates=list(item["tax_rates"]),
    )


def discounted(state: State, subscription: Object, item: Object, moment: int) -> int:
    """What a whole period of an item costs with the discounts that last, the subscription's shared out among items."""
    items = items_of(state, subscription)
    prices = [priced_in(state.get("price", one["price"]), subscription["currency"]) for one in items]
    amounts = [amount_of(price, one["quantity"]) for price, one in zip(prices, items, strict=True)]
    products = [price["product"] for price in prices]
    currency = subscription["currency"]
    for place, one in enumerate(items):
        for discount in lasting(state, one["discounts"], moment):
            amounts[place] -= reductions(state, discount, currency, [amounts[place]], [products[place]])[0]
    for discount in lasting(state, subscription["discounts"], moment):
        offs = reductions(state, discount, currency, amounts, products)
        amounts = [amount - off for amount, off in zip(amounts, offs, strict=True)]
    return amounts[[one["id"] for one in items].index(item["id"])]


def lasting(state: State, ids: list[str], moment: int) -> list[Object]:
    """Those of the discounts that are for more than one invoice."""
    rows = [state.get("discount", id) for id in ids]
    return [
        row
        for row in rows
        if state.get("coupon", row["source"]["coupon"])["duration"] != "once" and applies(state, row, moment)
    ]
