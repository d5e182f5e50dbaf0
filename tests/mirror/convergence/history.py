"""Random histories: things happen at Stripe, news of them comes in any way or not at all, and processes come and go."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy.ext.asyncio import AsyncEngine

from db.reads import Reads
from tests.mirror.convergence.callers import ORDERS, Callers, forgiving
from tests.mirror.convergence.hubs import Hub
from tests.mirror.convergence.pretend import ANSWERED_LATE, Pretend
from tests.mirror.convergence.unknowable import knowable
from tests.mirror.equality import differences
from tests.sandbox.client import Object
from tests.sandbox.living import PLACES

ONCE, TWICE, OLD, EVERYWHERE = "once", "twice", "in an old version", "to every process"
ROUNDS = 40


class History(Callers):
    """What happens at one account of Stripe's, and at the processes that mirror it into one database."""

    engines: ClassVar[Sequence[AsyncEngine]]
    reads: ClassVar[Reads]

    @initialize(seed=st.integers(0, 1 << 30))
    def begin(self, seed: int) -> None:
        self.pretend = Pretend(int(time.time()), seed)
        self.hubs = [Hub(engine, self.reads, self.pretend) for engine in self.engines]
        self.dead: list[Hub] = []
        self.delivered: set[str] = set()
        self.keys = 0
        self.runner.run(self.hubs[0].begin(self.pretend.clock.now()))
        self.prices, self.coupons, self.customers = [], [], []
        product = self.call("POST", "/v1/products", name="Gold")["id"]
        for amount, interval in ((900, "month"), (2_500, "month"), (30_000, "year")):
            asked = {"unit_amount": amount, "currency": "usd", "recurring": {"interval": interval}}
            self.prices.append(self.call("POST", "/v1/prices", product=product, **asked)["id"])
        for coupon in ({"percent_off": 50, "duration": "once"}, {"percent_off": 10, "duration": "forever"}):
            self.coupons.append(self.call("POST", "/v1/coupons", **coupon)["id"])
        self.a_customer_with_a_card("pm_card_visa")

    def call(self, method: str, path: str, **params: Any) -> Object:
        status, body = self.runner.run(self.pretend.call(method, path, **params))
        assert status < 500 or status == 501, (method, path, params, body)
        return body

    def control(self, what: str, /, **body: Any) -> None:
        status, answer = self.runner.run(self.pretend.control(what, **body))
        assert status in (200, 400), answer

    def teardown(self) -> None:
        if hasattr(self, "hubs"):
            self.runner.run(self._teardown())

    async def _teardown(self) -> None:
        try:
            await self._all_ends_well()
            for hub in self.hubs:
                await hub.rest()
            found = knowable(await differences(self.hubs[0].shop), self.pretend.state)
            assert not found, "\n".join(found)
        finally:
            for hub in self.dead:
                await hub.bury()
            for hub in self.hubs:
                hub.way.orders.clear()
                await hub.end()

    async def _all_ends_well(self) -> None:
        """Nothing goes wrong any more, and nobody does anything but wait."""
        for hub in self.hubs:
            hub.way.orders.clear()
        for hub in self.hubs:
            await hub.go_on()
        hub = self.hubs[0]
        for _ in range(ROUNDS):
            await hub.time_passes()
            found = await hub.catch_up()
            assert found is not None
            while await hub.drain():
                pass
            if not found:
                return
        raise AssertionError("The mirror does not come to rest.")

    # News.

    @rule(
        picks=st.lists(st.tuples(PLACES, st.sampled_from([ONCE, ONCE, TWICE, OLD, EVERYWHERE])), max_size=6),
        who=PLACES,
        orders=st.lists(ORDERS, max_size=3),
        together=st.booleans(),
    )
    def some_events_come(self, picks: list[tuple[int, str]], who: int, orders: list[Any], together: bool) -> None:
        """The newest are the likeliest."""
        events = self.pretend.events()[::-1]
        hub = self._hub(who, orders)
        work = []
        for place, how in picks:
            event = events[place % len(events)]
            if how == OLD:
                event = as_of_old(event)
            if how == EVERYWHERE:
                self.runner.run(self._everywhere(event))
                continue
            work += [hub.receive(event) for _ in range(2 if how == TWICE else 1)]
            if not together:
                self.runner.run(hub.run(*work))
                work = []
        self.runner.run(hub.run(*work))

    @rule(
        who=PLACES,
        order=st.sampled_from(["as they were", "backwards", "shuffled"]),
        loss=st.sampled_from([0.0, 0.0, 0.3]),
        chance=st.integers(0, 1 << 30),
        old=st.sampled_from([0.0, 0.0, 0.3]),
        orders=st.lists(ORDERS, max_size=4),
        at_once=st.sampled_from([1, 1, 3, 8]),
    )
    def the_post_comes(
        self, who: int, order: str, loss: float, chance: int, old: float, orders: list[Any], at_once: int
    ) -> None:
        """Everything that was never delivered, or lost for good."""
        rng = random.Random(chance)
        events = [event for event in self.pretend.events() if event["id"] not in self.delivered]
        self.delivered |= {event["id"] for event in events}
        events = [as_of_old(event) if rng.random() < old else event for event in events if rng.random() >= loss]
        if order == "backwards":
            events.reverse()
        elif order == "shuffled":
            rng.shuffle(events)
        hub = self._hub(who, orders)
        for first in range(0, len(events), at_once):
            self.runner.run(hub.run(*(hub.receive(event) for event in events[first : first + at_once])))

    @rule(who=PLACES, customer=PLACES, seconds=st.sampled_from([0, 1]))
    def an_answer_is_overtaken(self, who: int, customer: int, seconds: int) -> None:
        """One process waits for an answer while another one hears of what comes after it."""
        slow, quick = self._hub(who, [{"kind": ANSWERED_LATE}]), self._hub(who + 1, [])
        path = f"/v1/customers/{self.someone(customer)}"
        # What is still to come in the same second would have Stripe asked again, and hide what went wrong.
        for event in self.pretend.events():
            self.delivered.add(event["id"])
            self.runner.run(quick.run(quick.receive(event)))
        for hub, name in ((slow, "Before"), (quick, "After")):
            self.control("clock", seconds=seconds)
            if "error" in self.call("POST", path, name=name):
                return
            self.runner.run(hub.run(hub.receive(as_of_old(self.pretend.events()[-1]))))
        self.runner.run(slow.go_on())

    @rule(who=PLACES, orders=st.lists(ORDERS, max_size=3))
    def a_process_reads_the_list(self, who: int, orders: list[Any]) -> None:
        hub = self._hub(who, orders)
        self.runner.run(hub.run(forgiving(hub.catch_up())))

    @rule(who=PLACES, orders=st.lists(ORDERS, max_size=3), later=st.booleans())
    def a_process_drains(self, who: int, orders: list[Any], later: bool) -> None:
        hub = self._hub(who, orders)
        if later:
            self.runner.run(hub.time_passes())
        self.runner.run(hub.run(hub.drain()))

    @precondition(lambda self: any(hub.way.late for hub in self.hubs))
    @rule()
    def what_was_late_arrives(self) -> None:
        for hub in self.hubs:
            self.runner.run(hub.go_on())

    @rule(who=PLACES, how=st.sampled_from(["ends", "dies"]))
    def a_process_starts_anew(self, who: int, how: str) -> None:
        place = who % len(self.hubs)
        hub = self.hubs[place]
        hub.way.orders.clear()
        if how == "ends":
            self.runner.run(hub.end())
        else:
            hub.die()
            self.dead.append(hub)
        self.hubs[place] = Hub(self.engines[place], self.reads, self.pretend)

    @rule(seconds=st.sampled_from([1, 1, 2, 700]))
    def a_moment_passes(self, seconds: int) -> None:
        self.control("clock", seconds=seconds)

    async def _everywhere(self, event: Object) -> None:
        await asyncio.gather(*(hub.run(hub.receive(event)) for hub in self.hubs))


def as_of_old(event: Object) -> Object:
    """The event as an endpoint of another API version gets it: its object reads differently."""
    told = event["data"]["object"]
    other = {name: value for name, value in told.items() if name in ("id", "object", "deleted", "customer", "invoice")}
    return {**event, "api_version": "2020-08-27", "data": {"object": {**other, "written": "as it was then"}}}
