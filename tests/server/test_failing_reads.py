"""What clients hear, and what becomes of connections, when reads fail on the way: on a real server and PostgreSQL."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from tests.databases import Postgres
from tests.hub import Hub, running_hub

QUERY = "{ customers { nodes { id } } }"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="module")
def hub(url: str) -> Iterator[Hub]:
    with running_hub(url, database_pool_size=2, read_timeout_seconds=2) as running:
        yield running


def run(url: str, statement: str) -> Any:
    async def fetch() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(fetch())


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Nobody can read customers while the block runs."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url))
        runner.run(connection.execute("BEGIN; LOCK TABLE customers"))
        yield
        runner.run(connection.close())


def test_a_read_that_takes_too_long_is_ended_and_told_with_the_request_id(hub: Hub, url: str) -> None:
    with locked(url):
        answer = hub.operator().post(QUERY)
    assert answer.status_code == 200
    assert answer.json() == {
        "data": None,
        "errors": [
            {
                "message": "Reading this took longer than it may (READ_TIMEOUT_SECONDS). Ask for less at once.",
                "extensions": {"code": "TIMEOUT", "requestId": answer.headers["x-request-id"]},
            }
        ],
    }
    assert hub.operator().ask(QUERY) == {"customers": {"nodes": []}}


def test_nothing_is_read_any_more_for_a_client_that_has_gone(hub: Hub, url: str) -> None:
    """The server's only connection for reads is free for the next long before the read would have ended."""
    with locked(url):
        with pytest.raises(httpx.ReadTimeout), httpx.Client(base_url=hub.url, timeout=0.9, trust_env=False) as client:
            client.post("/graphql", json={"query": QUERY}, headers=hub.operator().headers)
        began = time.monotonic()
        while run(url, WAITING):
            assert time.monotonic() - began < 0.9, "It is still being read."
            time.sleep(0.02)
        assert hub.operator().ask("{ charges { totalCount } }") == {"charges": {"totalCount": 0}}
    assert hub.operator().ask(QUERY) == {"customers": {"nodes": []}}


def test_a_connection_that_is_lost_is_noticed_by_nobody(hub: Hub, url: str) -> None:
    for _ in range(3):
        assert hub.operator().ask(QUERY) == {"customers": {"nodes": []}}
        run(
            url,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()",
        )


def test_a_statement_that_fails_is_told_without_its_reason_and_with_the_request_id(hub: Hub, url: str) -> None:
    run(url, "ALTER TABLE customers RENAME TO mislaid")
    try:
        answer = hub.operator().post("{ customers { totalCount } }")
    finally:
        run(url, "ALTER TABLE mislaid RENAME TO customers")
    assert answer.status_code == 500
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "requestId": answer.headers["x-request-id"]}
    assert "mislaid" not in answer.text
    assert "customers" not in error["message"]
    assert hub.operator().ask("{ customers { totalCount } }") == {"customers": {"totalCount": 0}}


@pytest.mark.parametrize("asked", ["true", "TRUE", None, "false"])
def test_the_cost_is_told_by_a_header(hub: Hub, asked: str | None) -> None:
    headers = hub.operator().headers | ({"x-query-cost": asked} if asked else {})
    answer = hub.http.post("/graphql", json={"query": "{ viewer { id } }"}, headers=headers).json()
    told = asked is not None and asked.lower() == "true"
    assert answer.get("extensions") == ({"cost": {"value": 2, "maximum": 50_000}} if told else None)
