"""The measurements of the mirror as Markdown."""

import math
from collections.abc import Mapping, Sequence

from benchmarks.mirror.backfills import Backfill
from benchmarks.mirror.engines import BACKFILL_ENGINE, OURS, WEBHOOK_ENGINE
from benchmarks.mirror.webhooks import Applied
from benchmarks.report import number, table, verdict

TIMES_THE_PEER = 3
OF_THE_PACE = 0.9
MOST_MIB = 200
MOST_GROWTH = 1.1
PAGE = 100
WARM_UP = 0.1
"""Of the time, in which memory may still grow."""


def webhooks(measured: Mapping[tuple[str, int], Applied], events: int) -> str:
    heads = (
        "who",
        "connections",
        "applied/s",
        "answered p50 ms",
        "p99 ms",
        "server CPU ms",
        "database CPU ms",
        "sandbox CPU ms",
        "load CPU ms",
        "memory MiB",
    )
    rows = [
        (
            name,
            connections,
            number(each.events_per_second),
            number(each.p50_ms),
            number(each.p99_ms),
            number(each.server_cpu_ms),
            number(each.database_cpu_ms),
            number(each.sandbox_cpu_ms),
            number(each.load_cpu_ms),
            number(each.memory_mib),
        )
        for (name, connections), each in sorted(measured.items())
    ]
    ratios = [
        (
            f"against {WEBHOOK_ENGINE}, {connections} connections",
            verdict(each.events_per_second / measured[WEBHOOK_ENGINE, connections].events_per_second, TIMES_THE_PEER),
            f"≥ {TIMES_THE_PEER}",
        )
        for (name, connections), each in sorted(measured.items())
        if name == OURS
    ]
    ratio = table(("applied a second", "ratio", "goal"), ratios)
    return f"{events:,} events in all.\n\n{table(heads, rows)}\n\n{ratio}"


def backfills(measured: Mapping[str, Backfill], alone: float) -> str:
    heads = (
        "who",
        "objects of both",
        "all objects",
        "objects of both/s",
        "CPU ms",
        "database CPU ms",
        "sandbox CPU ms",
        "most memory MiB",
    )
    rows = [
        (
            name,
            f"{each.objects:,.0f}",
            f"{each.listed:,.0f}",
            number(each.objects_per_second),
            number(each.cpu_ms),
            number(each.database_cpu_ms),
            number(each.stripe_cpu_ms),
            number(each.memory_mib),
        )
        for name, each in measured.items()
    ]
    ours, peer = (measured[name].objects_per_second for name in (OURS, BACKFILL_ENGINE))
    ratio = table(
        ("objects a second", "ratio", "goal"),
        [(f"against {BACKFILL_ENGINE}", verdict(ours / peer, TIMES_THE_PEER), f"≥ {TIMES_THE_PEER}")],
    )
    return f"{table(heads, rows)}\n\nThe sandbox alone serves {number(alone)} objects a second.\n\n{ratio}"


def paced(backfill: Backfill, pace: int) -> str:
    most = pace * PAGE
    rate = backfill.listed / backfill.seconds
    share = rate / most
    heads = ("calls a second", "objects", "seconds", "objects/s", "of what so many pages can bring", "goal")
    row = (
        pace,
        f"{backfill.listed:,.0f}",
        number(backfill.seconds),
        number(rate),
        verdict(share, OF_THE_PACE),
        f"≥ {OF_THE_PACE}",
    )
    return table(heads, [row])


def memory(backfill: Backfill, samples: Sequence[float]) -> str:
    """The time after the warm-up in quarters: the last one may have little more than the first."""
    steady = samples[math.ceil(len(samples) * WARM_UP) :]
    size = len(steady) // 4
    quarters = [max(steady[place * size : (place + 1) * size]) for place in range(4)]
    heads = ("objects", "objects/s", *(f"quarter {place}, MiB" for place in range(1, 5)), "most", "last to first")
    most = max(samples)
    row = (
        f"{backfill.listed:,.0f}",
        number(backfill.listed / backfill.seconds),
        *map(number, quarters),
        f"{number(most)} {'✓' if most < MOST_MIB else '✗'} (goal < {MOST_MIB})",
        f"{number(quarters[3] / quarters[0])} {'✓' if quarters[3] <= MOST_GROWTH * quarters[0] else '✗'}",
    )
    return table(heads, [row])
