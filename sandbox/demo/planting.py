"""Fills a fresh account; the same for the same seed but for the dates, which end now."""

import secrets
from dataclasses import dataclass

from sandbox.account.copies import Copies
from sandbox.account.state import State
from sandbox.demo import crowd, people
from sandbox.demo.crowd import Crowd
from sandbox.demo.gardener import Gardener
from sandbox.demo.people import People
from sandbox.demo.shelves import stock
from sandbox.timing.periods import DAY

NAMED = 5
MOST_CUSTOMERS = 100_000
# As long as Stripe lists events.
EVENT_DAYS = 30


@dataclass(frozen=True)
class Demo:
    """How much: `customers` in all, the five with names first."""

    seed: int = 1
    customers: int = NAMED


def plant(state: State, demo: Demo) -> Copies | None:
    """Fills a fresh state. Returns the copies that are in it, for the file."""
    state.generator.seed(f"stripe-graphql {demo.seed}")
    garden = Gardener(state, crowd.MONTHS if demo.customers > NAMED else people.MONTHS)
    stock(state)
    People(garden, demo.customers)
    more = Crowd(garden, demo.seed, max(0, demo.customers - NAMED))
    garden.live()
    if demo.customers > NAMED:
        forget_old_events(state)
    copies = more.copied(state)
    state.generator.seed(secrets.randbits(128))
    return copies


def forget_old_events(state: State) -> None:
    """Drops those that Stripe would not list any more."""
    table, first = state.table("event"), state.clock.now() - EVENT_DAYS * DAY
    for id in [id for created, _, id in table.keys("") if created < first]:
        table.forget(id)
    state.outbox = [id for id in state.outbox if table.key(id) is not None]
