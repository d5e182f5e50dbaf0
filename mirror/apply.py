"""The one door into the mirror: every object enters here, from whichever road it comes."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence, Set
from functools import partial
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.accounts import Account
from db.outage import DATABASE_AWAY
from mirror.arrivals import Arrivals
from mirror.asking import Asking
from mirror.background import Background
from mirror.census import Census
from mirror.deciding import BUSY, Contended, Deciding, Entry, HasToAsk, Unanswered, UnknownObject
from mirror.delivery import Delivery
from mirror.gateway import API_VERSION, Answer, Gateway
from mirror.order import Seen
from mirror.references import missing_references
from mirror.referred import Referred
from mirror.silent import Silent
from mirror.stored import Key, Stored, stored_forms
from mirror.write import Outdated, Writer

__all__ = ["BUSY", "Also", "Contended", "HasToAsk", "Mirror", "Told", "UnknownObject", "read"]

log = structlog.get_logger()

Also = Callable[[AsyncConnection], Awaitable[None]]
AlsoFor = Callable[[AsyncConnection, Sequence[int]], Awaitable[None]]
ASKING_SECONDS = 20.0
"""How long events that came together wait for Stripe: less than the lease of whoever took them."""
FREELY = 3
"""How often the door starts over because another writer came first, before it waits for its turn."""
IN_TURN = 50
"""How often it starts over then: only other processes come between. More is a fault worth seeing."""


class Told(NamedTuple):
    """Objects in their stored form, and when they were so."""

    forms: Sequence[Stored]
    seen: Seen


class Mirror:
    """Keeps rows of one account and mode true to Stripe."""

    def __init__(self, engine: AsyncEngine, gateway: Gateway, account: Account, *, subscriber_key: str) -> None:
        self.account = account
        self._engine = engine
        self._gateway = gateway
        self._subscriber_key = subscriber_key
        self._asking = Asking(gateway)
        self._deciding = Deciding(engine, self._asking, account)
        self._turn = asyncio.Lock()
        self.background = Background()
        self._referred = Referred(self.background, self._deciding.look_up, self.refresh_many)
        self.census = Census(engine, account)

    async def settle(self, answers: Sequence[Answer], also: Also | None = None) -> None:
        """Put what Stripe answered into the mirror and run `also`, all in one transaction.

        What is too close to call is asked of Stripe again first, outside the transaction. Raises the gateway's errors
        when that fails, and then nothing is written.
        """
        await self._enter_whole(Entry(_arrivals(read(answer) for answer in answers)), also)

    async def settle_lists(self, pages: Sequence[Told], also: Also | None, *, coming: Set[str]) -> None:
        """The same for who lists everything: these are pages of lists, expanded so that each object is whole.

        Of the types of `coming` more pages come, so that they are not asked for now. What the objects refer to is the
        caller's business too.
        """
        arrivals = _arrivals(pages)
        whole = {form.key for form in arrivals.forms() if form.parent is None and not form.cut_short}
        await self._enter_whole(Entry(arrivals, completed=whole, coming=coming), also)

    async def take_in(
        self, deliveries: Sequence[Delivery], also: AlsoFor, *, may_ask: bool = True
    ) -> dict[int, Exception]:
        """Put away what events brought, in one transaction with `also`, which is told the places of those that enter.

        Why, by its place, for each that could not enter: UnknownObject, HasToAsk where Stripe would have to be asked
        and it `may_ask` not, the gateway's errors. One never keeps the others out, unless the database is away, and
        then what it raises is raised.
        """
        failed: dict[int, Exception] = {}
        groups = [list(range(len(deliveries)))] if deliveries else []
        while groups:
            group = groups.pop()
            entry = _entry([deliveries[place] for place in group], may_ask=may_ask)
            try:
                with self._gateway.within(ASKING_SECONDS):
                    await self._enter(entry, partial(_for_places, also, group))
            except Unanswered as unanswered:
                kept_out = {
                    place: unanswered.reasons[key]
                    for place in group
                    for key in deliveries[place].keys & unanswered.reasons.keys()
                }
                failed |= kept_out or dict.fromkeys(group, unanswered)
                if rest := [place for place in group if place not in failed]:
                    groups.append(rest)
            except (*DATABASE_AWAY, OSError):
                raise
            except Exception as error:
                if len(group) == 1:
                    failed[group[0]] = error
                else:
                    # One of them is the cause, and only trying tells which.
                    middle = len(group) // 2
                    groups += [group[:middle], group[middle:]]
        return failed

    async def refresh(self, type: str, id: str) -> None:
        """Fetch an object and put it away. One that is known and gone at Stripe is marked deleted.

        Raises UnknownObject for what neither Stripe nor the mirror knows, and the gateway's errors.
        """
        await self._enter_whole(Entry(Arrivals(API_VERSION), {Key(type, id)}), None)

    async def refresh_many(self, keys: Collection[Key]) -> dict[Key, Exception]:
        """The same for many together. Why, for each that did not come; one never keeps the others out."""
        left, failed = set(keys), dict[Key, Exception]()
        while left:
            try:
                with self._gateway.within(ASKING_SECONDS):
                    await self._enter(Entry(Arrivals(API_VERSION), set(left)), None)
                break
            except Exception as error:
                reasons = error.reasons if isinstance(error, Unanswered) else {}
                kept_out = {key: reasons[key] for key in left & reasons.keys()} or dict.fromkeys(left, error)
            for key, why in kept_out.items():
                log.warning("An object could not be fetched.", type=key.type, error=type(why).__name__)
            failed |= kept_out
            left -= kept_out.keys()
        return failed

    async def close(self) -> None:
        """End what runs in the background."""
        await self.background.close()
        await self._asking.close()

    async def _enter_whole(self, entry: Entry, also: Also | None) -> None:
        try:
            await self._enter(entry, also)
        except Unanswered as unanswered:
            raise next(iter(unanswered.reasons.values())) from None

    async def _enter(self, entry: Entry, also: Also | None) -> None:
        for _ in range(FREELY):
            if await self._entered(entry, also):
                return
        # Where many want the same objects, each would undo what the others have looked up.
        async with self._turn:
            for _ in range(IN_TURN):
                if await self._entered(entry, also):
                    return
        raise Contended(BUSY)

    async def _entered(self, entry: Entry, also: Also | None) -> bool:
        """False when another writer came first, or when there is more to ask."""
        known, forms = await self._deciding.decide(entry)
        if not forms and also is None:
            return True
        try:
            async with self._engine.begin() as connection:
                silent = Silent(connection, self.account, known, listing=entry.coming is not None)
                if entry.follow(await silent.changes([form for form, _ in forms])):
                    raise Outdated
                await Writer(connection, self.account, known, self._subscriber_key).write(forms)
                if also is not None:
                    await also(connection)
        except Outdated:
            return False
        if entry.coming is None and (missing := missing_references([form for form, _ in forms])):
            self._referred.note(missing)
        return True


def read(answer: Answer) -> Told:
    """What an answer tells, in its stored form. Pure."""
    return Told(list(stored_forms(answer.data)), answer.seen)


def _arrivals(told: Iterable[Told]) -> Arrivals:
    arrivals = Arrivals(API_VERSION)
    for each in told:
        arrivals.take(each.forms, each.seen, known={})
    return arrivals


def _entry(deliveries: Sequence[Delivery], *, may_ask: bool) -> Entry:
    arrivals = Arrivals(API_VERSION)
    for each in deliveries:
        arrivals.hear(each.forms, each.seen)
    return Entry(arrivals, {each.hint for each in deliveries if each.hint}, may_ask)


async def _for_places(also: AlsoFor, places: Sequence[int], connection: AsyncConnection) -> None:
    await also(connection, places)
