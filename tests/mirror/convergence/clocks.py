"""Customers on test clocks, whose time is not everybody else's."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.mirror.convergence.dealings import Dealings
from tests.sandbox.client import DAY, Object
from tests.sandbox.living import CARDS, PLACES

CLOCKS = "/v1/test_helpers/test_clocks"


class Clocks(Dealings):
    """What lives on a test clock is dated by it, events are not, and is only listed together with it."""

    @rule(card=CARDS, ahead=st.sampled_from([-400 * DAY, 0, 40 * DAY]), trial=st.sampled_from([None, 14]))
    def a_customer_on_a_test_clock(self, card: str, ahead: int, trial: int | None) -> None:
        clock = self.call("POST", CLOCKS, frozen_time=self.now() + ahead)["id"]
        customer = self.call("POST", "/v1/customers", email="c@example.com", test_clock=clock)["id"]
        self.customers.append(customer)
        method = self.call("POST", f"/v1/payment_methods/{card}/attach", customer=customer)
        items = [{"price": self.prices[0]}]
        default = {"default_payment_method": method["id"]} if "id" in method else {}
        self.call("POST", "/v1/subscriptions", customer=customer, items=items, trial_period_days=trial, **default)

    @rule(place=PLACES, seconds=st.sampled_from([60, DAY, 20 * DAY, 40 * DAY]))
    def a_test_clock_advances(self, place: int, seconds: int) -> None:
        clocks = self.clocks()
        if clocks:
            self._advance(clocks[place % len(clocks)], clocks[place % len(clocks)]["frozen_time"] + seconds)

    @rule(place=PLACES)
    def a_test_clock_goes(self, place: int) -> None:
        clocks = self.clocks()
        if clocks:
            self.call("DELETE", f"{CLOCKS}/{clocks[place % len(clocks)]['id']}")

    def now(self) -> int:
        """Stripe's own time in whole seconds, UTC."""
        raise NotImplementedError

    def clocks(self) -> list[Object]:
        clocks: list[Object] = self.call("GET", CLOCKS, limit=100)["data"]
        return clocks

    def rows(self, kind: str) -> list[Object]:
        rows = super().rows(kind)
        if kind == "subscriptions":
            for clock in self.clocks():
                rows += self.call("GET", "/v1/subscriptions", test_clock=clock["id"], status="all", limit=100)["data"]
        return rows

    def _advance(self, clock: Object, moment: int) -> None:
        self.call("POST", f"{CLOCKS}/{clock['id']}/advance", frozen_time=moment)
