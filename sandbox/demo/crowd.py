"""More customers: some hundred who live, and copies of them up to any number."""

import random
from typing import Any

from sandbox.account.copies import Copies, original_of, person
from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.demo.gardener import Gardener
from sandbox.timing.periods import DAY, add

MONTHS = 13
MOST_WHO_LIVE = 120
PRICES = (
    "price_starter_monthly",
    "price_starter_monthly",
    "price_pro_monthly",
    "price_pro_monthly",
    "price_pro_yearly",
    "price_starter_yearly",
    "price_team_monthly",
)
CARDS = ("pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_card_visa_debit")
QUIET_DAYS = 2


class Crowd:
    """What they do is drawn by lot, the same for the same seed. Nobody does anything in the last two days."""

    def __init__(self, garden: Gardener, seed: int, count: int) -> None:
        self.garden = garden
        self.lots = random.Random(seed)
        self.count = count
        self.living: list[tuple[Object, str]] = []
        today = garden.now - garden.now % DAY
        for number in range(min(count, MOST_WHO_LIVE)):
            began = add(today - self.lots.randint(4, 25) * DAY, "month", -min(self.lots.choice(range(13)), 11))
            self.arrive(number, began + self.lots.randint(5, 90) * 60)

    def arrive(self, number: int, began: int) -> None:
        """Plans one life."""
        lots, garden = self.lots, self.garden
        card, price = lots.choice(CARDS), lots.choice(PRICES)
        how: dict[str, Any] = {"quantity": lots.randint(2, 30) if "team" in price else 1}
        if lots.random() < 0.15:
            how["discounts"] = [{"coupon": lots.choice(("LAUNCH20", "FRIENDS5"))}]
        if lots.random() < 0.2:
            how["trial_period_days"] = 14
        fate = lots.choices(("stays", "leaves", "will_leave", "swaps", "fails", "buys"), (50, 12, 6, 10, 8, 14))[0]
        later = began + lots.randint(1, 120) * DAY + lots.randint(5, 90) * 60

        def begin() -> None:
            name, email, subscriber = person(number)
            customer = garden.customer(name, email, subscriber, card)
            self.living.append((customer, subscriber))
            subscription = garden.subscribe(customer, price, **how)
            if fate != "stays" and later < garden.now - QUIET_DAYS * DAY:
                garden.plan(later, lambda: self.meet(fate, customer, subscription))

        garden.plan(began, begin)

    def meet(self, fate: str, customer: Object, subscription: Object) -> None:
        """What comes over somebody whose subscription still goes."""
        garden = self.garden
        if subscription["status"] not in ("active", "trialing"):
            return
        if fate == "leaves":
            garden.cancel(subscription)
        elif fate == "will_leave":
            garden.cancel(subscription, at_period_end=True)
        elif fate == "swaps":
            garden.swap(subscription, "price_pro_monthly")
        elif fate == "fails":
            garden.card(customer, "pm_card_chargeCustomerFail")
        else:
            paid = garden.charge(customer, 9_900, "Onboarding")
            if self.lots.random() < 0.5:
                garden.refund(paid, 4_900)

    def copied(self, state: State) -> Copies | None:
        """The customers beyond those who lived, as copies of them; put into the state."""
        missing = self.count - len(self.living)
        originals = [one for customer, who in self.living if (one := original_of(state, customer, who)) is not None]
        if missing <= 0 or not originals:
            return None
        copies = Copies(originals, len(self.living), missing)
        copies.put_into(state, timers=True)
        return copies
