"""Whatever goes wrong on the way to Stripe, the caller hears the truth and nothing is done twice."""

import asyncio
import time
from decimal import Decimal

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from db.operations import OperationRow, OperationState, StepRow
from db.tables import Charge, Discount, Invoice, StoredObject, Subscription
from mirror.errors import Misconfigured
from resolvers.charge import ChargeRequest, charge
from resolvers.coupon import AddCouponRequest, add_coupon
from resolvers.invoice_item import AddInvoiceItemRequest, add_invoice_item
from resolvers.money import Amount
from resolvers.outcome import Outcome, PaymentFailed, PaymentSucceeded, UserErrorCode
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from resolvers.purge_customer import PurgeCustomerRequest, purge_customer
from resolvers.send_invoice import SendInvoiceRequest, send_invoice
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from tests.databases import SQLite
from tests.resolvers.shop import Shop, open_shop
from tests.serving import any_unused_port

pytestmark = pytest.mark.anyio

PAY = {"method": "POST", "path": "/v1/payment_intents$"}
PAID = PaymentSucceeded(1999, "usd")


async def ready(shop: Shop) -> ChargeRequest:
    return ChargeRequest(await shop.customer(), Amount(Decimal("19.99"), "USD"), "order-1")


def heard(outcome: Outcome) -> tuple[UserErrorCode, bool]:
    (error,) = outcome.errors
    assert error.operation is not None
    return error.code, error.retryable


async def charges(shop: Shop) -> int:
    return len(await shop.stripe.all("/v1/charges"))


async def pass_time(shop: Shop, seconds: int) -> None:
    """As if the server had been away for so long."""
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(OperationRow).values(lease_until=OperationRow.lease_until - seconds * 1000))
        await connection.execute(update(StepRow).values(begun=StepRow.begun - seconds * 1000))


async def test_nothing_sent_is_unavailable_and_the_same_key_begins_anew(shop: Shop) -> None:
    request = await ready(shop)
    async with shop.speaking_to(f"http://127.0.0.1:{any_unused_port()}") as away:
        assert heard(await charge(away.operator(), request)) == (UserErrorCode.STRIPE_UNAVAILABLE, True)
    (operation,) = await shop.mirrored(OperationRow, mutation="charge")
    assert operation["state"] == OperationState.NOT_SENT
    assert (await charge(shop.operator(), request)).payment == PAID
    assert await charges(shop) == 1


