"""Demo data, made by driving the sandbox's own verbs through months of its own time."""

import secrets
from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.catalogue import coupons, promotion_codes
from sandbox.catalogue.price_data import new_price, new_product, recurring_of
from sandbox.customers import customers
from sandbox.payments import payment_intents, payment_methods, refunds
from sandbox.subscriptions import subscriptions
from sandbox.timing.advance import run_to
from sandbox.timing.periods import DAY, add

MONTHS_BACK = 7


class Gardener:
    """Does things at their time, one after the other."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.now = state.clock.now()
        state.clock.held = add(self.now, "month", -MONTHS_BACK)

    def at(self, moment: int) -> None:
        """Lets time run up to a moment; what was due before happens on the way."""
        run_to(self.state, moment)

    def call(self, ids: dict[str, str], params: dict[str, Any]) -> Call:
        """A call as the API would make it."""
        return Call(self.state, "", ids, params)

    def customer(self, name: str, email: str, card: str) -> Object:
        """A customer with a subscriber id and a default card."""
        subscriber = email.partition("@")[0]
        asked = {"name": name, "email": email, "metadata": {"subscriber_id": subscriber}}
        row = customers.create(self.call({}, asked))
        self.card(row, card)
        return row

    def card(self, customer: Object, token: str) -> Object:
        """A new default card."""
        call = self.call({"payment_method": token}, {"customer": customer["id"]})
        method = payment_methods.attach(call)
        settings = {"invoice_settings": {"default_payment_method": method["id"]}}
        customers.update(self.call({"id": customer["id"]}, settings))
        return method

    def subscribe(self, customer: Object, price: str, **params: Any) -> Object:
        """A subscription that is paid by the default card."""
        items = [{"price": price, "quantity": params.pop("quantity", 1)}]
        return subscriptions.create(self.call({}, {"customer": customer["id"], "items": items} | params))

    def charge(self, customer: Object, amount: int, description: str) -> Object:
        """A payment besides all subscriptions."""
        params = {
            "amount": amount,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "confirm": True,
            "currency": "usd",
            "customer": customer["id"],
            "description": description,
            "off_session": True,
            "payment_method": customer["invoice_settings"]["default_payment_method"],
        }
        return payment_intents.create(self.call({}, params))


def plant(state: State) -> None:
    """Fills a fresh state; the same each time but for the dates, which end now."""
    state.generator.seed("stripe-graphql")
    garden = Gardener(state)
    catalogue(state, garden)
    people(garden)
    garden.at(garden.now)
    state.clock.held = None
    state.generator.seed(secrets.randbits(128))


def catalogue(state: State, garden: Gardener) -> None:
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
        coupons.create(garden.call({}, coupon))
    promotion = {"type": "coupon", "coupon": "FRIENDS5"}
    promotion_codes.create(garden.call({}, {"code": "WELCOME5", "promotion": promotion}))


def tier(amount: int, up_to: int | None) -> Object:
    """A tier of so much a unit."""
    return {
        "flat_amount": None,
        "flat_amount_decimal": None,
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
        "up_to": up_to,
    }


def people(garden: Gardener) -> None:
    """Customers with a past, in the order in which things happened."""
    now = garden.now
    garden.at(add(now - 9 * DAY, "month", -6))
    ada = garden.customer("Ada Lovelace", "ada@example.com", "pm_card_visa")
    garden.subscribe(ada, "price_pro_monthly")
    garden.at(add(now - 20 * DAY, "month", -4))
    grace = garden.customer("Grace Hopper", "grace@example.com", "pm_card_mastercard")
    garden.subscribe(grace, "price_team_monthly", quantity=7, discounts=[{"coupon": "LAUNCH20"}])
    dennis = garden.customer("Dennis Ritchie", "dennis@example.com", "pm_card_amex")
    ended = garden.subscribe(dennis, "price_starter_monthly")
    garden.at(add(now - 2 * DAY, "month", -2))
    linus = garden.customer("Linus Torvalds", "linus@example.com", "pm_card_visa_debit")
    garden.subscribe(linus, "price_starter_monthly")
    garden.at(now - 40 * DAY)
    subscriptions.cancel(garden.call({"id": ended["id"]}, {}))
    paid = garden.charge(grace, 9_900, "Onboarding")
    garden.at(now - 33 * DAY)
    refunds.create(garden.call({}, {"payment_intent": paid["id"], "amount": 4_900, "reason": "requested_by_customer"}))
    garden.at(now - 12 * DAY)
    garden.card(linus, "pm_card_chargeCustomerFail")
    garden.at(now - 5 * DAY)
    margaret = garden.customer("Margaret Hamilton", "margaret@example.com", "pm_card_visa")
    garden.subscribe(margaret, "price_pro_monthly", trial_period_days=14)
