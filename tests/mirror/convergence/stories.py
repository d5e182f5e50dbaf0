"""Stories that are easily told wrong. Some end each history: nothing comes later that would hide what went wrong."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from mirror.gateway.transport import TRIES
from tests.mirror.convergence.callers import Callers
from tests.mirror.convergence.hubs import Hub
from tests.mirror.convergence.pretend import ANSWERED_LATE, Pretend
from tests.mirror.convergence.versions import as_of_old
from tests.sandbox.client import Object

LINES = 12
"""More than a list within an object shows."""
RACES = 6


class Stories(Callers):
    """What came before is mostly heard first, since a question about it would mend what goes wrong."""

    pretend: Pretend
    delivered: set[str]

    def tell(self, story: str, who: int) -> None:
        """Nobody waits for anything that is late when it begins."""
        for hub in self.hubs:
            self.runner.run(hub.go_on())
        STORIES[story](self, who)

    def an_answer_is_overtaken(self, who: int) -> None:
        """One process waits for an answer while another one hears of what comes after it."""
        slow, quick, customer = self._hub(who, []), self._hub(who + 1, []), self._new_customer()
        self.all_is_heard(quick)
        slow.way.orders.append({"kind": ANSWERED_LATE})
        for hub, name in ((slow, "Before"), (quick, "After")):
            self._hears(hub, as_of_old(self._renamed(customer, name, who % 3)))
        self.runner.run(slow.go_on())

    def a_question_comes_too_late(self, who: int) -> None:
        """The same is asked already, and the answer is older than the need for it."""
        hub, customer = self._hub(who, []), self._new_customer()
        self.all_is_heard(hub)
        hub.way.orders.append({"kind": ANSWERED_LATE})
        self.runner.run(hub.run(hub.shop.services.mirror.refresh("customer", customer)))
        self._hears(hub, as_of_old(self._renamed(customer, "After", 1)))
        self.runner.run(hub.go_on())

    def stripe_is_away_when_asked(self, who: int) -> None:
        hub, customer = self._hub(who, []), self._new_customer()
        self.all_is_heard(hub)
        hub.way.orders.extend([{"kind": "drop"}] * TRIES)
        self._hears(hub, as_of_old(self._renamed(customer, "Last", 1)))

    def another_version_has_the_last_word(self, who: int) -> None:
        hub, customer = self._hub(who, []), self._new_customer()
        self.all_is_heard(hub)
        self._hears(hub, as_of_old(self._renamed(customer, "Last", 1)))

    def a_second_is_told_backwards(self, who: int, seconds: int = 0) -> None:
        """What came first in it comes last."""
        hub, customer = self._hub(who, []), self._new_customer()
        self.all_is_heard(hub)
        events = [self._renamed(customer, "First", 1), self._renamed(customer, "Second", seconds)]
        for event in reversed(events):
            self._hears(hub, event)

    def two_seconds_are_told_backwards(self, who: int) -> None:
        self.a_second_is_told_backwards(who, 1)

    def processes_race(self, who: int) -> None:
        """One writes what is newer while the other one writes what is older."""
        one, other = self._hub(who, []), self._hub(who + 1, [])
        customers = [self._new_customer() for _ in range(RACES)]
        self.all_is_heard(one)
        for race, customer in enumerate(customers):
            older, newer = self._renamed(customer, "Older", 1), self._renamed(customer, "Newer", 1)
            runs = [one.run(one.receive(newer)), other.run(other.receive(older))]
            self.runner.run(self._both(*(runs if race % 2 else reversed(runs))))

    def the_dead_are_spoken_of(self, who: int) -> None:
        """By an invoice that a discount was on, when it was taken off the subscription."""
        hub, customer = self._hub(who, []), self._new_customer()
        coupon = self.call("POST", "/v1/coupons", percent_off=20, duration="forever")["id"]
        asked = {"collection_method": "send_invoice", "days_until_due": 9, "discounts": [{"coupon": coupon}]}
        items = [{"price": price} for price in self._prices()]
        subscription = self.call("POST", "/v1/subscriptions", customer=customer, items=items, **asked)
        if "id" in subscription:
            self.all_is_heard(hub)
            self.control("clock", seconds=1)
            self.call("POST", f"/v1/subscriptions/{subscription['id']}", discounts="")
            self.all_is_heard(hub)
            self.control("clock", seconds=1)
            self.runner.run(hub.run(hub.shop.services.mirror.refresh("invoice", subscription["latest_invoice"])))

    def a_process_dies_with_what_it_heard(self, who: int) -> None:
        """It had stored an event and asked Stripe about it."""
        hub, customer = self._hub(who, []), self._new_customer()
        self.all_is_heard(hub)
        hub.way.orders.append({"kind": ANSWERED_LATE})
        self._hears(hub, as_of_old(self._renamed(customer, "Stored", 1)))
        self.a_process_starts_anew(who, "dies")

    def a_long_list_is_told_of(self, who: int) -> None:
        """With its first members only."""
        hub, customer = self._hub(who, []), self._new_customer()
        for amount in range(100, 100 + LINES):
            self.call("POST", "/v1/invoiceitems", customer=customer, amount=amount, currency="usd")
        self.call("POST", "/v1/invoices", customer=customer, pending_invoice_items_behavior="include")
        self.all_is_heard(hub)

    def an_item_leaves_a_subscription(self, who: int) -> None:
        hub, customer = self._hub(who, []), self._new_customer()
        asked = {"items": [{"price": price} for price in self._prices()], "trial_period_days": 9}
        subscription = self.call("POST", "/v1/subscriptions", customer=customer, **asked)
        self.all_is_heard(hub)
        if "id" in subscription:
            self.control("clock", seconds=1)
            gone = {"id": subscription["items"]["data"][0]["id"], "deleted": True}
            self.call("POST", f"/v1/subscriptions/{subscription['id']}", items=[gone])
            self.all_is_heard(hub)

    def pending_items_die_with_their_customer(self, who: int) -> None:
        hub, customer = self._hub(who, []), self._new_customer()
        self.call("POST", "/v1/invoiceitems", customer=customer, amount=500, currency="usd")
        self.all_is_heard(hub)
        self.call("DELETE", f"/v1/customers/{customer}")
        self.all_is_heard(hub)

    def nobody_hears_of_it(self, who: int) -> None:
        self._renamed(self._new_customer(), f"Unheard by {who}", 1)

    def all_is_heard(self, hub: Hub) -> None:
        """Every event that never came."""
        events = [event for event in self.pretend.events() if event["id"] not in self.delivered]
        self.delivered |= {event["id"] for event in events}
        self.runner.run(hub.run(*(hub.receive(event) for event in events)))

    def a_process_starts_anew(self, who: int, how: str) -> None:
        raise NotImplementedError

    def _new_customer(self) -> str:
        customer: str = self.call("POST", "/v1/customers", name="New")["id"]
        return customer

    def _prices(self) -> list[str]:
        return [price for price in self.prices if self.call("GET", f"/v1/prices/{price}")["active"]][:2]

    def _renamed(self, customer: str, name: str, seconds: int) -> Object:
        """The event that tells of it, so many seconds after what happened before."""
        self.control("clock", seconds=seconds)
        self.call("POST", f"/v1/customers/{customer}", name=name)
        event = self.pretend.events()[-1]
        assert event["type"] == "customer.updated"
        self.delivered.add(event["id"])
        return event

    def _hears(self, hub: Hub, event: Object) -> None:
        self.runner.run(hub.run(hub.receive(event)))

    async def _both(self, *work: Any) -> None:
        await asyncio.gather(*work)


STORIES: Mapping[str, Callable[[Stories, int], None]] = {
    story.__name__: story
    for story in (
        Stories.an_answer_is_overtaken,
        Stories.a_question_comes_too_late,
        Stories.stripe_is_away_when_asked,
        Stories.another_version_has_the_last_word,
        Stories.a_second_is_told_backwards,
        Stories.two_seconds_are_told_backwards,
        Stories.processes_race,
        Stories.the_dead_are_spoken_of,
        Stories.a_process_dies_with_what_it_heard,
        Stories.a_long_list_is_told_of,
        Stories.an_item_leaves_a_subscription,
        Stories.pending_items_die_with_their_customer,
        Stories.nobody_hears_of_it,
    )
}
