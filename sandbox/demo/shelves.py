"""What is sold in the demo."""

from decimal import Decimal

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.catalogue import coupons, promotion_codes
from sandbox.catalogue.price_data import new_price, new_product, recurring_of


def stock(state: State) -> None:
    """Three products with their prices, an extra, two coupons and a code. Ids and lookup keys can be read."""
    starter = new_product(state, "Starter", id="prod_starter", description="For one person and a few ideas.")
    pro = new_product(state, "Pro", id="prod_pro", description="For people who live by it.")
    team = new_product(state, "Team", id="prod_team", description="For everybody at once.", unit_label="seat")
    setup = new_product(state, "Onboarding", id="prod_onboarding", description="An hour with somebody who knows.")
    plans: list[tuple[Object, str, int, str, str]] = [
        (starter, "starter_monthly", 900, "usd", "month"),
        (starter, "starter_yearly", 9_000, "usd", "year"),
        (pro, "pro_monthly", 2_900, "usd", "month"),
        (pro, "pro_yearly", 29_000, "usd", "year"),
        (pro, "pro_monthly_jpy", 4_500, "jpy", "month"),
    ]
    for product, key, amount, currency, interval in plans:
        recurring = recurring_of({"interval": interval})
        new_price(state, product, currency, Decimal(amount), id=f"price_{key}", lookup_key=key, recurring=recurring)
    new_price(
        state,
        team,
        "usd",
        None,
        id="price_team_monthly",
        billing_scheme="tiered",
        lookup_key="team_monthly",
        recurring=recurring_of({"interval": "month"}),
        tiers_mode="graduated",
        _={"tiers": [tier(1_200, 5), tier(900, None)]},
    )
    new_price(state, setup, "usd", Decimal(9_900), id="price_onboarding", lookup_key="onboarding")
    launch = {"id": "LAUNCH20", "name": "Launch", "percent_off": Decimal(20), "duration": "forever"}
    friends = {"id": "FRIENDS5", "name": "Friends", "amount_off": 500, "currency": "usd", "duration": "once"}
    for coupon in (launch, friends):
        coupons.create(Call(state, "", {}, coupon))
    promotion = {"type": "coupon", "coupon": "FRIENDS5"}
    promotion_codes.create(Call(state, "", {}, {"code": "WELCOME5", "promotion": promotion}))


def tier(amount: int, up_to: int | None) -> Object:
    """A tier of so much a unit."""
    return {
        "flat_amount": None,
        "flat_amount_decimal": None,
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
        "up_to": up_to,
    }
