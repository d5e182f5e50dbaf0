"""A process that is killed between Stripe's answer and the commit: one charge at Stripe, and it is in the mirror."""

import asyncio
import sys

import pytest
from sqlalchemy import update

from db.operations import OperationRow, OperationState, StepRow
from db.tables import Charge
from resolvers.charge import charge
from resolvers.outcome import PaymentSucceeded, UserErrorCode
from tests.resolvers.begun_and_killed import request
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio
PATIENCE_SECONDS = 30


async def test_kill_9_between_stripes_answer_and_the_commit(shop: Shop, database_url: str, sandbox_url: str) -> None:
    customer = await shop.customer()
    # Stripe is slow: the process is dead before the answer to what Stripe carries out has come.
    await shop.stripe.fault(kind="hang", seconds=2.0, method="POST", path="/v1/payment_intents$")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.resolvers.begun_and_killed", database_url, sandbox_url, customer
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await shop.mirrored(StepRow, name="pay"):
            assert process.returncode is None, "The process ended before it was killed."
            await asyncio.sleep(0.02)
        await shop.stripe.fault_began()
        process.kill()
        await process.wait()
    assert await shop.stripe.all("/v1/charges") == [], "It was killed before Stripe was done."
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await shop.stripe.all("/v1/charges"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert len(await shop.stripe.all("/v1/charges")) == 1
    assert await shop.mirrored(Charge) == []

    early = await charge(shop.operator(), request(customer))
    assert [error.code for error in early.errors] == [UserErrorCode.IN_PROGRESS]
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(OperationRow).values(lease_until=1))
    outcome = await charge(shop.operator(), request(customer))

    assert outcome.payment == PaymentSucceeded(1999, "usd")
    (at_stripe,) = await shop.stripe.all("/v1/charges")
    (row,) = await shop.mirrored(Charge)
    assert row["id"] == at_stripe["id"] == outcome.charge
    (operation,) = await shop.mirrored(OperationRow, mutation="charge")
    assert operation["state"] == OperationState.DONE
