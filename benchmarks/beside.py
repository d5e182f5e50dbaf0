"""Short queries while a slow list is asked beside them."""

from dataclasses import dataclass

from benchmarks.candidates import Server
from benchmarks.load import Load
from benchmarks.measuring import finished, load_on, loading
from benchmarks.questions import questions

LISTS = 4
"""How many connections ask for lists, beside the 16 that ask for pages."""
LONGER_SECONDS = 3
"""The lists begin before the pages and end after them."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Of Q1: 99 of 100 answers came within so many milliseconds."""

    alone_p99_ms: float
    beside_p99_ms: float
    alone_per_second: float
    beside_per_second: float
    lists_per_second: float


def beside(server: Server, customers: int, *, seconds: float) -> Beside:
    name = server.candidate.name
    pages = _load(server, "q1", customers, seconds)
    lists = _load(server, "q2", customers, seconds + LONGER_SECONDS, connections=LISTS)
    with loading(pages) as child:
        alone = finished(child, name)
    with loading(lists) as slow, loading(pages) as child:
        together = finished(child, name)
        listed = finished(slow, name)
    return Beside(
        alone.p99_ms,
        together.p99_ms,
        alone.requests / alone.seconds,
        together.requests / together.seconds,
        listed.requests / listed.seconds,
    )


def _load(server: Server, query: str, customers: int, seconds: float, **more: int) -> Load:
    bodies = [server.candidate.body(query, each) for each in questions(server, query, customers)]
    return load_on(server, bodies, seconds=seconds, **more)