@pytest.mark.parametrize("kind", ["lose", "drop"])
async def test_a_lost_answer_is_in_progress_and_asking_again_charges_once(shop: Shop, kind: str) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind=kind, **PAY)
    assert heard(await charge(shop.operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    again = await charge(shop.operator(), request)
    assert again.payment == PAID
    assert await charges(shop) == 1
    (row,) = await shop.mirrored(Charge)
    assert row["id"] == again.charge


async def test_the_truth_is_told_within_the_deadline(shop: Shop) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind="hang", seconds=4, **PAY)
    begun = time.monotonic()
    assert heard(await charge(shop.impatient(0.5).operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    assert time.monotonic() - begun < 3
    # Stripe is still at it: the key is in use.
    assert heard(await charge(shop.impatient(0.5).operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    await asyncio.sleep(begun + 4.5 - time.monotonic())
    assert (await charge(shop.operator(), request)).payment == PAID
    assert await charges(shop) == 1


async def test_a_fault_at_stripe_after_the_act_is_settled_by_looking(shop: Shop) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind="answer", status=500, carried_out=True, **PAY)
    assert heard(await charge(shop.operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    assert (await charge(shop.operator(), request)).payment == PAID
    assert await charges(shop) == 1


async def test_a_fault_at_stripe_without_the_act_is_settled_by_looking(shop: Shop) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind="answer", status=500, **PAY)
    assert heard(await charge(shop.operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    # The same key would get the same 500 for ever; looked at, nothing was done.
    assert heard(await charge(shop.operator(), request)) == (UserErrorCode.STRIPE_UNAVAILABLE, True)
    assert (await charge(shop.operator(), request)).payment == PAID
    assert await charges(shop) == 1


async def test_what_stripe_says_to_retry_is_retried(shop: Shop) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind="answer", status=409, **PAY)
    await shop.stripe.fault(kind="answer", status=503, **PAY)
    assert (await charge(shop.operator(), request)).payment == PAID
    assert await charges(shop) == 1


async def test_too_many_requests_is_told_and_nothing_was_done(shop: Shop) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind="answer", status=429, times=5, **PAY)
    assert heard(await charge(shop.impatient(0.5).operator(), request)) == (UserErrorCode.RATE_LIMITED, True)
    assert (await shop.mirrored(OperationRow, mutation="charge"))[0]["state"] == OperationState.NOT_SENT
    await shop.stripe.http.delete("/sandbox/faults")
    assert (await charge(shop.operator(), request)).payment == PAID


async def test_what_somebody_works_on_is_in_progress_until_their_lease_runs_out(shop: Shop) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind="hang", seconds=2, **PAY)
    first = asyncio.create_task(charge(shop.operator(), request))
    await shop.stripe.fault_began()
    assert heard(await charge(shop.operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    assert (await first).payment == PAID
    assert (await charge(shop.operator(), request)).payment == PAID
    assert await charges(shop) == 1


async def test_the_lease_is_renewed_for_as_long_as_the_work_takes(sqlite: SQLite, sandbox_url: str) -> None:
    async with open_shop(sqlite.database(), sandbox_url) as shop:
        request = await ready(shop)
        await shop.stripe.fault(kind="hang", seconds=4.5, **PAY)
        working = asyncio.create_task(charge(shop.operator(), request))
        await shop.stripe.fault_began()
        (begun,) = await shop.mirrored(OperationRow, mutation="charge")
        await asyncio.sleep(3.7)
        (renewed,) = await shop.mirrored(OperationRow, mutation="charge")
        assert renewed["lease_until"] > begun["lease_until"]
        assert (await working).payment == PAID


async def test_an_owner_that_was_silent_for_too_long_does_not_write_over_its_successor(shop: Shop) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind="hang", seconds=0.6, **PAY)
    first = asyncio.create_task(charge(shop.operator(), request))
    await shop.stripe.fault_began()
    await pass_time(shop, 60)
    second = asyncio.create_task(charge(shop.operator(), request))
    assert heard(await first) == (UserErrorCode.IN_PROGRESS, True)
    assert (await second).payment == PAID
    assert (await charge(shop.operator(), request)).payment == PAID
    assert await charges(shop) == 1


async def test_a_client_that_goes_away_does_not_stop_what_was_begun(shop: Shop) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind="hang", seconds=0.5, **PAY)
    waiting = asyncio.create_task(charge(shop.operator(), request))
    await shop.stripe.fault_began()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await shop.services.in_flight.drain()
    assert len(await shop.mirrored(Charge)) == 1
    assert (await charge(shop.operator(), request)).payment == PAID
    assert await charges(shop) == 1


async def test_a_database_that_fails_after_stripes_answer_loses_nothing(shop: Shop) -> None:
    request = await ready(shop)
    async with shop.services.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE charges RENAME TO charges_away"))
    with pytest.raises(DBAPIError):
        await charge(shop.operator(), request)
    assert await charges(shop) == 1
    async with shop.services.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE charges_away RENAME TO charges"))
    assert (await charge(shop.operator(), request)).payment == PAID
    assert len(await shop.mirrored(Charge)) == 1
    assert await charges(shop) == 1


async def test_later_steps_go_on_where_earlier_ones_ended(shop: Shop) -> None:
    customer = await shop.customer()
    amount = Amount(Decimal("12.00"), "USD")
    await add_invoice_item(shop.operator(), AddInvoiceItemRequest(customer, "item", amount))
    request = SendInvoiceRequest(customer, "invoice")
    for kind, path in (("lose", "/finalize$"), ("drop", "/send$")):
        await shop.stripe.fault(kind=kind, method="POST", path=path)
        assert heard(await send_invoice(shop.operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    outcome = await send_invoice(shop.operator(), request)
    assert outcome.errors == ()
    (invoice,) = await shop.stripe.all("/v1/invoices")
    assert (invoice["id"], invoice["status"]) == (outcome.invoice, "open")
    (row,) = await shop.mirrored(Invoice)
    assert row["status"] == "open"


async def test_stripe_going_away_between_two_steps_is_in_progress(shop: Shop) -> None:
    customer = await shop.customer()
    amount = Amount(Decimal("12.00"), "USD")
    await add_invoice_item(shop.operator(), AddInvoiceItemRequest(customer, "item", amount))
    await shop.stripe.fault(kind="answer", status=429, times=9, method="POST", path="/finalize$")
    request = SendInvoiceRequest(customer, "invoice")
    assert heard(await send_invoice(shop.impatient(0.7).operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    await shop.stripe.http.delete("/sandbox/faults")
    assert (await send_invoice(shop.operator(), request)).errors == ()
    assert len(await shop.stripe.all("/v1/invoices")) == 1


@pytest.mark.parametrize("kind", ["lose", "drop"])
async def test_after_a_day_it_only_looks(shop: Shop, kind: str) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind=kind, **PAY)
    assert heard(await charge(shop.operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    await pass_time(shop, 25 * 3600)
    await shop.stripe.http.delete("/sandbox/counters")
    looked = await charge(shop.operator(), request)
    counted = (await shop.stripe.http.get("/sandbox/counters")).json()["counters"]
    assert counted == {}, "nothing was sent again"
    if kind == "lose":
        assert looked.payment == PAID
    else:
        assert heard(looked) == (UserErrorCode.STRIPE_UNAVAILABLE, True)
        assert (await charge(shop.operator(), request)).payment == PAID
    assert await charges(shop) == 1


async def test_a_refusal_after_sending_is_kept_and_a_refusal_before_is_not(shop: Shop) -> None:
    request = await ready(shop)
    await shop.stripe.fault(kind="answer", status=402, decline_code="insufficient_funds", **PAY)
    refused = await charge(shop.operator(), request)
    assert heard(refused) == (UserErrorCode.CARD_DECLINED, False)
    assert await charge(shop.operator(), request) == refused
    before = ChargeRequest("cus_nope", Amount(Decimal(1), "USD"), "order-2")
    assert heard(await charge(shop.operator(), before)) == (UserErrorCode.NOT_FOUND, False)
    assert len(await shop.mirrored(OperationRow, mutation="charge")) == 1


async def test_a_key_that_stripe_does_not_accept_is_our_fault_and_nobody_elses(shop: Shop) -> None:
    request = await ready(shop)
    async with shop.speaking_to(shop.stripe.url, secret_key="nonsense") as misconfigured:
        with pytest.raises(Misconfigured):
            await charge(misconfigured.operator(), request)
    assert (await charge(shop.operator(), request)).payment == PAID


async def test_a_decline_that_must_not_be_told_is_not_told_to_the_card_holder(shop: Shop) -> None:
    customer = await shop.customer()
    await shop.stripe.http.post("/sandbox/cards/next", json={"results": ["stolen_card"]})
    outcome = await charge(shop.operator(), ChargeRequest(customer, Amount(Decimal(5), "USD"), "order-1"))
    assert isinstance(outcome.payment, PaymentFailed)
    assert outcome.payment.decline_code == "stolen_card"
    await shop.stripe.http.post("/sandbox/cards/next", json={"results": ["stolen_card"]})
    told = await charge(shop.subscriber(), ChargeRequest(customer, Amount(Decimal(5), "USD"), "order-1"))
    assert isinstance(told.payment, PaymentFailed)
    assert (told.payment.decline_code, told.payment.message) == ("generic_decline", "Your card was declined.")


async def test_what_was_begun_is_completed_even_when_its_customer_is_gone(shop: Shop) -> None:
    customer = await shop.customer()
    request = SubscribeRequest((SubscribeItem(await shop.price()),), "once")
    await shop.stripe.fault(kind="lose", method="POST", path="/v1/subscriptions$")
    assert heard(await subscribe(shop.subscriber(), request)) == (UserErrorCode.IN_PROGRESS, True)
    await purge_customer(shop.operator(), PurgeCustomerRequest(customer))
    outcome = await subscribe(shop.subscriber(), request)
    assert outcome.errors == ()
    (at_stripe,) = await shop.stripe.all("/v1/subscriptions", status="all")
    (row,) = await shop.mirrored(Subscription)
    assert row["id"] == at_stripe["id"] == outcome.subscription


async def test_a_coupon_whose_answer_was_lost_is_there_once(shop: Shop) -> None:
    customer = await shop.customer()
    for _ in range(2):
        items = (SubscribeItem(await shop.price()),)
        assert (await subscribe(shop.subscriber(), SubscribeRequest(items, shop.key()))).errors == ()
    coupon = (await shop.stripe.post("/v1/coupons", percent_off=10, duration="forever"))["id"]
    for kind in ("lose", "drop"):
        await shop.stripe.fault(kind=kind, method="POST", path="/v1/subscriptions/")
    request = AddCouponRequest(customer, coupon, idempotency_key="once")
    assert heard(await add_coupon(shop.operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    assert heard(await add_coupon(shop.operator(), request)) == (UserErrorCode.IN_PROGRESS, True)
    assert (await add_coupon(shop.operator(), request)).errors == ()
    assert [len(each["discounts"]) for each in await shop.stripe.all("/v1/subscriptions")] == [1, 1]
    assert {row["coupon"] for row in await shop.mirrored(Discount)} == {coupon}


async def test_what_stripe_replays_does_not_undo_what_changed_since(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    request = AddPaymentMethodRequest("pm_card_visa", idempotency_key="once")
    await shop.stripe.fault(kind="lose", method="POST", path=f"/v1/customers/{customer}$")
    assert heard(await add_payment_method(shop.subscriber(), request)) == (UserErrorCode.IN_PROGRESS, True)
    (await shop.stripe.http.post("/sandbox/clock", json={"seconds": 10})).raise_for_status()
    await shop.stripe.post(f"/v1/customers/{customer}", description="changed since")
    await shop.services.mirror.refresh("customer", customer)
    (await shop.stripe.http.post("/sandbox/clock", json={"seconds": 10})).raise_for_status()
    assert (await add_payment_method(shop.subscriber(), request)).errors == ()
    (stored,) = await shop.mirrored(StoredObject, type="customer")
    assert stored["data"]["description"] == "changed since"
