"""Objects that a backfill brings in a second, from the same pages into the same PostgreSQL."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from benchmarks.databases import Postgres
from benchmarks.measuring import MIB, ROOT, WrongAnswer, processor_seconds
from benchmarks.mirror.engines import OURS, node, peer_settings
from benchmarks.mirror.specification import write_specification
from benchmarks.pages import Sandbox
from benchmarks.seeding import SECRET_KEY
from db.engine import create_engine
from db.migrations import migrate

RESOURCES: Mapping[str, str] = {
    "products": "product",
    "prices": "price",
    "coupons": "coupon",
    "customers": "customer",
    "payment_methods": "payment_method",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
}
"""What both sides list, and what is counted: the tables' names, which are the same, and the peer's of the resources."""
LISTED_BY_OURS = ("invoice_items", "invoice_payments", "promotion_codes")
"""Besides."""
OUT_OF_THE_WAY = 10_000
"""Calls a second: nobody makes as many."""
WORKERS = 5
"""Of the peer: with its own default of 20 it is slower on two processors."""
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Backfill:
    objects: float
    """Of what both sides list."""
    listed: float
    """Of all that this side lists."""
    seconds: float
    cpu_ms: float
    """Of processor time of the process that syncs, for each object."""
    database_cpu_ms: float
    stripe_cpu_ms: float
    """Of what serves the pages."""
    memory_mib: float
    """The most resident memory that was seen."""

    @property
    def objects_per_second(self) -> float:
        return self.objects / self.seconds


class Backfills:
    """Each begins with an empty database and a new process; making the tables does not count, starting does."""

    def __init__(self, postgres: Postgres, folder: Path, stripe: Sandbox, account: str) -> None:
        self._postgres = postgres
        self._folder = folder
        self._stripe = stripe
        self._account = account
        self._specification = write_specification(folder / "stripe-openapi.json")

    def measure(self, name: str, *, rate: int = OUT_OF_THE_WAY) -> tuple[Backfill, list[float]]:
        """With the MiB of resident memory all the while. Raises WrongAnswer when it fails."""
        database = f"backfill_{'ours' if name == OURS else 'peer'}"
        self._postgres.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self._postgres.run(f"CREATE DATABASE {database} TEMPLATE template0")
        processes = (self._postgres.process, self._stripe.process)
        child = self._start(name, database, rate)
        before = [processor_seconds(process) for process in processes]
        began = time.monotonic()
        memory, own = _watched(child)
        seconds = time.monotonic() - began
        costs = [own, *(processor_seconds(process) - old for old, process in zip(before, processes, strict=True))]
        objects = asyncio.run(self._count(name, database, RESOURCES))
        besides = asyncio.run(self._count(name, database, LISTED_BY_OURS if name == OURS else ()))
        if child.returncode or not objects:
            raise WrongAnswer(f"The backfill of {name} failed; its log is {self._log(name)}.")
        self._postgres.run(f"DROP DATABASE {database} WITH (FORCE)")
        return Backfill(
            objects, objects + besides, seconds, *(1000 * cost / objects for cost in costs), max(memory)
        ), memory

    def _start(self, name: str, database: str, rate: int) -> subprocess.Popen[bytes]:
        if name == OURS:
            url = self._postgres.url(database)
            asyncio.run(_prepare(url))
            options = ["--rate", str(rate)]
            command = [str(Path(sys.executable).with_name("stripe-graphql")), "sync", *options]
            settings = {
                "DATABASE_URL": url,
                "STRIPE_SECRET_KEY": SECRET_KEY,
                "STRIPE_API_BASE": f"http://127.0.0.1:{self._stripe.port}",
            }
        else:
            command = node("backfill.mjs")
            settings = {
                "ACCOUNT": self._account,
                "SPECIFICATION": str(self._specification),
                "RESOURCES": ",".join(RESOURCES.values()),
                "WORKERS": str(WORKERS),
                "RATE": str(rate),
                **peer_settings(self._postgres, database, self._stripe.port),
            }
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = {**inherited, **settings, "PYTHONPATH": str(ROOT)}
        with self._log(name).open("wb") as log:
            child = subprocess.Popen(command, cwd=self._folder, env=environment, stdout=log, stderr=log)
        if name != OURS:
            while child.poll() is None and b"began" not in self._log(name).read_bytes():
                time.sleep(0.005)
        return child

    def _log(self, name: str) -> Path:
        return self._folder / f"backfill {name.replace('/', ' ')}.log"

    async def _count(self, name: str, database: str, tables: Iterable[str]) -> int:
        connection = await asyncpg.connect(host=self._postgres.socket, user="postgres", database=database)
        schema = "public" if name == OURS else "stripe"
        counts = [await connection.fetchval(f"SELECT count(*) FROM {schema}.{table}") for table in tables]
        await connection.close()
        return sum(counts)


def _watched(child: subprocess.Popen[bytes]) -> tuple[list[float], float]:
    """The MiB of resident memory all the while, and the seconds of processor time, of a process until its end."""
    memory, own = [0.0], 0.0
    while child.poll() is None:
        try:
            process = psutil.Process(child.pid)
            memory.append(process.memory_info().rss / MIB)
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            break
        own = times.user + times.system
        time.sleep(LOOK_SECONDS)
    child.wait()
    return memory[1:], own


async def _prepare(url: str) -> None:
    engine = create_engine(url)
    await migrate(engine)
    await engine.dispose()
