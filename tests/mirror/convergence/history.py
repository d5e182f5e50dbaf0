"""Random histories: things happen at Stripe, news of them comes in any way or not at all, and processes come and go."""

import asyncio
import random
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy.ext.asyncio import AsyncEngine

from db.inbox import EventState, InboxEvent
from db.reads import Reads
from db.tables import Discount
from mirror.apply import UnknownObject
from tests.mirror.convergence.callers import ORDERS, forgiving
from tests.mirror.convergence.hubs import Hub
from tests.mirror.convergence.pretend import Pretend
from tests.mirror.convergence.stories import STORIES, Stories
from tests.mirror.convergence.unknowable import knowable
from tests.mirror.convergence.versions import as_of_old
from tests.mirror.equality import differences
from tests.sandbox.client import Object
from tests.sandbox.living import PLACES

ONCE, TWICE, OLD, EVERYWHERE = "once", "twice", "in an old version", "to every process"
ROUNDS = 40
LAST = st.lists(st.sampled_from(list(STORIES)), unique=True, min_size=3, max_size=5)


class History(Stories):
    """What happens at one account of Stripe's, and at the processes that mirror it into one database."""

    engines: ClassVar[Sequence[AsyncEngine]]
    reads: ClassVar[Reads]

    @initialize(seed=st.integers(0, 1 << 30), who=PLACES, last=LAST)
    def begin(self, seed: int, who: int, last: list[str]) -> None:
        """`last` are the stories that end it: about people of their own, so that nothing hides what goes wrong."""
        self.last = [partial(self.tell, story, who) for story in last]
        self.pretend = Pretend(int(time.time()), seed)
        self.hubs = [Hub(engine, self.reads, self.pretend) for engine in self.engines]
        self.dead: list[Hub] = []
        self.delivered, self.edited = set(), set()
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

    def now(self) -> int:
        return self.pretend.clock.now()

    def teardown(self) -> None:
        if hasattr(self, "hubs"):
            try:
                for story in self.last:
                    story()
                self.runner.run(self._is_right_in_the_end())
            finally:
                self.runner.run(self._ends())

    async def _is_right_in_the_end(self) -> None:
        found = await self._what_is_wrong()
        if found and self.dead:
            # What one had begun in the database when it died may have ended only now, on a busy machine.
            await self._bury_the_dead()
            found = await self._what_is_wrong()
        assert not found, "\n".join(found)

    async def _what_is_wrong(self) -> list[str]:
        shop = self.hubs[0].shop
        await self._all_ends_well()
        for hub in self.hubs:
            await hub.rest()
        found = knowable(await differences(shop), self.pretend.state, self.edited)
        mine = {"account": shop.services.account.id}
        told = [each["data"]["object"] for each in self.pretend.events() if each["type"].endswith("discount.deleted")]
        gone = {discount["id"] for discount in told}
        # Invoices that they were on still show them.
        alive = {row["id"] for row in await shop.mirrored(Discount, deleted=False, **mine)}
        found += [f"{id} was taken off at Stripe and is alive here" for id in sorted(gone & alive)]
        for row in await shop.mirrored(InboxEvent, **mine):
            # What Stripe never told of before it was gone will not be found by asking again.
            if row["state"] != EventState.APPLIED and not str(row["error"]).startswith(UnknownObject.__name__):
                found.append(f"{row['id']} ({row['type']}) is {row['state']}: {row['error']}")
        return found

    async def _bury_the_dead(self) -> None:
        while self.dead:
            await self.dead.pop().bury()

    async def _ends(self) -> None:
        await self._bury_the_dead()
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

    @rule(who=PLACES, story=st.sampled_from(list(STORIES)))
    def a_story(self, who: int, story: str) -> None:
        self.tell(story, who)

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
