"""What differs from Stripe is found, whichever side it is on, and mended."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from db.subscribers import Subscriber
from db.tables import (
    Charge,
    Customer,
    Discount,
    Invoice,
    InvoiceLine,
    PaymentMethod,
    Price,
    StoredObject,
    Subscription,
    SubscriptionItem,
)
from mirror.events import Inbox
from mirror.gateway.lists import LISTED
from mirror.verify import Finding, Verdicts, Verification
from tests.mirror.equality import differences
from tests.mirror.test_events import a_history, deliver, events_of
from tests.resolvers.shop import SUBSCRIBER_KEY, Shop

pytestmark = pytest.mark.anyio

Told = list[tuple[str, str, str]]


async def verify(
    shop: Shop, *types: str, repair: bool = False, sample: int | None = None, pause_seconds: float = 0
) -> tuple[Told, Verdicts]:
    """What is told: type, problem and differing fields; and the verdicts."""
    found: list[Finding] = []
    services = shop.services
    verification = Verification(
        services.engine,
        services.gateway,
        services.mirror,
        subscriber_key=SUBSCRIBER_KEY,
        report=found.append,
        repair=repair,
        pause_seconds=pause_seconds,
    )
    verdicts = await verification.run([LISTED[type] for type in types or LISTED], sample=sample)
    told = [(each.key.type, each.problem.value, ",".join(one.path for one in each.differences)) for each in found]
    return sorted(told), verdicts


async def copied(shop: Shop) -> None:
    await a_history(shop)
    await deliver(shop, await events_of(shop))
    # What looks for references that lead nowhere would mend what these tests break.
    await shop.services.mirror.background.close()


async def one(shop: Shop, table: Any, **conditions: Any) -> str:
    return str((await shop.mirrored(table, **conditions))[0]["id"])


async def test_a_mirror_that_is_right_is_found_right(shop: Shop) -> None:
    await copied(shop)
    assert await verify(shop) == ([], Verdicts())


async def test_an_empty_mirror_misses_everything_and_is_filled(shop: Shop) -> None:
    await a_history(shop)
    told, verdicts = await verify(shop)
    assert {problem for _, problem, _ in told} == {"missing"}
    assert verdicts == Verdicts(drift=len(told))
    assert {"customer", "subscription", "invoice", "line_item", "discount", "payment_method"} <= {
        type for type, *_ in told
    }
    _, verdicts = await verify(shop, repair=True)
    assert verdicts.drift == 0
    assert await differences(shop) == []
    assert await verify(shop) == ([], Verdicts())


async def test_whatever_was_broken_by_hand_is_found_by_field_and_mended(shop: Shop) -> None:
    await copied(shop)
    ada = await one(shop, Customer, email="ada@example.com")
    invoice = await one(shop, Invoice)
    stored = (await shop.mirrored(StoredObject, type="customer", id=ada))[0]["data"]
    price, card = await one(shop, Price), await one(shop, PaymentMethod)
    charge, item = await one(shop, Charge), await one(shop, SubscriptionItem, deleted=False)
    line = await one(shop, InvoiceLine)
    await shop.by_hand(  # JSON, of a copy that says that it is from the future.
        update(StoredObject)
        .where(StoredObject.id == ada)
        .values(data={**stored, "name": "Eve", "address": {"city": "Rome"}}, earliest=2**40, latest=2**40),
        # Rows of the typed tables.
        update(Invoice).where(Invoice.id == invoice).values(total=1, status="void"),
        update(Subscription).values(current_period_end=5),
        update(SubscriptionItem).where(SubscriptionItem.id == item).values(position=7, deleted=True),
        update(Discount).values(coupon="free"),
        update(Subscriber).where(Subscriber.subscriber == "ada").values(customer="cus_of_eve"),
        delete(InvoiceLine).where(InvoiceLine.id == line),
        # Marks of deletion, which are final to everyone else.
        update(StoredObject).where(StoredObject.id == charge).values(deleted=True),
        # Everything about an object, and only its JSON.
        delete(Price).where(Price.id == price),
        delete(StoredObject).where(StoredObject.id == price),
        delete(StoredObject).where(StoredObject.id == card),
    )
    told, verdicts = await verify(shop)
    assert told == [
        ("charge", "buried", ""),
        ("charge", "columns", "deleted"),
        ("customer", "columns", "name,observed_at"),
        ("customer", "different", "address,name"),
        ("discount", "columns", "coupon"),
        ("invoice", "columns", "status,total"),
        ("line_item", "columns", "(the whole row)"),
        ("payment_method", "missing", ""),
        ("price", "missing", ""),
        ("subscriber", "columns", "customer"),
        ("subscription", "columns", "current_period_end"),
        ("subscription_item", "columns", "deleted,position"),
    ]
    assert verdicts == Verdicts(drift=len(told))
    again, verdicts = await verify(shop, repair=True)
    assert verdicts.drift == 0
    assert verdicts.mended == len(again) > 0
    assert await verify(shop) == ([], Verdicts())
    assert await differences(shop) == []
    (link,) = await shop.mirrored(Subscriber, subscriber="ada")
    assert link["customer"] == ada


async def test_rows_that_stripe_never_had_are_marked_deleted(shop: Shop) -> None:
    await copied(shop)
    account = shop.services.account
    row = {"account": account.id, "livemode": False, "created": 5, "deleted": False, "observed_at": 5}
    stored = {
        "account": account.id,
        "livemode": False,
        "api_version": "x",
        "earliest": 2**40,
        "latest": 2**40,
        "revision": 1,
        "deleted": False,
    }
    invented = {"object": "customer", "id": "cus_invented", "created": 5, "email": "eve@example.com"}
    await shop.by_hand(
        insert(Customer).values(**row, id="cus_invented", email="eve@example.com"),
        insert(StoredObject).values(**stored, type="customer", id="cus_invented", data=invented),
        insert(Customer).values(**row, id="cus_without_json"),
        insert(InvoiceLine).values(**row, id="il_of_nothing", invoice="in_nothing"),
        insert(InvoiceLine).values(**row, id="il_of_another", invoice=await one(shop, Invoice)),
    )
    told, verdicts = await verify(shop)
    gone = [("customer", "gone", ""), ("customer", "gone", ""), ("line_item", "gone", ""), ("line_item", "gone", "")]
    assert [each for each in told if each[1] == "gone"] == gone
    assert verdicts.drift == len(told)
    await verify(shop, repair=True)
    assert await verify(shop) == ([], Verdicts())
    for table, id in ((Customer, "cus_invented"), (Customer, "cus_without_json"), (InvoiceLine, "il_of_nothing")):
        assert [each["deleted"] for each in await shop.mirrored(table, id=id)] == [True]
    assert [each["deleted"] for each in await shop.mirrored(StoredObject, id="cus_invented")] == [True]


async def test_what_was_deleted_at_stripe_unheard_is_found_and_buried(shop: Shop) -> None:
    await copied(shop)
    ada = await one(shop, Customer, email="ada@example.com")
    product = await shop.stripe.post("/v1/products", name="Silver")
    await shop.services.mirror.refresh("product", product["id"])
    await shop.stripe.delete(f"/v1/customers/{ada}")
    await shop.stripe.delete(f"/v1/products/{product['id']}")
    told, _ = await verify(shop)
    assert [each for each in told if each[1] == "gone"] == [("customer", "gone", ""), ("product", "gone", "")]
    await verify(shop, repair=True)
    assert await verify(shop) == ([], Verdicts())
    assert await differences(shop) == []


async def test_an_event_that_waits_in_the_inbox_is_told_and_is_no_drift(shop: Shop) -> None:
    customer = await shop.stripe.post("/v1/customers", name="Ada")
    await deliver(shop, await events_of(shop))
    await shop.stripe.post(f"/v1/customers/{customer['id']}", name="Grace")
    inbox = Inbox(shop.services.engine, shop.services.mirror)
    (event, _) = (await events_of(shop))[::-1]
    assert await inbox.keep_many([event]) == 1
    assert await verify(shop) == ([("customer", "different", "name")], Verdicts(waiting=1))
    (taken,) = await inbox.take(1)
    await inbox.apply([taken])
    assert await verify(shop) == ([], Verdicts())


async def test_what_changes_between_two_looks_is_looked_at_again(shop: Shop) -> None:
    customer = await shop.stripe.post("/v1/customers", name="Ada")
    await deliver(shop, await events_of(shop))
    await shop.stripe.post(f"/v1/customers/{customer['id']}", name="Grace")
    late = await events_of(shop)

    async def meanwhile(_found: Sequence[Any]) -> None:
        await deliver(shop, late)

    services = shop.services
    told: list[Finding] = []
    verification = Verification(
        services.engine, services.gateway, services.mirror, subscriber_key=SUBSCRIBER_KEY, report=told.append
    )
    await verification._walk(LISTED["customer"])
    await meanwhile(told)
    assert await verification.run([]) == Verdicts()
    assert told == []


async def test_what_stripe_changes_in_silence_is_told_apart(shop: Shop) -> None:
    await copied(shop)
    ada = await one(shop, Customer, email="ada@example.com")
    stored = (await shop.mirrored(StoredObject, type="customer", id=ada))[0]["data"]
    await shop.by_hand(
        update(StoredObject).where(StoredObject.id == ada).values(data={**stored, "next_invoice_sequence": 99}),
    )
    assert await verify(shop) == ([("customer", "different", "next_invoice_sequence")], Verdicts(silent=1))
    _, verdicts = await verify(shop, repair=True)
    assert verdicts == Verdicts(mended=1)
    assert await verify(shop) == ([], Verdicts())


async def test_a_sample_asks_for_few_and_finds_what_is_everywhere(shop: Shop) -> None:
    for number in range(12):
        await shop.stripe.post("/v1/customers", name=f"{number}")
    assert (await verify(shop, "customer", sample=3))[1] == Verdicts(drift=3)
    await deliver(shop, await events_of(shop))
    assert await verify(shop, "customer", sample=3) == ([], Verdicts())
    await shop.by_hand(update(Customer).values(name="Eve"))
    told, verdicts = await verify(shop, "customer", sample=3)
    assert verdicts == Verdicts(drift=3)
    assert set(told) == {("customer", "columns", "name")}


async def test_long_lists_of_lines_and_test_clocks_are_followed(shop: Shop) -> None:
    clock = await shop.stripe.post("/v1/test_helpers/test_clocks", frozen_time=1_900_000_000)
    customer = await shop.stripe.post("/v1/customers", name="Ada", test_clock=clock["id"])
    await shop.stripe.post("/v1/customers", name="Grace")
    for number in range(23):
        await shop.stripe.post("/v1/invoiceitems", customer=customer["id"], amount=100 + number, currency="usd")
    await shop.stripe.post(
        "/v1/invoices", customer=customer["id"], currency="usd", pending_invoice_items_behavior="include"
    )
    told, _ = await verify(shop)
    missing = [type for type, *_ in told]
    assert (missing.count("customer"), missing.count("line_item"), missing.count("invoiceitem")) == (2, 23, 23)
    await deliver(shop, await events_of(shop))
    assert await verify(shop) == ([], Verdicts())
