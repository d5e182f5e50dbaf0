"""Many webhooks at once while queries run: every one is stored, the mirror is right, and queries are answered.

STRIPE_GRAPHQL_TEST_BURST is how many; `scripts/test-long` sends ten thousand. How long the queries took is printed; it
holds nothing against anyone, since servers, clients and sandbox share this process.
"""

import asyncio
import hmac
import os
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import func, select

from db.engine import create_engine
from db.inbox import EventState, InboxEvent
from db.tables import Customer
from mirror.gateway import API_VERSION
from tests.hub import Hub, running_hub

EVENTS = int(os.environ.get("STRIPE_GRAPHQL_TEST_BURST", "300"))
CUSTOMERS = max(EVENTS // 5, 1)
SIDE_BY_SIDE = 50
SECRET = "whsec_burst"
BEGAN = 1_700_000_000
QUERY = "query { products { nodes { id } } }"


def burst() -> list[bytes]:
    """Each customer several times, the later the newer, one second apart."""
    return [
        orjson.dumps(
            {
                "id": f"evt_{number:05}",
                "object": "event",
                "type": "customer.updated",
                "api_version": API_VERSION,
                "created": BEGAN + number,
                "livemode": False,
                "data": {"object": customer(number % CUSTOMERS, number)},
            }
        )
        for number in range(EVENTS)
    ]


def customer(place: int, number: int) -> dict[str, Any]:
    return {"id": f"cus_{place:05}", "object": "customer", "created": 1, "currency": "usd", "name": f"{number}"}


def signed(body: bytes) -> dict[str, str]:
    moment = int(time.time())
    signature = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    return {"stripe-signature": f"t={moment},v1={signature}"}


async def deliver(hub: Hub, bodies: list[bytes]) -> tuple[list[int], list[int], list[float]]:
    """The statuses of the deliveries, those of the queries that ran beside them, and how many seconds each took."""
    delivered: list[int] = []
    asked: list[int] = []
    seconds: list[float] = []
    left = bodies[::-1]
    token = hub.operator().headers
    async with httpx.AsyncClient(base_url=hub.url, timeout=120, trust_env=False) as http:

        async def send() -> None:
            while left:
                body = left.pop()
                answer = await http.post("/webhooks/stripe", content=body, headers=signed(body))
                delivered.append(answer.status_code)

        async def ask() -> None:
            while left or not asked:
                begun = time.perf_counter()
                answer = await http.post("/graphql", json={"query": QUERY}, headers=token)
                seconds.append(time.perf_counter() - begun)
                asked.append(answer.status_code if "errors" not in answer.json() else 500)

        await asyncio.gather(ask(), *(send() for _ in range(SIDE_BY_SIDE)))
    return delivered, asked, seconds


async def rows(url: str) -> tuple[dict[str, int], dict[str, str | None]]:
    engine = create_engine(url)
    async with engine.connect() as connection:
        states = dict(
            (await connection.execute(select(InboxEvent.state, func.count()).group_by(InboxEvent.state))).all()
        )
        names = dict((await connection.execute(select(Customer.id, Customer.name))).all())
    await engine.dispose()
    return states, names


@pytest.mark.usefixtures("no_settings")
def test_a_burst_of_webhooks_while_queries_run_is_stored_and_applied_whole(
    database_url: str, record_property: Callable[[str, object], None]
) -> None:
    bodies = burst()
    with running_hub(database_url, stripe_webhook_secrets=SECRET) as hub:
        delivered, asked, seconds = asyncio.run(deliver(hub, bodies))
        assert delivered == [200] * EVENTS
        assert set(asked) == {200}
        deadline = time.monotonic() + 60 + EVENTS / 20
        states, names = asyncio.run(rows(database_url))
        while EventState.PENDING in states and time.monotonic() < deadline:
            time.sleep(0.1)
            states, names = asyncio.run(rows(database_url))
    p50, p99 = (1000 * sorted(seconds)[int(share * (len(seconds) - 1))] for share in (0.5, 0.99))
    told = f"{EVENTS:,} webhooks; {len(seconds):,} queries beside them took {p50:.0f} ms (p50), {p99:.0f} ms (p99)."
    record_property("told", told)
    assert states == {EventState.APPLIED: EVENTS}
    newest = {f"cus_{number % CUSTOMERS:05}": f"{number}" for number in range(EVENTS)}
    assert names == newest
