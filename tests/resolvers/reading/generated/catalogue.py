"""What is sold, and what is taken off."""

from typing import Any

from tests.resolvers.reading import stripe_objects as stripe
from tests.resolvers.reading.generated.dice import AMOUNTS, COUNTS, CURRENCIES, FUTURE, PAST, Dice

Object = dict[str, Any]
CHOSEN_IDS = ["free shirt", "50%", "ünïcödé", "'; DROP TABLE prices; --", 'a"b', "c\\d", "in_", "cus_x", "{}", "👕"]
INTERVALS = ["day", "week", "month", "month", "year", "fortnight"]


def a_product(dice: Dice, id: str) -> Object:
    features = [{"name": dice.text()} for _ in range(dice.upto(3))]
    return stripe.product(
        id,
        active=dice.happens(70),
        created=dice.pick(PAST),
        default_price=dice.maybe(["price_1", "price_2", "price_gone"]),
        description=dice.maybe(["All of it", dice.text()]),
        images=dice.pick([[], ["https://example.com/a.png"], [dice.text(), "b"], None]),
        marketing_features=features + [{}] * dice.happens(8),
        metadata=dice.metadata(),
        name=None if dice.happens(4) else dice.text(),
    )


def a_price(dice: Dice, id: str, product: Any) -> Object:
    tiered = dice.happens(30)
    amount = None if tiered else dice.amount()
    price = stripe.price(
        id,
        product,
        active=dice.happens(70),
        billing_scheme="tiered" if tiered else dice.pick(["per_unit", "per_unit", "per_moon"]),
        created=dice.pick(PAST),
        currency=dice.pick(CURRENCIES),
        lookup_key=dice.maybe([f"key of {id}"], 40),
        metadata=dice.metadata(),
        nickname=dice.maybe([dice.text()]),
        recurring=dice.maybe([_recurring(dice)], 80),
        type=dice.pick(["recurring", "recurring", "one_time", "whenever"]),
        unit_amount=amount,
        unit_amount_decimal=dice.pick([None, "0.5", "12.3450"]) if amount is None else str(amount),
    )
    return {**price, "tiers": [_tier(dice, last) for last in (False, True)][dice.upto(2) :]} if tiered else price


def a_coupon(dice: Dice, id: str) -> Object:
    amount = dice.maybe(AMOUNTS, 50)
    return stripe.coupon(
        id,
        amount_off=amount,
        currency=None if amount is None else dice.pick(CURRENCIES),
        duration=dice.pick(["once", "repeating", "forever", "for_a_while"]),
        duration_in_months=dice.maybe(COUNTS),
        max_redemptions=dice.maybe(COUNTS),
        name=dice.maybe([dice.text()]),
        percent_off=dice.pick([10.0, 33.33, 0.5, 100]) if amount is None else None,
        redeem_by=dice.maybe(FUTURE),
        times_redeemed=dice.count(),
        valid=dice.happens(80),
    )


def _recurring(dice: Dice) -> Object:
    usage = dice.maybe(["licensed", "metered"])
    return {"interval": dice.pick(INTERVALS), "interval_count": dice.count(), "usage_type": usage}


def _tier(dice: Dice, last: bool) -> Object:
    unit, flat = dice.maybe(AMOUNTS), dice.maybe(AMOUNTS)
    return {"up_to": None if last else dice.pick(AMOUNTS), "unit_amount": unit, "flat_amount": flat}
