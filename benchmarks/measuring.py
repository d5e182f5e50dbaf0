"""One measurement: load on a server, and what it and the database spend meanwhile."""

import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import orjson
import psutil

from benchmarks import bearer
from benchmarks.candidates import Server
from benchmarks.load import Load, Result

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Numbers = TypeVar("Numbers", bound="DataclassInstance")
ROOT = Path(__file__).parents[1]
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Measured:
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    """Of processor time, for each request."""
    database_cpu_ms: float
    load_cpu_ms: float
    memory_mib: float
    """Resident memory of the server's process."""
    bytes: float


def median(rounds: Sequence[Numbers]) -> Numbers:
    """The median of each number by itself; all fields are numbers."""
    names = [field.name for field in fields(rounds[0])]
    return replace(rounds[0], **{name: statistics.median(getattr(each, name) for each in rounds) for name in names})


class WrongAnswer(Exception):
    """A candidate gave an answer that cannot be counted."""


def measure(server: Server, load: Load, database: psutil.Process | None) -> Measured:
    """`database` is the parent of the database's processes; None where the database is in the server's own."""
    with loading(load) as child:
        server_before, database_before = processor_seconds(server.process), processor_seconds(database)
        result = finished(child, server.candidate.name)
        server_after, database_after = processor_seconds(server.process), processor_seconds(database)
    return Measured(
        requests_per_second=result.requests / result.seconds,
        p50_ms=result.p50_ms,
        p99_ms=result.p99_ms,
        server_cpu_ms=1000 * (server_after - server_before) / result.requests,
        database_cpu_ms=1000 * (database_after - database_before) / result.requests,
        load_cpu_ms=result.cpu_ms,
        memory_mib=memory_mib(server),
        bytes=result.bytes,
    )


@contextmanager
def loading(load: Load) -> Iterator[subprocess.Popen[bytes]]:
    """The process that makes the load; the block begins when its warm-up is over."""
    command = [sys.executable, "-m", "benchmarks.load"]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(orjson.dumps(asdict(load)))
    child.stdin.close()
    child.stdout.readline()
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def finished(child: subprocess.Popen[bytes], name: str) -> Result:
    """Waits for the end of the load. Raises WrongAnswer when a single answer was wrong, or none came."""
    assert child.stdout is not None
    result = Result(**orjson.loads(child.stdout.read()))
    if not result.requests:
        raise WrongAnswer(f"{name} gave no answer in {result.seconds:.0f} s.")
    if result.failed:
        raise WrongAnswer(f"{name} gave {result.failed} wrong answers, one of which is: {result.failure}")
    return result


def load_on(server: Server, bodies: Iterable[dict[str, object]], *, seconds: float, **more: int) -> Load:
    texts = [orjson.dumps(body).decode() for body in bodies]
    return Load(server.candidate.port, bearer.token(), texts, seconds=seconds, **more)


def memory_mib(server: Server) -> float:
    return float(sum(process.memory_info().rss for process in _with_children(server.process)) / MIB)


def processor_seconds(process: psutil.Process | None) -> float:
    """Processor time of a process and of all below it, those included that have ended."""
    seconds = 0.0
    for each in _with_children(process) if process else ():
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


def _with_children(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]
