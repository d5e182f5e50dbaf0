"""Everything that is measured of reads: each part gives a chapter of the report."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import typer

from benchmarks import report
from benchmarks.beside import beside
from benchmarks.candidates import FIRST_PORT, Candidate, Server, field_by_field, floor, ours, postgraphile, running
from benchmarks.comparison import Table, compare
from benchmarks.databases import Postgres
from benchmarks.measuring import WrongAnswer
from benchmarks.memory import memory
from benchmarks.plans import plans
from benchmarks.questions import differences, keep_ready_made, questions
from benchmarks.report import OURS, SQLITE
from benchmarks.seeding import CUSTOMERS, postgres_set, sqlite_set

SMALL, LARGE = "", ", large"
CANDIDATES = (OURS, SQLITE, "postgraphile", "field-by-field", "floor")
QUERIES = ("q1", "q2", "q3")


@dataclass(frozen=True, slots=True)
class Options:
    data: Path
    candidates: Sequence[str]
    queries: Sequence[str]
    rounds: int
    seconds: float
    scale: int
    requests: int
    documents: int


class Reads:
    """The parts. Sets of rows are loaded when the first part asks for them."""

    def __init__(self, postgres: Postgres, options: Options) -> None:
        self._postgres = postgres
        self._options = options

    def comparison(self) -> str:
        """Requests per second, latency, processor time and memory of every candidate, and the ratios."""
        with ExitStack() as stack:
            servers = self._start(stack, [self._candidate(name) for name in self._chosen(CANDIDATES)])
            self._refuse_differences(servers)
            measured = self._compare(servers, dict.fromkeys(CANDIDATES, CUSTOMERS))
        return f"{report.compared(measured)}\n\n#### Ratios\n\n{report.ratios(measured)}"

    def scale(self) -> str:
        """Ours on the small and on the large set."""
        names = self._chosen((OURS, SQLITE))
        sizes = {SMALL: 1, LARGE: self._options.scale}
        customers = {name + size: scale * CUSTOMERS for name in names for size, scale in sizes.items()}
        with ExitStack() as stack:
            chosen = [self._ours(name, scale, size) for name in names for size, scale in sizes.items()]
            servers = self._start(stack, chosen)
            self._warm(servers, customers)
            measured = self._compare(servers, customers)
        return report.scaled(measured, SMALL, LARGE)

    def beside(self) -> str:
        """Short queries while a slow list is asked beside them."""
        told = {}
        for name in self._chosen((OURS, SQLITE)):
            with running(self._candidate(name), self._options.data) as server:
                told[name] = beside(server, CUSTOMERS, seconds=2 * self._options.seconds)
        return report.besides(told)

    def memory(self) -> str:
        """One worker, idle and after many requests with many distinct documents."""
        told = {}
        for name in self._chosen((OURS, SQLITE)):
            with running(self._candidate(name), self._options.data) as server:
                told[name] = memory(server, requests=self._options.requests, documents=self._options.documents)
        return report.memories(told)

    def plans(self) -> str:
        """EXPLAIN of the statements of Q1 and Q2 on the large set."""
        scale = self._options.scale
        database = postgres_set(self._postgres, scale)
        customers = scale * CUSTOMERS
        candidate = self._ours(OURS, scale)
        return report.plans(plans(candidate, ("q1", "q2"), self._postgres, database, customers, self._options.data))

    def _chosen(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name in self._options.candidates]

    def _candidate(self, name: str) -> Candidate:
        port = FIRST_PORT + CANDIDATES.index(name)
        if name in (OURS, SQLITE):
            return self._ours(name, 1)
        database = postgres_set(self._postgres, 1)
        if name == "postgraphile":
            return postgraphile(port, self._postgres, database)
        if name == "field-by-field":
            return field_by_field(port, self._postgres.url(database))
        self._fill_floor(database)
        return floor(port, self._postgres, database)

    def _ours(self, name: str, scale: int, size: str = SMALL) -> Candidate:
        port = FIRST_PORT + CANDIDATES.index(name) + (len(CANDIDATES) if size else 0)
        if name == OURS:
            return ours(name + size, port, self._postgres.url(postgres_set(self._postgres, scale)))
        return ours(name + size, port, f"sqlite:///{sqlite_set(self._options.data, scale).resolve()}")

    def _fill_floor(self, database: str) -> None:
        typer.echo("Storing the ready-made answers …", err=True)
        filler = ours("filler", FIRST_PORT + 2 * len(CANDIDATES), self._postgres.url(database))
        with running(filler, self._options.data) as server:
            ids = [asked["id"] for asked in questions(server, "q1", CUSTOMERS)]
            keep_ready_made(server, self._postgres.url(database), ids)

    def _start(self, stack: ExitStack, chosen: Sequence[Candidate]) -> list[Server]:
        return [stack.enter_context(running(candidate, self._options.data)) for candidate in chosen]

    def _refuse_differences(self, servers: Sequence[Server]) -> None:
        """What does not give the same answers cannot be compared."""
        for query in self._options.queries:
            able = [server for server in servers if query in server.candidate.answers]
            wrong = differences(able, query, CUSTOMERS)
            if wrong:
                raise WrongAnswer(" ".join(wrong))

    def _warm(self, servers: Sequence[Server], customers: Mapping[str, int]) -> None:
        """Ask everything once, so that rows and not disks are compared."""
        for server in servers:
            for query in self._options.queries:
                for asked in questions(server, query, customers[server.candidate.name]):
                    server.ask(query, asked)

    def _compare(self, servers: Sequence[Server], customers: Mapping[str, int]) -> Table:
        options = self._options
        return compare(
            servers,
            options.queries,
            self._postgres.process,
            customers=customers,
            rounds=options.rounds,
            seconds=options.seconds,
        )
