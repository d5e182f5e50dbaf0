"""Five people with a past."""

from collections.abc import Callable

from sandbox.account.objects import Object
from sandbox.demo.gardener import Gardener
from sandbox.timing.periods import DAY, add

MONTHS = 7


class People:
    """What each of the first `count` of them does, and when."""

    def __init__(self, garden: Gardener, count: int) -> None:
        self.garden = garden
        now = garden.now
        arrivals: tuple[tuple[int, Callable[[], object]], ...] = (
            (add(now - 9 * DAY, "month", -6), self.ada),
            (add(now - 20 * DAY, "month", -4), self.grace),
            (add(now - 20 * DAY, "month", -4), self.dennis),
            (add(now - 2 * DAY, "month", -2), self.linus),
            (now - 5 * DAY, self.margaret),
        )
        for moment, arrive in arrivals[:count]:
            garden.plan(moment, arrive)

    def someone(self, name: str, card: str) -> Object:
        """A customer whose subscriber id is the first name."""
        subscriber = name.partition(" ")[0].lower()
        return self.garden.customer(name, f"{subscriber}@example.com", subscriber, card)

    def ada(self) -> None:
        """Has been there for half a year."""
        self.garden.subscribe(self.someone("Ada Lovelace", "pm_card_visa"), "price_pro_monthly")

    def grace(self) -> None:
        """Has a team, a discount, and paid for onboarding, of which half came back."""
        garden = self.garden
        grace = self.someone("Grace Hopper", "pm_card_mastercard")
        garden.subscribe(grace, "price_team_monthly", quantity=7, discounts=[{"coupon": "LAUNCH20"}])

        def pay() -> None:
            paid = garden.charge(grace, 9_900, "Onboarding")
            garden.plan(garden.now - 33 * DAY, lambda: garden.refund(paid, 4_900))

        garden.plan(garden.now - 40 * DAY, pay)

    def dennis(self) -> None:
        """Left again."""
        ended = self.garden.subscribe(self.someone("Dennis Ritchie", "pm_card_amex"), "price_starter_monthly")
        self.garden.plan(self.garden.now - 40 * DAY, lambda: self.garden.cancel(ended))

    def linus(self) -> None:
        """Has a new card that is declined."""
        linus = self.someone("Linus Torvalds", "pm_card_visa_debit")
        self.garden.subscribe(linus, "price_starter_monthly")
        self.garden.plan(self.garden.now - 12 * DAY, lambda: self.garden.card(linus, "pm_card_chargeCustomerFail"))

    def margaret(self) -> None:
        """Is on trial."""
        margaret = self.someone("Margaret Hamilton", "pm_card_visa")
        self.garden.subscribe(margaret, "price_pro_monthly", trial_period_days=14)
