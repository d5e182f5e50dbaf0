"""The measurements as Markdown."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import psutil

from benchmarks.beside import Beside
from benchmarks.comparison import Table

GOALS: Mapping[tuple[str, str], tuple[float, str]] = {
    ("q1", "postgraphile"): (4, "against PostGraphile"),
    ("q2", "postgraphile"): (6, "against PostGraphile"),
    ("q1", "field-by-field"): (100, "against field-by-field Strawberry"),
    ("q2", "field-by-field"): (100, "against field-by-field Strawberry"),
    ("q1", "floor"): (0.5, "of the floor"),
}
OURS = "ours-postgresql"
SQLITE = "ours-sqlite"
MOST_SLOWDOWN = 0.8
IDLE_MIB = 120

Row = Sequence[object]


def table(heads: Sequence[str], rows: Iterable[Row]) -> str:
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def machine(postgres_version: str, how: str) -> str:
    """Where, when and how; to be asked before anything is measured, since it tells what else the machine does."""
    memory = psutil.virtual_memory().total / 1024**3
    return (
        f"{psutil.cpu_count()} processors, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, PostgreSQL {postgres_version}; {how}. "
        f"Taken {datetime.now(UTC):%Y-%m-%d}; the load before was {os.getloadavg()[0]:.1f}."
    )


def compared(measured: Table) -> str:
    """A table a query."""
    heads = (
        "candidate",
        "req/s",
        "p50 ms",
        "p99 ms",
        "server CPU ms",
        "database CPU ms",
        "load CPU ms",
        "memory MiB",
        "answer kB",
    )
    parts = []
    for query in dict.fromkeys(query for query, _ in measured):
        rows = [
            (
                name,
                number(each.requests_per_second),
                number(each.p50_ms),
                number(each.p99_ms),
                number(each.server_cpu_ms),
                "in the server" if name.startswith(SQLITE) else number(each.database_cpu_ms),
                number(each.load_cpu_ms),
                number(each.memory_mib),
                number(each.bytes / 1000),
            )
            for (asked, name), each in measured.items()
            if asked == query
        ]
        parts.append(f"#### {query.upper()}\n\n{table(heads, rows)}")
    return "\n\n".join(parts)


def ratios(measured: Table) -> str:
    rows: list[Row] = []
    for (query, peer), (goal, words) in GOALS.items():
        if (query, peer) in measured and (query, OURS) in measured:
            ratio = measured[query, OURS].requests_per_second / measured[query, peer].requests_per_second
            rows.append((words, query.upper(), verdict(ratio, goal), f"≥ {goal:g}"))
    if ("q1", SQLITE) in measured and ("q1", OURS) in measured:
        ratio = measured["q1", SQLITE].requests_per_second / measured["q1", OURS].requests_per_second
        rows.append(("SQLite against PostgreSQL", "Q1", verdict(ratio, 1), "≥ 1"))
    return table(("requests per second", "query", "ratio", "goal"), rows)


def scaled(measured: Table, small: str, large: str) -> str:
    rows: list[Row] = []
    for query, name in measured:
        if not name.endswith(large):
            continue
        before = measured[query, name.removesuffix(large) + small].requests_per_second
        now = measured[query, name].requests_per_second
        rows.append((name.removesuffix(large), query.upper(), number(before), number(now), verdict(now / before, 0.8)))
    return table(("candidate", "query", "req/s small", "req/s large", f"ratio (goal ≥ {MOST_SLOWDOWN})"), rows)


def besides(measured: Mapping[str, Beside]) -> str:
    heads = (
        "candidate",
        "p99 of Q1 alone, ms",
        "p99 of Q1 beside Q2, ms",
        "Q1/s alone",
        "Q1/s beside",
        "Q2/s meanwhile",
    )
    rows = [
        (
            name,
            number(each.alone_p99_ms),
            number(each.beside_p99_ms),
            number(each.alone_per_second),
            number(each.beside_per_second),
            number(each.lists_per_second),
        )
        for name, each in measured.items()
    ]
    return table(heads, rows)


def memories(measured: Mapping[str, Mapping[int, float]]) -> str:
    steps = list(next(iter(measured.values())))
    heads = ("candidate", f"idle, MiB (goal < {IDLE_MIB})", *(f"after {step:,} requests" for step in steps[1:]))
    return table(heads, [(name, *map(number, told.values())) for name, told in measured.items()])


def plans(explained: Mapping[str, str]) -> str:
    return "\n\n".join(
        f"<details><summary>{query.upper()}: {_scans(text)}</summary>\n\n```\n{text}\n```\n\n</details>"
        for query, text in explained.items()
    )


def _scans(text: str) -> str:
    whole = sorted(
        {line.partition("Seq Scan on ")[2].split()[0] for line in text.splitlines() if "Seq Scan on " in line}
    )
    return f"reads whole tables: {', '.join(whole)}" if whole else "indices only"


def verdict(ratio: float, goal: float) -> str:
    """The ratio, and whether it reaches the goal."""
    return f"{number(ratio)} {'✓' if ratio >= goal else '✗'}"


def number(value: float) -> str:
    """With three digits that say something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
