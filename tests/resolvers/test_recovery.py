"""Every mutation whose process is killed, at any step, is settled without its caller: nothing is begun, and nothing
is done twice."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from db.operations import OperationRow, OperationState, StepRow
from db.tables import StoredObject
from mirror.gateway import Answer, Call, Gateway
from resolvers.outcome import Outcome, UserErrorCode
from resolvers.recovery import VERBS, Finding, Recovery
from tests.resolvers.dying import Last, killed
from tests.resolvers.shop import SECRET_KEY, TIMEOUT_SECONDS, Shop, open_shop
from tests.resolvers.stories import STORIES, Story, Teller, charging, discounting, invoicing, set_up

pytestmark = pytest.mark.anyio

MINUTES = 10 * 60
A_DAY = 25 * 3600
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FEWER = ("charging", "invoicing", "purging", "becoming_a_customer")
KEPT = (UserErrorCode.NOTHING_TO_DISCOUNT,)
"""What a mutation that was carried out may tell as an error."""


class Watched(Gateway):
    """A way to Stripe that tells which operations changed something."""

    def __init__(self, url: str) -> None:
        super().__init__(secret_key=SECRET_KEY, api_base=url, timeout_seconds=TIMEOUT_SECONDS)
        self.written: set[str] = set()

    async def send(self, call: Call, *, idempotency_key: str | None = None) -> Answer:
        if idempotency_key is not None:
            self.written.add(idempotency_key.partition(":")[0])
        return await super().send(call, idempotency_key=idempotency_key)


async def pass_time(shop: Shop, seconds: int, operations: set[str] | None = None) -> None:
    """As if everybody had been away for so long."""
    aged = update(StepRow).values(begun=StepRow.begun - seconds * 1000)
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(OperationRow).values(lease_until=1, due=0))
        await connection.execute(aged if operations is None else aged.where(StepRow.operation.in_(operations)))


def last(story: Story, moment: int) -> Last:
    return Last(story.mutation, story.request, story.caller, story.context.now, moment)


async def told(shop: Shop, database_url: str, teller: Teller, *moments: int) -> list[Story]:
    """A story for each moment, and at that moment the process that acts in all of them is killed."""
    stage = await set_up(shop)
    stories = [await teller(stage, f"user_{moment}") for moment in moments]
    lasts = [last(story, moment) for story, moment in zip(stories, moments, strict=True)]
    await asyncio.to_thread(killed, database_url, shop.stripe.url, lasts)
    return stories


async def states(shop: Shop) -> dict[str, OperationState]:
    async with shop.services.engine.connect() as connection:
        rows = await connection.execute(select(OperationRow.id, OperationRow.state))
        return {id: OperationState(state) for id, state in rows}


async def ask_until_settled(story: Story) -> Outcome:
    for _ in range(3):
        outcome = await story.ask()
        if not any(error.retryable for error in outcome.errors):
            return outcome
    raise AssertionError(f"{story.mutation} comes to no end: {outcome.errors}")


async def check_is_done(shop: Shop, *stories: Story) -> None:
    """They were done once, their callers hear of it, the same each time, and the mirror has it."""
    shown: set[str | None] = set()
    for story in stories:
        outcome = await ask_until_settled(story)
        assert all(error.code in KEPT for error in outcome.errors), outcome.errors
        assert await story.counts() == story.whole
        again = await story.ask()
        assert replace(again, client_secret=None) == replace(outcome, client_secret=None)
        shown |= {outcome.customer, outcome.subscription, outcome.invoice, outcome.charge, outcome.payment_method}
        shown |= {outcome.invoice_item, *outcome.subscriptions}
    after = await states(shop)
    assert {after[story.operation] for story in stories} == {OperationState.DONE}
    async with shop.services.engine.connect() as connection:
        mirrored = set(await connection.scalars(select(StoredObject.id)))
    assert shown - {None} <= mirrored


async def test_whenever_it_dies_it_is_settled_once(shop: Shop, database_url: str) -> None:
    """Half of them after minutes and half after a day, on the other database the other way round."""
    stage = await set_up(shop)
    stories: dict[tuple[str, int], Story] = {}
    for name in STORIES if database_url.startswith("sqlite") else FEWER:
        teller = STORIES[name]
        stories[name, 0] = await teller(stage, f"{name}_0")
        for moment in range(1, 3 * stories[name, 0].steps):
            stories[name, moment] = await teller(stage, f"{name}_{moment}")
    lasts = [last(story, moment) for (_, moment), story in stories.items()]
    await asyncio.to_thread(killed, database_url, shop.stripe.url, lasts)
    which = int(database_url.startswith("sqlite"))
    late = {story.operation for index, story in enumerate(stories.values()) if index % 2 == which}

    await pass_time(shop, MINUTES)
    await pass_time(shop, A_DAY, late)

    watched = Watched(shop.stripe.url)
    recovery = Recovery(replace(shop.services, gateway=watched))
    await recovery.once()
    after = await states(shop)
    assert not late & watched.written, "After a day it only looks."
    for (name, moment), story in stories.items():
        counts, state = await story.counts(), after[story.operation]
        if moment == 0:
            assert counts[0] == 0, "What had not reached Stripe was not sent."
        if state is OperationState.DONE:
            assert counts == story.whole, (name, moment)
        elif state is OperationState.NOT_SENT:
            assert counts[0] == 0 or name == "becoming_a_customer", (name, moment)
        else:
            assert story.operation in late, (name, moment)
            assert counts[0] > 0, "A part is left, for its caller."
            assert counts != story.whole

    watched.written.clear()
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(OperationRow).values(due=0))
    await recovery.once()
    assert not watched.written, "A second look does nothing more."
    await watched.close()
    await check_is_done(shop, *stories.values())


@ONE_DATABASE
async def test_what_may_still_be_on_its_way_is_not_settled_yet(shop: Shop, database_url: str) -> None:
    (story,) = await told(shop, database_url, charging, 0)
    await pass_time(shop, 1)
    (found,) = await Recovery(shop.services).once()
    assert found.finding is Finding.UNCERTAIN
    assert "pay" in (found.why or "")
    assert (await states(shop))[story.operation] is OperationState.BEGUN
    assert await Recovery(shop.services).once() == [], "It waits before it looks again."
    await pass_time(shop, MINUTES)
    (found,) = await Recovery(shop.services).once()
    assert found.finding is Finding.NOT_DONE
    assert await story.counts() == (0,)


@ONE_DATABASE
async def test_a_straggler_is_found_when_it_is_asked_for_again(shop: Shop) -> None:
    story = await charging(await set_up(shop), "user_1")
    await shop.stripe.fault(kind="hang", seconds=2.5, method="POST", path="/v1/payment_intents$")
    asking = asyncio.create_task(story.ask())
    while not await shop.mirrored(StepRow, operation=story.operation):  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await pass_time(shop, MINUTES)
    (found,) = await Recovery(shop.services).once()
    assert (found.finding, await story.counts()) == (Finding.NOT_DONE, (0,))
    assert [error.code for error in (await asking).errors] == [UserErrorCode.IN_PROGRESS]
    assert await story.counts() == (1,)
    await check_is_done(shop, story)


async def test_two_processes_at_once_settle_it_once(shop: Shop, database_url: str, sandbox_url: str) -> None:
    stories = await told(shop, database_url, invoicing, 1, 2, 3, 4)
    await pass_time(shop, MINUTES)
    async with open_shop(database_url, sandbox_url) as other:
        both = await asyncio.gather(Recovery(shop.services).once(), Recovery(other.services).once())
        completed = [each.id for found in both for each in found if each.finding is Finding.COMPLETED]
        assert set(completed) == {story.operation for story in stories}
    for story in stories:
        assert await story.counts() == story.whole
        await check_is_done(shop, story)


@ONE_DATABASE
async def test_while_stripe_is_away_it_stays_and_is_tried_later(
    shop: Shop, database_url: str, unused_port: int
) -> None:
    (story,) = await told(shop, database_url, invoicing, 4)
    await pass_time(shop, MINUTES)
    async with shop.speaking_to(f"http://127.0.0.1:{unused_port}") as away:
        impatient = Recovery(away.impatient(0.2).services)
        (found,) = await impatient.once()
        assert (found.finding, found.why) == (Finding.UNCERTAIN, "Unavailable: Stripe could not be reached.")
        assert await impatient.once() == []
    (row,) = await shop.mirrored(OperationRow, id=story.operation)
    assert (row["state"], row["attempts"], row["error"]) == (OperationState.BEGUN, 1, found.why)
    settled = await Recovery(shop.services).settle(story.operation)
    assert settled is not None
    assert settled.finding is Finding.COMPLETED
    await check_is_done(shop, story)


@ONE_DATABASE
async def test_what_stripe_refuses_is_its_outcome(shop: Shop, database_url: str) -> None:
    (story,) = await told(shop, database_url, invoicing, 3)
    (invoice,) = await shop.stripe.all("/v1/invoices")
    await shop.stripe.delete(f"/v1/invoices/{invoice['id']}")
    await pass_time(shop, MINUTES)
    (found,) = await Recovery(shop.services).once()
    assert found.finding is Finding.COMPLETED
    outcome = await story.ask()
    assert [error.code for error in outcome.errors] == [UserErrorCode.NOT_FOUND]


@ONE_DATABASE
async def test_what_was_not_kept_stays_to_be_seen_until_its_caller_asks_again(shop: Shop, database_url: str) -> None:
    (story,) = await told(shop, database_url, charging, 1)
    await pass_time(shop, MINUTES)
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(OperationRow).values(input=None))
    (found,) = await Recovery(shop.services).once()
    assert found.finding is Finding.UNCERTAIN
    assert "asking again" in (found.why or "")
    await check_is_done(shop, story)


@ONE_DATABASE
async def test_a_customers_lease_that_a_dead_process_left_holds_nobody_up(shop: Shop, database_url: str) -> None:
    (story,) = await told(shop, database_url, discounting, 1)
    await pass_time(shop, MINUTES)
    # The lease is its own: it is taken up again at once, and let go of in the end.
    (found,) = await Recovery(shop.services).once()
    assert found.finding is Finding.COMPLETED
    await check_is_done(shop, story)


def test_every_mutation_can_be_settled() -> None:
    fields = {"getOrCreateCustomer", "createCustomer", "subscribe", "charge", "addPaymentMethod", "addInvoiceItem"}
    more = {"addCoupon", "sendInvoice", "purgeCustomer", "cancelSubscription", "resumeSubscription"}
    assert set(VERBS) == fields | more | {"createSetupIntent", "payInvoice"}
