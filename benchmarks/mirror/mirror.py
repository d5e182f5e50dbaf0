"""Everything that is measured of the mirror: each part gives a chapter of the report."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import typer

from benchmarks.databases import Postgres
from benchmarks.measuring import ROOT, median
from benchmarks.mirror import report
from benchmarks.mirror.backfills import RESOURCES, Backfill, Backfills
from benchmarks.mirror.engines import BACKFILL_ENGINE, OURS, WEBHOOK_ENGINE, WEBHOOK_ENGINE_ASKING, install_peers
from benchmarks.mirror.history import history
from benchmarks.mirror.webhooks import Applied, WebhookRounds
from benchmarks.pages import Asker, Sandbox, sandbox

CONNECTIONS = (1, 8, 32)
MONTHS = 3
OBJECTS_OF_A_CUSTOMER = 17
"""In the sandbox, of what both sides list."""
OBJECTS_OF_A_COPY = 6
PACE = 25
"""Calls a second that Stripe allows."""


@dataclass(frozen=True, slots=True)
class Options:
    data: Path
    rounds: int
    shoppers: int
    """Customers whose past makes the events."""
    objects: int
    """That are backfilled beside the peer."""
    many: int
    """That are backfilled while memory is watched."""


class MirrorParts:
    def __init__(self, postgres: Postgres, options: Options) -> None:
        self._postgres = postgres
        self._options = options
        install_peers()

    def webhooks(self) -> str:
        """The same events delivered to everybody, round by round."""
        told: dict[tuple[str, int], list[Applied]] = defaultdict(list)
        with history(self._options.shoppers, MONTHS) as past:
            measured = WebhookRounds(self._postgres, self._options.data, past, CONNECTIONS)
            for number in range(self._options.rounds):
                for name in (OURS, WEBHOOK_ENGINE, WEBHOOK_ENGINE_ASKING):
                    for connections, applied in measured.measure(name).items():
                        told[name, connections].append(applied)
                        _tell(number, f"{name}, {connections} connections", applied.events_per_second, "events/s")
            events = len(past.events)
        return report.webhooks({key: median(rounds) for key, rounds in told.items()}, events)

    def backfill(self) -> str:
        """All objects of a sandbox, into an empty mirror."""
        told: dict[str, list[Backfill]] = defaultdict(list)
        with self._sandbox() as (stripe, backfills):
            alone = _served_alone(stripe)
            for number in range(self._options.rounds):
                for name in (OURS, BACKFILL_ENGINE):
                    backfill, _ = backfills.measure(name)
                    told[name].append(backfill)
                    _tell(number, name, backfill.objects_per_second, "objects/s")
        return report.backfills({name: median(rounds) for name, rounds in told.items()}, alone)

    def pace(self) -> str:
        """Ours at the pace that Stripe allows."""
        with self._sandbox() as (_, backfills):
            backfill, _ = backfills.measure(OURS, rate=PACE)
            return report.paced(backfill, PACE)

    def memory(self) -> str:
        """Ours, while it brings very many objects."""
        copies = self._options.many // OBJECTS_OF_A_COPY + 1
        with sandbox("--customers", "10") as original, _copied(original, copies) as stripe:
            backfills = Backfills(self._postgres, self._options.data, stripe, _account(original))
            return report.memory(*backfills.measure(OURS))

    @contextmanager
    def _sandbox(self) -> Iterator[tuple[Sandbox, Backfills]]:
        with sandbox("--customers", str(self._options.objects // OBJECTS_OF_A_CUSTOMER)) as stripe:
            yield stripe, Backfills(self._postgres, self._options.data, stripe, _account(stripe))


@contextmanager
def _copied(original: Sandbox, copies: int) -> Iterator[Sandbox]:
    command = [sys.executable, "-m", "benchmarks.mirror.listings", str(original.port), str(copies)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield Sandbox(int(child.stdout.readline()), psutil.Process(child.pid))
    finally:
        child.terminate()
        child.wait()


def _account(stripe: Sandbox) -> str:
    return str(json.loads(Asker(stripe.port).get("/v1/account"))["id"])


def _served_alone(stripe: Sandbox) -> float:
    """Objects a second that it serves while nobody stores them."""
    asker = Asker(stripe.port)
    paths = []
    for table in RESOURCES:
        every = "&status=all" if table == "subscriptions" else ""
        paths += asker.walk(f"/v1/{table}?limit=100{every}", pages=10_000)
    return 100 * asker.rate(paths)


def _tell(number: int, who: str, rate: float, unit: str) -> None:
    typer.echo(f"round {number + 1}: {who}: {rate:,.0f} {unit}", err=True)
