"""Probes, and what happens while Stripe or the database is away."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx

from sandbox.app import build as build_sandbox
from server.app import build
from server.sandbox import with_sandbox
from server.settings import Settings, read_settings
from server.tokens import subscriber_token
from tests.databases import Postgres, SQLite, migrated
from tests.hub import HOST, Hub
from tests.serving import free_port, serving, url_of

VIEWER = {"query": "{ viewer { id } }"}
PATIENCE_SECONDS = 15


def settings_for(database_url: str, sandbox_port: int) -> Settings:
    return with_sandbox(read_settings(database_url=database_url), host=HOST, sandbox_port=sandbox_port)


def signed_in(settings: Settings, url: str) -> httpx.Client:
    token = subscriber_token(settings, "ada", seconds=600)
    return httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"}, trust_env=False, timeout=30)


def eventually(client: httpx.Client, status: int) -> httpx.Response:
    """The answer to a query, asked until it has that status."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := client.post("/graphql", json=VIEWER)).status_code != status:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer


def test_probes_need_no_token(hub: Hub) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = hub.http.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_schema_that_is_behind_is_not_ready(postgres: Postgres) -> None:
    with postgres.database(with_schema=False) as url, free_port() as listener:
        application = build(settings_for(url, sandbox_port=1))
        with serving(application, listener), httpx.Client(base_url=url_of(listener), trust_env=False) as client:
            answer = client.get("/health/ready")
            assert answer.status_code == 503
            assert "stripe-graphql migrate" in answer.json()["reason"]
            migrated(url)
            assert client.get("/health/ready").status_code == 200


@contextmanager
def sandbox_on(port: int) -> Iterator[None]:
    application = build_sandbox(webhook_secret="whsec_x")
    with socket.create_server((HOST, port)) as listener, serving(application, listener):
        yield


def test_without_stripe_the_server_is_ready_and_says_what_it_waits_for(sqlite: SQLite, unused_port: int) -> None:
    settings = settings_for(sqlite.database(), unused_port)
    with free_port() as listener, serving(build(settings), listener), signed_in(settings, url_of(listener)) as client:
        assert client.get("/health/ready").status_code == 200
        for answer in (client.post("/graphql", json=VIEWER), client.post("/webhooks/stripe", content=b"{}")):
            assert answer.status_code == 503
            (error,) = answer.json()["errors"]
            assert "which account the secret key belongs to" in error["message"]
        with sandbox_on(unused_port):
            assert eventually(client, 200).json() == {"data": {"viewer": None}}


def test_a_start_without_stripe_remembers_the_account(sqlite: SQLite, unused_port: int) -> None:
    settings = settings_for(sqlite.database(), unused_port)
    with sandbox_on(unused_port), free_port() as listener, serving(build(settings), listener):
        pass
    with free_port() as listener, serving(build(settings), listener), signed_in(settings, url_of(listener)) as client:
        assert client.post("/graphql", json=VIEWER).json() == {"data": {"viewer": None}}


def test_while_the_database_is_away_the_answer_is_503_and_afterwards_all_is_well(unused_port: int) -> None:
    own = Postgres()
    with ExitStack() as stack:
        settings = settings_for(stack.enter_context(own.database()), unused_port)
        stack.enter_context(sandbox_on(unused_port))
        listener = stack.enter_context(free_port())
        stack.enter_context(serving(build(settings), listener))
        client = stack.enter_context(signed_in(settings, url_of(listener)))
        assert client.post("/graphql", json=VIEWER).status_code == 200
        own.stop()
        for asked in (VIEWER, {"query": "mutation { getOrCreateCustomer(input: {}) { created } }"}):
            answer = client.post("/graphql", json=asked)
            assert answer.status_code == 503
            (error,) = answer.json()["errors"]
            assert error["extensions"] == {"code": "UNAVAILABLE", "requestId": answer.headers["x-request-id"]}
            assert "database" in error["message"]
        assert client.get("/health/live").status_code == 200
        assert client.get("/health/ready").status_code == 503
        own.start()
        assert client.post("/graphql", json=VIEWER).json() == {"data": {"viewer": None}}
        assert client.get("/health/ready").status_code == 200
