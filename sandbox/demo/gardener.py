"""Lets customers live: does things by the sandbox's own verbs, each at its time."""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.customers import customers
from sandbox.payments import payment_intents, payment_methods, refunds
from sandbox.subscriptions import subscriptions
from sandbox.timing.advance import run_to
from sandbox.timing.periods import add


class Gardener:
    """An agenda of what people do; the clock begins some months ago and ends now."""

    def __init__(self, state: State, months: int) -> None:
        self.state = state
        self.now = state.clock.now()
        self._agenda: list[tuple[int, int, Callable[[], object]]] = []
        self._numbers = count()
        state.clock.held = add(self.now, "month", -months)

    def plan(self, moment: int, act: Callable[[], object]) -> None:
        """Something to be done at a moment."""
        heapq.heappush(self._agenda, (moment, next(self._numbers), act))

    def live(self) -> None:
        """Does it all, with what comes due on the way, and lets time run on from now."""
        while self._agenda:
            moment, _, act = heapq.heappop(self._agenda)
            run_to(self.state, moment)
            act()
        run_to(self.state, self.now)
        self.state.clock.held = None

    def call(self, ids: dict[str, str], params: dict[str, Any]) -> Call:
        """A call as the API would make it."""
        return Call(self.state, "", ids, params)

    def customer(self, name: str, email: str, subscriber: str, card: str) -> Object:
        """A customer with a subscriber id and a default card."""
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

    def swap(self, subscription: Object, price: str) -> Object:
        """Another price from now on; what is due for it comes with the next invoice."""
        (item,) = self.state.table("subscription_item").oldest_first("subscription", subscription["id"])
        change = {"items": [{"id": item["id"], "price": price}]}
        return subscriptions.update(self.call({"id": subscription["id"]}, change))

    def cancel(self, subscription: Object, *, at_period_end: bool = False) -> Object:
        """An end, now or later."""
        call = self.call({"id": subscription["id"]}, {"cancel_at_period_end": True} if at_period_end else {})
        return subscriptions.update(call) if at_period_end else subscriptions.cancel(call)

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

    def refund(self, payment: Object, amount: int) -> Object:
        """Some of a payment back."""
        params = {"payment_intent": payment["id"], "amount": amount, "reason": "requested_by_customer"}
        return refunds.create(self.call({}, params))
