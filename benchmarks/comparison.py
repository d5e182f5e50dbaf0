"""Candidates side by side: in each round every one of them is asked every query, one after the other."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import psutil
import typer

from benchmarks.candidates import Server
from benchmarks.load import Load
from benchmarks.measuring import Measured, load_on, measure, median
from benchmarks.questions import questions

Table = Mapping[tuple[str, str], Measured]
"""Medians by query and name of the candidate."""


def compare(
    servers: Sequence[Server],
    queries: Sequence[str],
    database: psutil.Process,
    *,
    customers: Mapping[str, int],
    rounds: int,
    seconds: float,
) -> Table:
    """`customers` tells by name of the candidate how many its database holds."""
    loads = _loads(servers, queries, customers, seconds)
    measured: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for number in range(rounds):
        for (query, name), (server, load) in loads.items():
            parent = None if server.candidate.keeps_its_database else database
            result = measure(server, load, parent)
            measured[query, name].append(result)
            typer.echo(f"round {number + 1}: {query} {name}: {result.requests_per_second:,.0f} req/s", err=True)
    return {key: median(results) for key, results in measured.items()}


def _loads(
    servers: Sequence[Server], queries: Sequence[str], customers: Mapping[str, int], seconds: float
) -> dict[tuple[str, str], tuple[Server, Load]]:
    loads = {}
    for query in queries:
        for server in servers:
            candidate = server.candidate
            if query in candidate.answers:
                asked = questions(server, query, customers[candidate.name])
                bodies = [candidate.body(query, variables) for variables in asked]
                loads[query, candidate.name] = server, load_on(server, bodies, seconds=seconds)
    return loads
