"""Webhooks applied in a second, by one process, from the same events."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from benchmarks.candidates import FIRST_PORT, Server, running
from benchmarks.databases import Postgres
from benchmarks.measuring import ROOT, WrongAnswer, memory_mib, processor_seconds
from benchmarks.mirror.deliveries import Delivered, Deliveries
from benchmarks.mirror.engines import OURS, WEBHOOK_SECRET, webhook_server
from benchmarks.mirror.history import History
from benchmarks.seeding import KEY_HASH
from db import watermarks
from db.accounts import Account, remember
from db.engine import create_engine
from db.migrations import migrate
from mirror.catchup import NAME as CATCH_UP
from mirror.catchup import OVERLAP_SECONDS

PORT = FIRST_PORT + 20
PATIENCE_SECONDS = 300
WARM_UP = 4
MOST_SHARE = 8
"""Shares of the events: one connection gets one, eight and more get eight."""
TABLES = {
    "charge": "charges",
    "customer": "customers",
    "invoice": "invoices",
    "invoice_payment": "invoice_payments",
    "payment_intent": "payment_intents",
    "payment_method": "payment_methods",
    "price": "prices",
    "product": "products",
    "refund": "refunds",
    "subscription": "subscriptions",
}
"""By Stripe's name of what they hold; ours and the peer's have the same names."""


@dataclass(frozen=True, slots=True)
class Applied:
    """One stretch of events at one number of connections."""

    events_per_second: float
    p50_ms: float
    p99_ms: float
    """Until an event is answered; ours may be answered before they are applied, the peer's never are."""
    server_cpu_ms: float
    """Of processor time, for each event."""
    database_cpu_ms: float
    sandbox_cpu_ms: float
    """What Stripe would have spent on being asked again."""
    load_cpu_ms: float
    memory_mib: float


class WebhookRounds:
    """Everybody gets the same events, in a new database and a new process each round."""

    def __init__(self, postgres: Postgres, folder: Path, past: History, connections: Sequence[int]) -> None:
        self._postgres = postgres
        self._folder = folder
        self._past = past
        self._connections = connections
        bodies = [orjson.dumps(event).decode() for event in past.events]
        # What one connection gets is less, so that no stretch takes much longer than the others.
        self._parts = _parts(bodies, [WARM_UP, *(min(each, MOST_SHARE) for each in connections)])
        self._kept = {
            table: len({event["data"]["object"]["id"] for event in past.events if told_of(event) == name})
            for name, table in TABLES.items()
        }

    def measure(self, name: str) -> dict[int, Applied]:
        """By connections. Raises WrongAnswer when an event was refused, or an object is in no table afterwards."""
        database = f"webhooks_{'ours' if name == OURS else 'peer'}"
        self._postgres.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self._postgres.run(f"CREATE DATABASE {database} TEMPLATE template0")
        if name == OURS:
            asyncio.run(_prepare(self._postgres.url(database), self._past))
        candidate = webhook_server(name, PORT, self._postgres, database, self._past.sandbox.port)
        warm_up, *parts = self._parts
        with running(candidate, self._folder) as server, asyncio.Runner() as runner:
            look = runner.run(asyncpg.connect(host=self._postgres.socket, user="postgres", database=database))
            measured = {}
            stretches = [(self._connections[-1], warm_up), *zip(self._connections, parts, strict=True)]
            for connections, bodies in stretches:
                measured[connections] = self._deliver(server, runner, look, bodies, connections)
            runner.run(self._refuse_missing(name, look))
            runner.run(look.close())
        self._postgres.run(f"DROP DATABASE {database} WITH (FORCE)")
        return measured

    def _deliver(
        self, server: Server, runner: asyncio.Runner, look: asyncpg.Connection, bodies: list[str], connections: int
    ) -> Applied:
        name, path = server.candidate.name, "/webhooks/stripe" if server.candidate.is_ours else "/webhooks"
        processes = (server.process, self._postgres.process, self._past.sandbox.process)
        before = [processor_seconds(process) for process in processes]
        told = _delivered(Deliveries(server.candidate.port, path, WEBHOOK_SECRET, bodies, connections))
        if told.refused:
            raise WrongAnswer(f"{name} refused {told.refused} events, one of them so: {told.refusal}")
        ended = runner.run(_applied(look)) if server.candidate.is_ours else told.ended
        costs = [processor_seconds(process) - old for old, process in zip(before, processes, strict=True)]
        server_ms, database_ms, sandbox_ms = (1000 * cost / len(bodies) for cost in costs)
        return Applied(
            events_per_second=len(bodies) / (ended - told.began),
            p50_ms=told.p50_ms,
            p99_ms=told.p99_ms,
            server_cpu_ms=server_ms,
            database_cpu_ms=database_ms,
            sandbox_cpu_ms=sandbox_ms,
            load_cpu_ms=1000 * told.cpu_seconds / len(bodies),
            memory_mib=memory_mib(server),
        )

    async def _refuse_missing(self, name: str, look: asyncpg.Connection) -> None:
        schema = "public" if name == OURS else "stripe"
        for table, expected in self._kept.items():
            found = await look.fetchval(f"SELECT count(*) FROM {schema}.{table}")
            if found < expected:
                raise WrongAnswer(f"{name} has {found} {table} of {expected} that events told of.")


def told_of(event: dict[str, Any]) -> str:
    """What kind of object an event tells of."""
    return str(event["data"]["object"]["object"])


def _parts(bodies: list[str], shares: Sequence[int]) -> list[list[str]]:
    """Consecutive parts of the events, each as large as its share."""
    ends = [len(bodies) * sum(shares[: place + 1]) // sum(shares) for place in range(len(shares))]
    return [bodies[first:end] for first, end in zip([0, *ends], ends, strict=False)]


async def _prepare(url: str, past: History) -> None:
    """A mirror that has read the list of events, so that catching up does not apply them before they are delivered."""
    engine = create_engine(url)
    await migrate(engine)
    account = Account(past.account, livemode=False)
    await remember(engine, KEY_HASH, account)
    async with engine.begin() as connection:
        await watermarks.write(connection, account, CATCH_UP, past.now + 2 * OVERLAP_SECONDS)
    await engine.dispose()


def _delivered(given: Deliveries) -> Delivered:
    command = [sys.executable, "-m", "benchmarks.mirror.deliveries"]
    done = subprocess.run(command, cwd=ROOT, input=orjson.dumps(asdict(given)), stdout=subprocess.PIPE, check=True)
    return Delivered(**orjson.loads(done.stdout))


async def _applied(look: asyncpg.Connection) -> float:
    """When no event is left that was not applied. Raises WrongAnswer for one that has failed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := dict(await look.fetch("SELECT state, count(*) FROM events WHERE state <> 'applied' GROUP BY state")):
        if "failed" in left or time.monotonic() > deadline:
            raise WrongAnswer(f"Events were not applied: {left}")
        await asyncio.sleep(0.01)
    return time.monotonic()
