"""`stripe-graphql serve --sandbox`, as a person starts it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import program
from tests.databases import Postgres
from tests.serving import any_unused_port, free_port, serving, url_of
from tests.stripe_proxy import StripeProxy

PATIENCE_SECONDS = 120
"""Nothing takes so long, except on a machine where other tests start servers too."""
SECRET = "a secret of the tests that is long enough"
FIRST_QUERY_SECONDS = 3.0
SLOW_SECONDS = 8.0
ADD_CARD = 'mutation { addPaymentMethod(input: { paymentMethod: "pm_card_visa" }) { paymentMethod { id } } }'
CUSTOMERS = "{ customers { totalCount } }"
GET_OR_CREATE = "mutation { getOrCreateCustomer(input: {}) { customer { id } userErrors { code message } } }"


@dataclass
class Started:
    """A server in a process of its own, and what it printed."""

    process: "subprocess.Popen[str]"
    url: str
    sandbox_url: str
    subscriber_token: str
    operator_token: str

    def ask(self, document: str, token: str | None = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {token or self.subscriber_token}"}
        return httpx.post(
            f"{self.url}/graphql", json={"query": document}, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False
        )

    def wait_until_filled(self) -> None:
        """With what the sandbox has from the beginning."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        document = "{ mirror { lastSyncedAt } }"
        while self.ask(document, self.operator_token).json()["data"]["mirror"]["lastSyncedAt"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def cards(self) -> set[str]:
        """The subscriber's."""
        found = self.ask("{ viewer { paymentMethods { id } } }").json()["data"]["viewer"]["paymentMethods"]
        return {each["id"] for each in found}

    def figures(self, port: int) -> str:
        """What is there for Prometheus."""
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_SECONDS, trust_env=False).text

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        return self.process.wait(PATIENCE_SECONDS)


Start = Callable[..., Started]


def answers(url: str) -> bool:
    with suppress(httpx.ConnectError):
        return httpx.get(f"{url}/sandbox", trust_env=False).status_code == 200
    return False


def listens(url: str) -> bool:
    try:
        httpx.get(f"{url}/health/live", trust_env=False)
    except httpx.ConnectError:
        return False
    except httpx.TransportError:
        pass
    return True


