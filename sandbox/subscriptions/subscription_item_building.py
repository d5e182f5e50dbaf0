"""Items of subscriptions as requests describe them."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import invalid
from sandbox.api.parameters import Boolean, Hash, Integer, Kind, Listed, Metadata, Text, unsupported_names
from sandbox.catalogue.discounts import DISCOUNTS, resolve
from sandbox.catalogue.price_amounts import amount_of
from sandbox.catalogue.price_currencies import in_currency, priced_in
from sandbox.catalogue.price_data import RECURRING_DATA, from_data
from sandbox.taxes.taxation import TAX_RATES, rates_given
from sandbox.timing.periods import add, period_at

MOST_ITEMS = 20
FIELDS: dict[str, Kind] = unsupported_names("billing_thresholds current_trial") | {
    "discounts": DISCOUNTS,
    "metadata": Metadata(),
    "plan": Text(),
    "price": Text(),
    "price_data": RECURRING_DATA,
    "quantity": Integer(low=0, high=999_999_999),
    "tax_rates": TAX_RATES,
}
NEW_ITEMS = Listed(Hash(FIELDS), most=MOST_ITEMS)
CHANGED_ITEMS = Listed(Hash(FIELDS | {"id": Text(), "deleted": Boolean(), "clear_usage": Boolean()}), most=MOST_ITEMS)


def price_of(state: State, given: dict[str, Any], param: str, currency: str | None) -> Object | None:
    """The recurring price that an item names, None when it names none. Raises ApiError 400."""
    named = [name for name in ("price", "plan", "price_data") if given.get(name)]
    if not named:
        return None
    if len(named) > 1:
        raise invalid(f"You may only specify one of these parameters: {', '.join(named)}.", f"{param}[{named[1]}]")
    where = f"{param}[{named[0]}]"
    if named[0] == "price_data":
        price = from_data(state, given["price_data"], where)
    else:
        price = state.find("price", given[named[0]], where)
        if not price["active"] and not given.get("agreed"):
            raise invalid("The price specified is inactive. This field only accepts active prices.", where)
    if price["recurring"] is None:
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            where,
        )
    if currency is not None and in_currency(price, currency) is None:
        raise invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency:"
            f" `{currency}`.",
            where,
        )
    return price


def add_item(
    state: State, subscription: Object, given: dict[str, Any], price: Object, param: str, period: tuple[int, int]
) -> Object:
    """A new item of a subscription."""
    item: Object = {
        "id": state.new_id("subscription_item"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": state.now_for(subscription),
        "current_period_end": period[1],
        "current_period_start": period[0],
        "current_trial": None,
        "discounts": [],
        "metadata": merged({}, given.get("metadata", {})),
        "price": price["id"],
        "quantity": given.get("quantity", 1),
        "subscription": subscription["id"],
        "tax_rates": rates_given(state, given.get("tax_rates", []), f"{param}[tax_rates]"),
        "_": {},
    }
    state.table("subscription_item").add(item)
    if given.get("discounts"):
        set_discounts(state, subscription, item, given["discounts"], param)
    return item


def set_discounts(state: State, subscription: Object, item: Object, given: list[Any], param: str) -> None:
    """Replaces the discounts of one item."""
    item["discounts"] = resolve(
        state,
        given,
        state.get("customer", subscription["customer"]),
        subscription["currency"],
        f"{param}[discounts]",
        item["discounts"],
        subscription=subscription["id"],
        subscription_item=item["id"],
    )


def check_distinct(state: State, subscription: Object) -> None:
    """No price twice on one subscription. Raises ApiError 400."""
    prices = [item["price"] for item in items_of(state, subscription)]
    for price in prices:
        if prices.count(price) > 1:
            raise invalid(f"Cannot add multiple subscription items with the same plan: {price}")


def worth(state: State, subscription: Object) -> int:
    """What a whole period of each item costs."""
    currency = subscription["currency"]
    return sum(
        amount_of(priced_in(state.get("price", item["price"]), currency), item.get("quantity", 0))
        for item in items_of(state, subscription)
    )


def items_of(state: State, subscription: Object) -> list[Object]:
    """The items of a subscription."""
    return state.table("subscription_item").oldest_first("subscription", subscription["id"])


def current_period(state: State, subscription: Object, price: Object, moment: int) -> tuple[int, int]:
    """The period of a price at a moment, by the subscription's anchor; up to an anchor that is still to come."""
    recurring = price["recurring"]
    anchor = subscription["billing_cycle_anchor"]
    if moment < anchor:
        return moment, anchor
    return period_at(anchor, recurring["interval"], recurring["interval_count"], moment)


def cycle_at(subscription: Object, price: Object, moment: int) -> tuple[int, int]:
    """The whole period of a price at a moment, by the subscription's anchor, whatever part of it is billed."""
    recurring = price["recurring"]
    return period_at(subscription["billing_cycle_anchor"], recurring["interval"], recurring["interval_count"], moment)


def natural_end(price: Object, moment: int) -> int:
    """The end of a whole period that begins at a moment."""
    return add(moment, price["recurring"]["interval"], price["recurring"]["interval_count"])
