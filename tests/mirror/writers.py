"""Many writers at once over the same few objects, each in its own order; also as a process of its own.

Versions of an object are seconds: the latest has to win, whoever wrote when.
"""

import asyncio
import random
import sys
from collections import defaultdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from db import inbox
from db.accounts import Account
from db.engine import create_engine
from mirror.apply import Mirror
from mirror.gateway import API_VERSION, Answer, Gateway
from mirror.order import Seen

ACCOUNT = Account("acct_writers", livemode=False)
BEGAN = 1_800_000_000
CUSTOMERS, SUBSCRIPTIONS, SUBSCRIBERS, EVENTS, WRITES = 12, 6, 3, 10, 20


def event_row(number: int) -> dict[str, Any]:
    owner = {"account": ACCOUNT.id, "livemode": ACCOUNT.livemode, "id": f"evt_{number:02}"}
    return {**owner, "type": "x", "api_version": None, "created": 1, "received_at": 1, "body": b"{}"}


def customer(number: int, version: int) -> dict[str, Any]:
    claim = {"subscriber_id": f"subscriber_{version % SUBSCRIBERS}"}
    return {
        "id": f"cus_{number:02}",
        "object": "customer",
        "created": BEGAN + number,
        "currency": "usd",
        "name": f"{version}",
        "metadata": claim,
    }


def subscription(number: int, version: int) -> dict[str, Any]:
    id = f"sub_{number:02}"
    listed = random.Random(f"{number} {version}").sample(range(5), 3)
    item = {"object": "subscription_item", "created": 1, "subscription": id, "quantity": version}
    items = [{**item, "id": f"si_{number}_{each}", "current_period_end": version + each} for each in listed]
    return {
        "id": id,
        "object": "subscription",
        "created": 1,
        "customer": customer(number, version),
        "status": "active",
        "items": {"object": "list", "has_more": False, "data": items},
    }


def plan(seed: int) -> list[tuple[int, list[dict[str, Any]]]]:
    """What one process writes: versions, each of some objects in some order. No two processes share a version."""
    rng = random.Random(seed)
    writes = []
    for number in range(WRITES):
        version = BEGAN + number * 10 + seed
        objects = [customer(each, version) for each in rng.sample(range(CUSTOMERS), 6)]
        objects += [subscription(each, version) for each in rng.sample(range(SUBSCRIPTIONS), 3)]
        rng.shuffle(objects)
        writes.append((version, objects))
    rng.shuffle(writes)
    return writes


async def write(url: str, seed: int) -> None:
    """Write all of the plan at once. Raises what a writer raises."""
    rng = random.Random(seed)
    engine = create_engine(url)
    gateway = Gateway(secret_key="sk_test_writers", api_base="http://127.0.0.1:9", timeout_seconds=1)
    mirror = Mirror(engine, gateway, ACCOUNT, subscriber_key="subscriber_id")

    async def one(version: int, objects: list[dict[str, Any]]) -> None:
        events = [f"evt_{each:02}" for each in rng.sample(range(EVENTS), 5)]

        async def mark(connection: AsyncConnection) -> None:
            await inbox.applied(connection, ACCOUNT, events)

        await mirror.settle([Answer(each, Seen(version, version, API_VERSION), None) for each in objects], also=mark)

    try:
        await asyncio.gather(*(one(*each) for each in plan(seed)))
    finally:
        await mirror.close()
        await gateway.close()
        await engine.dispose()


def newest(*seeds: int) -> dict[str, dict[str, Any]]:
    """The last version of every object, by its id, when all plans are carried out."""
    found: dict[str, tuple[int, dict[str, Any]]] = defaultdict(lambda: (0, {}))
    for seed in seeds:
        for version, objects in plan(seed):
            for each in objects:
                nested = [each["customer"]] if each["object"] == "subscription" else []
                for one in (each, *nested):
                    found[one["id"]] = max(found[one["id"]], (version, one), key=lambda pair: pair[0])
    return {id: stripe_object for id, (_, stripe_object) in found.items()}


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], int(sys.argv[2])))