def children(process: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False).stdout
    return [int(line) for line in listed.split()]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a server in an empty folder; it and its sandbox are gone afterwards. `installed` is the script itself."""
    leftover: list[int] = []
    with ExitStack() as stack:
        log = stack.enter_context((tmp_path / "log").open("a"))

        def start(
            *arguments: str, sandbox_port: int | None = None, installed: bool = False, **environment: str
        ) -> Started:
            command = ["serve", "--sandbox", "--port", "0", *arguments]
            command += ["--sandbox-port", str(sandbox_port or any_unused_port())]
            options: dict[str, Any] = {"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "stderr": log}
            process = stack.enter_context(
                subprocess.Popen([program.SCRIPT, *command], text=True, **options)
                if installed
                else program.Process("server.cli", *command, **options)
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            printed = "".join(process.stdout.readline() for _ in range(4))
            leftover.extend(children(process.pid))
            found = re.search(r"Sandbox: +(\S+)\nGraphiQL: (\S+)/graphql\n.*ada: (\S+)\n.*operator: (\S+)\n", printed)
            assert found, printed
            return Started(process, found[2], found[1], found[3], found[4])

        yield start
    for pid in leftover:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_the_first_query_is_answered_within_three_seconds(start: Start) -> None:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import server.commands.serve"], check=True)
    importing = time.monotonic() - began
    began = time.monotonic()
    assert start(installed=True).ask("{ viewer { id } }").json().keys() == {"data"}
    # Importing takes a second on a free machine; other tests may keep this one busy.
    assert time.monotonic() - began < FIRST_QUERY_SECONDS * max(1, importing)


def test_what_is_printed_works(start: Start) -> None:
    server = start(installed=True)
    assert server.ask("{ viewer { id } }").json().keys() == {"data"}
    server.wait_until_filled()
    customers = server.ask(CUSTOMERS, server.operator_token).json()["data"]["customers"]["totalCount"]
    at_stripe = httpx.get(f"{server.sandbox_url}/v1/customers", auth=("sk_test_1", ""), trust_env=False).json()
    assert customers == len(at_stripe["data"])
    page = httpx.get(f"{server.url}/graphql", headers={"accept": "text/html"}, trust_env=False)
    assert page.status_code == 200


def test_the_sandbox_ends_with_the_server(start: Start) -> None:
    for by in (signal.SIGTERM, signal.SIGINT):
        server = start()
        assert answers(server.sandbox_url)
        assert server.end(by) == 0
        assert not answers(server.sandbox_url)


def test_a_killed_server_comes_back_to_the_same_sandbox_and_mirror(start: Start, unused_port: int) -> None:
    first = start(sandbox_port=unused_port)
    created = first.ask(GET_OR_CREATE).json()["data"]["getOrCreateCustomer"]["customer"]
    first.end(signal.SIGKILL)
    assert answers(first.sandbox_url)
    second = start(sandbox_port=unused_port)
    assert second.ask("{ viewer { id } }").json() == {"data": {"viewer": created}}
    assert second.end() == 0
    assert answers(first.sandbox_url)


def test_a_second_server_gets_the_webhooks_of_a_sandbox_that_runs(start: Start, unused_port: int) -> None:
    start(sandbox_port=unused_port)
    second = start(sandbox_port=unused_port, DATABASE_URL="sqlite:///second.db")
    third = start(sandbox_port=unused_port, DATABASE_URL="sqlite:///third.db")
    third.wait_until_filled()
    before = third.cards()
    added = second.ask(ADD_CARD).json()["data"]["addPaymentMethod"]["paymentMethod"]["id"]
    assert added not in before
    deadline = time.monotonic() + PATIENCE_SECONDS
    while third.cards() == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert third.cards() == before | {added}


def test_several_workers_serve_and_end_together(start: Start, postgres: Postgres) -> None:
    with postgres.database(with_schema=False) as url:
        environment = {"DATABASE_URL": url}
        server = start("--workers", "2", "--migrate", **environment)
        assert {server.ask("{ viewer { id } }").status_code for _ in range(8)} == {200}
        assert server.end() == 0
        assert not answers(server.sandbox_url)


def test_a_worker_that_is_slow_for_a_while_is_left_alive(start: Start, postgres: Postgres) -> None:
    def workers(server: Started) -> list[int]:
        listed = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True)
        return sorted(int(line) for line in listed.stdout.split())

    with postgres.database(with_schema=False) as url:
        server = start("--workers", "2", "--migrate", DATABASE_URL=url)
        server.ask("{ viewer { id } }")
        before = workers(server)
        os.kill(before[-1], signal.SIGSTOP)
        time.sleep(SLOW_SECONDS)
        assert workers(server) == before
        os.kill(before[-1], signal.SIGCONT)
        assert server.end() == 0


def test_workers_do_not_outlive_the_process_that_started_them(start: Start, postgres: Postgres) -> None:
    with postgres.database(with_schema=False) as url:
        server = start("--workers", "2", "--migrate", DATABASE_URL=url)
        server.ask("{ viewer { id } }")
        server.end(signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while listens(server.url):
            assert time.monotonic() < deadline, "Somebody still holds the port."
            time.sleep(0.05)


def test_the_log_has_every_request_and_no_secret_nor_address(start: Start, tmp_path: Path) -> None:
    environment = {"JWT_SECRET": SECRET, "LOG_LEVEL": "debug", "STRIPE_SECRET_KEY": "sk_test_hunter2"}
    server = start(**environment)
    answer = server.ask(
        """mutation {
            getOrCreateCustomer(input: { email: "ada@example.com", name: "Ada" }) { created userErrors { message } }
            createSetupIntent(input: {}) { clientSecret }
        }"""
    )
    assert answer.json()["data"]["createSetupIntent"]["clientSecret"]
    server.ask("{ nonsense", "eyJnonsense.eyJnonsense.nonsense")
    server.end()
    lines = (tmp_path / "log").read_text().splitlines()
    requests = [line for line in map(json.loads, lines) if line["event"] == "request" and line["path"] == "/graphql"]
    assert [line["status"] for line in requests] == [200, 401]
    assert requests[0]["request_id"] == answer.headers["x-request-id"]
    for hidden in ("ada@", "hunter2", "whsec_", "eyJ", "_secret_", "Bearer ey"):
        assert not [line for line in lines if hidden in line]


@contextmanager
def slow_stripe(sandbox_url: str) -> Iterator[tuple[StripeProxy, str]]:
    proxy = StripeProxy(sandbox_url)
    with free_port() as listener, serving(proxy.app, listener):
        yield proxy, url_of(listener)


def test_a_mutation_under_way_is_finished_before_the_server_ends(start: Start, unused_port: int) -> None:
    with slow_stripe(f"http://127.0.0.1:{unused_port}") as (proxy, url):
        server = start(sandbox_port=unused_port, STRIPE_API_BASE=url)
        server.wait_until_filled()
        proxy.delay_seconds = 1.0
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(server.ask, ADD_CARD)
            while ("POST", "/v1/payment_methods/pm_card_visa/attach") not in proxy.calls:
                assert not asked.done()
                time.sleep(0.01)
            assert server.end() == 0
    assert asked.result().json()["data"]["addPaymentMethod"]["paymentMethod"]


def test_each_of_several_workers_tells_what_all_counted(start: Start, postgres: Postgres, unused_port: int) -> None:
    with postgres.database(with_schema=False) as url:
        server = start("--workers", "2", "--migrate", DATABASE_URL=url, METRICS_PORT=str(unused_port))
        for _ in range(20):
            server.ask("{ viewer { id } }")
        counted = {
            re.search(r'^stripe_graphql_requests_total\{kind="query",outcome="ok"\} (\S+)$', text, re.MULTILINE)
            for text in (server.figures(unused_port) for _ in range(8))
        }
        assert {found and float(found[1]) for found in counted} == {20.0}
        assert server.end() == 0
