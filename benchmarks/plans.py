"""How PostgreSQL answers the statement behind a query: EXPLAIN of what a server sent, as PostgreSQL's log has it."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from benchmarks.candidates import Candidate, Server, running
from benchmarks.databases import Postgres
from benchmarks.questions import questions

ENTRY = re.compile(r"^\S+ \S+ \S+ \[\d+\] (?P<kind>[A-Z]+):  (?P<text>.*?)(?=^\d{4}-|\Z)", re.DOTALL | re.MULTILINE)
VALUE = re.compile(r"\$\d+ = (NULL|'(?:[^']|'')*')")
AS_THE_SERVER_HAS_IT = "SET plan_cache_mode = force_generic_plan; SET jit = off"
RUNS = 3
"""Before it is explained, so that everything is in memory."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with the parameters that it was sent with, as SQL writes them."""

    text: str
    parameters: list[str]


def plans(
    candidate: Candidate, queries: Sequence[str], postgres: Postgres, database: str, customers: int, folder: Path
) -> dict[str, str]:
    """EXPLAIN (ANALYZE, BUFFERS) of the longest statement that the candidate sends for each query."""
    postgres.run(f"ALTER DATABASE {database} SET log_statement = 'all'")
    try:
        with running(candidate, folder) as server:
            return {query: _plan(server, query, postgres, database, customers) for query in queries}
    finally:
        postgres.run(f"ALTER DATABASE {database} RESET log_statement")


def _plan(server: Server, query: str, postgres: Postgres, database: str, customers: int) -> str:
    variables = questions(server, query, customers)[1]
    before = postgres.log.stat().st_size
    server.ask(query, variables)
    log = postgres.log.read_bytes()[before:].decode()
    statement = max(_statements(log), key=lambda each: len(each.text))
    return asyncio.run(_explain(postgres.url(database), statement))


def _statements(log: str) -> list[Statement]:
    found: list[Statement] = []
    for entry in ENTRY.finditer(log):
        text = entry["text"].replace("\n\t", "\n").strip()
        if entry["kind"] == "LOG" and text.startswith("execute "):
            found.append(Statement(text.partition(": ")[2], []))
        elif entry["kind"] == "DETAIL" and found and text.lower().startswith("parameters: "):
            found[-1].parameters.extend(VALUE.findall(text))
    return found


async def _explain(url: str, statement: Statement) -> str:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(AS_THE_SERVER_HAS_IT)
        await connection.execute(f"PREPARE asked AS {statement.text}")
        given = f"({', '.join(statement.parameters)})" if statement.parameters else ""
        for _ in range(RUNS):
            await connection.execute(f"EXECUTE asked{given}")
        lines = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) EXECUTE asked{given}")
        return "\n".join(line[0] for line in lines)
    finally:
        await connection.close()
