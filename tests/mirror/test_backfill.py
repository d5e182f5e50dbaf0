"""After a sync the mirror holds what Stripe holds, whatever happened meanwhile."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import update

from db import leases, operations, syncs, watermarks
from db.leases import Lease
from db.operations import Identity, StepRow
from db.tables import RESOURCES, Coupon, Customer, Invoice, PaymentMethod
from mirror.apply import Mirror
from mirror.backfill import AlreadyRunning, Backfill, Pace, patience
from mirror.backfill.vanished import Vanished
from mirror.catchup import NAME, CatchUp
from mirror.errors import Misconfigured
from mirror.events import Inbox
from mirror.gateway import Answer, Call, Gateway
from tests.mirror.equality import differences
from tests.mirror.test_events import a_history
from tests.resolvers.shop import SECRET_KEY, SUBSCRIBER_KEY, TIMEOUT_SECONDS, Shop
from webhooks.drain import Drain

pytestmark = pytest.mark.anyio

Meddle = Callable[[Call], Any]
QUICK = 1_000.0


class Watched(Gateway):
    """Lets the test do something when a call was answered."""

    after: Meddle | None = None
    calls = 0

    async def send(self, call: Call, *, idempotency_key: str | None = None) -> Answer:
        answer = await super().send(call, idempotency_key=idempotency_key)
        self.calls += 1
        if self.after is not None:
            await self.after(call)
        return answer


async def sync(
    shop: Shop,
    types: Sequence[str] = (),
    *,
    since: int | None = None,
    scope: str = "all",
    after: Meddle | None = None,
    secret_key: str = SECRET_KEY,
    said: list[str] | None = None,
) -> Watched:
    pace = Pace(QUICK)
    gateway = Watched(secret_key=secret_key, api_base=shop.stripe.url, timeout_seconds=TIMEOUT_SECONDS, pace=pace)
    gateway.after = after
    engine = shop.services.engine
    mirror = Mirror(engine, gateway, shop.services.account, subscriber_key=SUBSCRIBER_KEY)
    inbox = Inbox(engine, mirror)
    catch_up = CatchUp(engine, gateway, mirror, inbox)
    say = (said if said is not None else []).append
    backfill = Backfill(engine, gateway, mirror, catch_up, Drain(inbox, mirror.background).once, pace=pace, say=say)
    try:
        await backfill.run(types, since=since, scope=scope, concurrency=4)
    finally:
        await mirror.close()
        await gateway.close()
    return gateway


async def later(shop: Shop, seconds: int = 7_200) -> None:
    """So much later that a sync does not read the events of now."""
    (await shop.stripe.http.post("/sandbox/clock", json={"seconds": seconds})).raise_for_status()


async def alive(shop: Shop, table: Any) -> set[str]:
    return {row["id"] for row in await shop.mirrored(table, deleted=False)}


async def moment(shop: Shop, name: str) -> int | None:
    async with shop.services.engine.connect() as connection:
        return await watermarks.read(connection, shop.services.account, name)


async def customers(shop: Shop, count: int) -> list[str]:
    return [(await shop.stripe.post("/v1/customers", name=f"{number:04}"))["id"] for number in range(count)]


async def a_busy_shop(shop: Shop) -> None:
    """What lists may hide: what has ended, what is archived, what is on a test clock, what is too long for a page."""
    await a_history(shop)
    stripe = shop.stripe
    product = (await stripe.all("/v1/products"))[0]["id"]
    monthly = {"product": product, "currency": "usd", "recurring[interval]": "month"}
    tiers = {"tiers[0][up_to]": "inf", "tiers[0][unit_amount]": 5, "tiers_mode": "graduated"}
    await stripe.post("/v1/prices", **monthly, **tiers, billing_scheme="tiered", active="false")
    clock = (await stripe.post("/v1/test_helpers/test_clocks", frozen_time=1_700_000_000))["id"]
    timed = await stripe.post("/v1/customers", test_clock=clock)
    await stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=timed["id"])
    method = (await stripe.all("/v1/payment_methods", customer=timed["id"]))[0]["id"]
    price = (await stripe.post("/v1/prices", **monthly, unit_amount=300))["id"]
    many = {"items[0][price]": price, "default_payment_method": method}
    await stripe.post("/v1/subscriptions", customer=timed["id"], **many)
    buyer = await stripe.post("/v1/customers", name="Grace")
    for number in range(9):
        await stripe.post("/v1/invoiceitems", customer=buyer["id"], amount=100 + number, currency="usd")
    await stripe.post("/v1/invoices", customer=buyer["id"], currency="usd", pending_invoice_items_behavior="include")
    await stripe.post("/v1/invoiceitems", customer=buyer["id"], amount=100, currency="usd")
    once = {"amount": 500, "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa"}
    await stripe.post("/v1/payment_intents", **once, return_url="https://shop.example")


async def test_after_a_sync_the_mirror_is_equal_to_stripe(shop: Shop) -> None:
    await a_busy_shop(shop)
    await sync(shop)
    assert await differences(shop) == []
    listed = {each["id"] for each in await shop.stripe.all("/v1/payment_methods")}
    assert listed < await alive(shop, PaymentMethod), "those that nobody keeps are there too"
    for table in RESOURCES:
        assert await moment(shop, f"sync:{table.__tablename__}") is not None
    assert await moment(shop, NAME) is not None
    async with shop.services.engine.connect() as connection:
        assert await syncs.unfinished(connection, shop.services.account, "all") is None


async def test_a_page_brings_along_what_the_door_would_ask_for(shop: Shop) -> None:
    await a_history(shop)
    calls: list[Call] = []

    async def keep(call: Call) -> None:
        calls.append(call)

    await sync(shop, after=keep)
    assert [call.path for call in calls if call.path.count("/") > 2 and "test_clocks" not in call.path] == []


async def test_a_second_sync_asks_for_nothing_more_than_the_lists(shop: Shop) -> None:
    await a_history(shop)
    first = await sync(shop)
    await later(shop)
    second = await sync(shop)
    assert second.calls <= first.calls + 2
    assert await differences(shop) == []


async def test_what_is_gone_at_stripe_is_found(shop: Shop) -> None:
    stripe = shop.stripe
    await a_history(shop)
    ids = await customers(shop, 3)
    coupon = await stripe.post("/v1/coupons", percent_off=5, duration="once")
    await stripe.post("/v1/invoiceitems", customer=ids[0], amount=100, currency="usd")
    draft = await stripe.post("/v1/invoices", customer=ids[0], currency="usd", pending_invoice_items_behavior="include")
    card = await stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=ids[1])
    await sync(shop)
    assert await differences(shop) == []
    await stripe.delete(f"/v1/customers/{ids[2]}")
    await stripe.delete(f"/v1/coupons/{coupon['id']}")
    await stripe.delete(f"/v1/invoices/{draft['id']}")
    await stripe.post(f"/v1/payment_methods/{card['id']}/detach")
    await later(shop)
    await sync(shop)
    assert ids[2] not in await alive(shop, Customer)
    assert coupon["id"] not in await alive(shop, Coupon)
    assert draft["id"] not in await alive(shop, Invoice)
    assert {row["id"]: row["customer"] for row in await shop.mirrored(PaymentMethod)}[card["id"]] is None
    assert await differences(shop) == []


@pytest.mark.parametrize("path", ["/v1/invoices", "/v1/payment_intents", "/v1/customers", "/v1/invoice_payments"])
async def test_what_changes_during_a_sync_comes_right(shop: Shop, path: str) -> None:
    stripe = shop.stripe
    await a_history(shop)
    buyer = await stripe.post("/v1/customers", name="Grace")
    await stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=buyer["id"])
    method = (await stripe.all("/v1/payment_methods", customer=buyer["id"]))[0]["id"]
    await stripe.post("/v1/invoiceitems", customer=buyer["id"], amount=700, currency="usd")
    invoice = await stripe.post(
        "/v1/invoices", customer=buyer["id"], currency="usd", pending_invoice_items_behavior="include"
    )
    await stripe.post(f"/v1/invoices/{invoice['id']}/finalize")
    (spare,) = await customers(shop, 1)
    done = False

    async def meddle(call: Call) -> None:
        nonlocal done
        if call.path == path and not done:
            done = True
            # Stripe counts in whole seconds: what happens is newer than the list that was just read.
            await asyncio.sleep(1.1)
            await stripe.post(f"/v1/invoices/{invoice['id']}/pay", payment_method=method)
            await stripe.post("/v1/invoiceitems", customer=buyer["id"], amount=100, currency="usd")
            await stripe.post("/v1/customers", name="Newcomer")
            await stripe.delete(f"/v1/customers/{spare}")

    await sync(shop, after=meddle)
    assert done
    assert await differences(shop) == []


async def test_a_sync_that_ended_anywhere_goes_on_there(shop: Shop) -> None:
    ids = await customers(shop, 330)
    listed: list[int] = []
    for end in (2, 3, 2, 3, 4, 5):
        answered = 0

        async def stop(call: Call, end: int = end) -> None:
            nonlocal answered
            answered += 1
            if answered == end:
                raise Misconfigured("The power is off.")

        with contextlib.suppress(Misconfigured):
            await sync(shop, ["customer"], scope="customers", after=stop)
        listed.append(len(await alive(shop, Customer)))
    said: list[str] = []
    await sync(shop, ["customer"], scope="customers", said=said)
    assert await alive(shop, Customer) == set(ids)
    assert listed == sorted(listed)
    assert said == [] or said[0].startswith("Going on with the sync that began on ")
    assert await moment(shop, "sync:customers") is not None
    assert await moment(shop, "sync:prices") is None


async def test_a_list_goes_on_where_the_object_listed_last_is_gone(shop: Shop) -> None:
    ids = await customers(shop, 120)

    async def stop(call: Call) -> None:
        if "starting_after" in call.params:
            raise Misconfigured("The power is off.")

    with pytest.raises(Misconfigured):
        await sync(shop, ["customer"], scope="customers", after=stop)
    assert len(await alive(shop, Customer)) == 100
    async with shop.services.engine.connect() as connection:
        left = await syncs.unfinished(connection, shop.services.account, "customers")
    assert left is not None
    gone = {window.after for window in left.windows if window.after and not window.done}
    assert len(gone) == 1
    await shop.stripe.delete(f"/v1/customers/{next(iter(gone))}")
    await sync(shop, ["customer"], scope="customers")
    assert await alive(shop, Customer) == set(ids) - gone


async def test_only_what_was_created_since_is_copied(shop: Shop) -> None:
    old = await shop.stripe.post("/v1/customers", name="old")
    await shop.stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=old["id"])
    await later(shop)
    new = await shop.stripe.post("/v1/customers", name="new")
    card = await shop.stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=new["id"])
    await sync(shop, since=new["created"], scope="since")
    assert await alive(shop, Customer) == {new["id"]}
    assert card["id"] in await alive(shop, PaymentMethod)
    assert await moment(shop, "sync:customers") is None
    await sync(shop, ["customer"], scope="customers")
    vanished = Vanished(
        shop.services.engine, shop.services.account, ["customer"], began=new["created"] + 9_999, since=new["created"]
    )
    looked_for = [key.id async for key in vanished.candidates(print)]
    assert looked_for == [new["id"]], "what is older is not looked for"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "answer", "status": 429, "times": 4},
        {"kind": "answer", "status": 500, "times": 4},
        {"kind": "drop", "times": 4},
        {"kind": "hang", "seconds": 2.0, "times": 1},
    ],
    ids=lambda fault: str(fault.get("status", fault["kind"])),
)
async def test_what_fails_for_a_while_is_tried_until_it_comes(
    shop: Shop, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("tests.mirror.test_backfill.TIMEOUT_SECONDS", 1.5)
    ids = await customers(shop, 5)
    said: list[str] = []
    await shop.stripe.fault(**fault, method="GET", path="/v1/customers$")
    await sync(shop, ["customer"], said=said)
    assert await alive(shop, Customer) == set(ids)
    assert said
    assert all(each.startswith("Stripe ") and each.endswith(" s.") for each in said), said


async def test_a_key_that_stripe_does_not_take_ends_it(shop: Shop) -> None:
    with pytest.raises(Misconfigured, match="check STRIPE_SECRET_KEY"):
        await sync(shop, secret_key="sk_test_expired_1")


async def test_a_second_sync_is_refused_and_what_a_killed_one_held_runs_out(shop: Shop) -> None:
    services = shop.services

    async def second(call: Call) -> None:
        if call.path == "/v1/customers":
            with pytest.raises(AlreadyRunning, match="Another sync runs on this database"):
                await sync(shop, ["price"])

    await sync(shop, ["customer"], after=second)
    async with services.engine.begin() as connection:
        assert await leases.hold(connection, services.account, "sync", "killed")
        await connection.execute(update(Lease).values(until=Lease.until - leases.LEASE_MS + 300))
    await sync(shop, ["price"])


async def test_mutations_of_any_process_are_counted(shop: Shop) -> None:
    engine, account = shop.services.engine, shop.services.account
    identity = Identity(account, "ada", "charge", "key")
    async with engine.begin() as connection:
        assert await operations.calls_of_the_last_second(connection, account) == 0
        await operations.begin(connection, identity, "hash", "owner")
        for name in ("create", "pay", "send"):
            await operations.begin_step(connection, identity.operation, "owner", name, name, {})
        assert await operations.calls_of_the_last_second(connection, account) == 3
        await connection.execute(update(StepRow).values(begun=StepRow.begun - 1_000))
        assert await operations.calls_of_the_last_second(connection, account) == 0
