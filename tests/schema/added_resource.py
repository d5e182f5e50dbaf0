"""The life of a dispute, told inside a copy of the project to which docs/adding-a-resource.md was applied.

Arguments: the URL of an empty database, and the file of the example.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from db.accounts import Account
from db.base import Base
from db.engine import create_engine
from db.migrations import migrate
from db.reads import open_reads
from mirror.apply import Mirror
from mirror.events import Arrived, Inbox
from mirror.gateway import API_VERSION, Gateway
from resolvers.context import Caller, CallerKind, Context, Policy, Services
from schema.execution import Executor

ALL_OF_IT = """id amount { minorUnits decimal } status reason evidenceDueBy metadata created
    charge { id customer { subscriber } }"""


async def tell(url: str, example: dict[str, Any]) -> None:
    engine = create_engine(url)
    await migrate(engine)
    async with engine.connect() as connection:
        compare = lambda sync: list(compare_metadata(MigrationContext.configure(sync), Base.metadata))  # noqa: E731
        assert await connection.run_sync(compare) == [], "The migration and the table do not agree."
    account = Account("acct_1", livemode=False)
    gateway = Gateway(secret_key="sk_test_x", api_base="http://127.0.0.1:9", timeout_seconds=1)
    mirror = Mirror(engine, gateway, account, subscriber_key="subscriber_id")
    inbox, executor = Inbox(engine, mirror), Executor(introspection=True)
    services = Services(engine, open_reads(engine, timeout_seconds=10), gateway, mirror, account, Policy())

    async def happens(type: str, second: int, stripe_object: dict[str, Any]) -> None:
        data = {"object": stripe_object}
        event = {"id": f"evt_{second}", "object": "event", "type": type, "api_version": API_VERSION, "created": second}
        await inbox.apply(await inbox.store([Arrived({**event, "data": data}, b"{}")]))

    async def ask(document: str, subscriber: str | None = None) -> Any:
        kind = CallerKind.SUBSCRIBER if subscriber else CallerKind.OPERATOR
        context = Context(services, Caller(kind, subscriber or "op"), "req-1", 1793179900)
        answer = await executor.execute(query=document, variables=None, operation_name=None, context=context)
        return json.loads(answer.body)

    person = {"id": "cus_1", "object": "customer", "created": 1, "metadata": {"subscriber_id": "ada"}}
    charge = {"id": "ch_1", "object": "charge", "created": 1, "customer": "cus_1", "payment_intent": None}
    await happens("customer.created", 10, person)
    await happens("charge.succeeded", 11, charge)
    for number in (1, 2, 3):
        opened = {**example, "id": f"du_{number}", "created": example["created"] + number // 2, "payment_intent": None}
        await happens("charge.dispute.created", 20 + number, opened)
    await happens("charge.dispute.updated", 30, {**opened, "status": "pondered"})
    await happens("charge.dispute.updated", 29, {**opened, "status": "lost"})

    shown = (await ask(f'{{ dispute(id: "du_1") {{ {ALL_OF_IT} }} }}'))["data"]["dispute"]
    assert shown == {
        "id": "du_1",
        "amount": {"minorUnits": 1000, "decimal": "10.00"},
        "status": "NEEDS_RESPONSE",
        "reason": "fraudulent",
        "evidenceDueBy": "2026-11-04T09:30:00Z",
        "metadata": {"case": "7"},
        "created": "2026-10-28T09:30:00Z",
        "charge": {"id": "ch_1", "customer": {"subscriber": "ada"}},
    }, shown
    walked, place = [], ""
    for _ in range(3):
        page = await ask(
            f"{{ disputes(first: 1{place}) {{ totalCount nodes {{ id status }} pageInfo {{ endCursor }} }} }}"
        )
        walked += [(node["id"], node["status"]) for node in page["data"]["disputes"]["nodes"]]
        place = f', after: "{page["data"]["disputes"]["pageInfo"]["endCursor"]}"'
    assert walked == [("du_3", "UNRECOGNIZED"), ("du_2", "NEEDS_RESPONSE"), ("du_1", "NEEDS_RESPONSE")], walked
    mine = '{ node(id: "du_1") { __typename id ... on Dispute { metadata } } dispute(id: "du_2") { id } }'
    found = {"node": {"__typename": "Dispute", "id": "du_1", "metadata": {}}, "dispute": {"id": "du_2"}}
    assert (await ask(mine, "ada"))["data"] == found
    assert (await ask(mine, "eve"))["data"] == {"node": None, "dispute": None}
    refused = (await ask("{ disputes { totalCount } }", "ada"))["errors"]
    assert [error["extensions"]["code"] for error in refused] == ["FORBIDDEN"]
    await happens("dispute.deleted", 40, {**example, "id": "du_1"})
    gone = (await ask('{ dispute(id: "du_1") { id } disputes { totalCount } mirror { resources { name rows } } }'))[
        "data"
    ]
    assert (gone["dispute"], gone["disputes"]) == (None, {"totalCount": 2})
    assert {"name": "disputes", "rows": 2} in gone["mirror"]["resources"]

    await mirror.background.close()
    await gateway.close()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(tell(sys.argv[1], json.loads(Path(sys.argv[2]).read_text())))
