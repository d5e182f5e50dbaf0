"""How many pages of 100 objects the sandbox lists in a second, one request after the other."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

LISTS = {
    "customers": "/v1/customers?limit=100",
    "payment methods": "/v1/payment_methods?limit=100",
    "subscriptions": "/v1/subscriptions?limit=100&status=all",
    "invoices": "/v1/invoices?limit=100",
    "payment intents": "/v1/payment_intents?limit=100",
    "charges": "/v1/charges?limit=100",
}
SMALLEST = "/v1/customers?limit=1"
KEY = {"Authorization": "Bearer sk_test_bench"}


class Asker:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def get(self, path: str) -> bytes:
        self._connection.request("GET", path, headers=KEY)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {body[:200]!r}")
        return body

    def walk(self, first: str, pages: int) -> list[str]:
        """The paths of the first pages of a list."""
        paths = [first]
        while len(paths) < pages and (page := json.loads(self.get(paths[-1])))["has_more"]:
            paths.append(f"{first}&starting_after={page['data'][-1]['id']}")
        return paths

    def rate(self, paths: list[str]) -> float:
        """Requests a second; what comes is not read, so that the reader is not what is measured."""
        began = time.perf_counter()
        for path in paths:
            self.get(path)
        return len(paths) / (time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class Sandbox:
    port: int
    process: psutil.Process


@contextmanager
def sandbox(*options: str) -> Iterator[Sandbox]:
    """A sandbox as people run it, with these options of the command."""
    command = [sys.executable, "-P", "-m", "server.cli", "sandbox", "--port", "0", *options]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if child.stdout is None:
            raise RuntimeError("The sandbox has no output.")
        yield Sandbox(int(child.stdout.readline().rpartition(":")[2]), psutil.Process(child.pid))
    finally:
        child.terminate()
        child.wait()


def report(customers: int, pages: int) -> str:
    """A table: pages a second of each list, and as a part of what the smallest list comes to."""
    with sandbox("--customers", str(customers)) as running:
        asker = Asker(running.port)
        began = time.perf_counter()
        asker.get(SMALLEST)
        waited = time.perf_counter() - began
        walks = {name: asker.walk(path, pages) for name, path in LISTS.items()}
        most = asker.rate([SMALLEST] * pages)
        rates = {name: asker.rate(paths) for name, paths in walks.items()}
    lines = [
        f"{customers:,} customers; the sandbox took its first request after {waited:.0f} s.",
        "",
        "| list | pages of 100 a second | of the smallest list |",
        "|---|---|---|",
        *[f"| {name} | {rate:,.0f} | {rate / most:.2f} |" for name, rate in rates.items()],
        f"| one customer | {most:,.0f} | 1 |",
    ]
    return "\n".join(lines)
