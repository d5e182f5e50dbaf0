"""An operation has one owner at a time, and what an owner that lost it writes counts for nothing."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import operations
from db.accounts import Account
from db.engine import create_engine
from db.operations import Identity, LeaseLost, OperationRow, OperationState

ACCOUNT = Account("acct_1", livemode=False)
CHARGE = Identity(ACCOUNT, "operator:shop", "charge", "key-1")

Story = Callable[[AsyncEngine], Coroutine[Any, Any, None]]


def tell(database_url: str, story: Story) -> None:
    async def run() -> None:
        engine = create_engine(database_url)
        try:
            await story(engine)
        finally:
            await engine.dispose()

    asyncio.run(run())


async def let_the_lease_run_out(connection: AsyncConnection, operation: str) -> None:
    await connection.execute(update(OperationRow).where(OperationRow.id == operation).values(lease_until=1))


def test_only_one_of_many_begins(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async def begin(owner: str) -> bool:
            async with engine.begin() as connection:
                return await operations.begin(connection, CHARGE, "hash", owner)

        begun = await asyncio.gather(*(begin(f"owner {number}") for number in range(12)))
        assert begun.count(True) == 1

    tell(database_url, story)


def test_the_scope_of_a_key_is_account_mode_caller_and_mutation() -> None:
    others = [
        Identity(Account("acct_2", livemode=False), "operator:shop", "charge", "key-1"),
        Identity(Account("acct_1", livemode=True), "operator:shop", "charge", "key-1"),
        Identity(ACCOUNT, "subscriber:shop", "charge", "key-1"),
        Identity(ACCOUNT, "operator:shop", "sendInvoice", "key-1"),
        Identity(ACCOUNT, "operator:shop", "charge", "key-2"),
    ]
    assert len({CHARGE.operation, *(other.operation for other in others)}) == 6
    assert Identity(ACCOUNT, "operator:shop", "charge", "key-1").operation == CHARGE.operation


def test_an_operation_is_taken_up_only_after_its_lease_has_run_out(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            assert await operations.begin(connection, CHARGE, "hash", "first")
            assert not await operations.take_up(connection, CHARGE.operation, "second")
            found = await operations.find(connection, CHARGE)
            assert found is not None
            assert (found.state, found.leased) == (OperationState.BEGUN, True)
            await let_the_lease_run_out(connection, CHARGE.operation)
            assert await operations.take_up(connection, CHARGE.operation, "second")
            assert not await operations.take_up(connection, CHARGE.operation, "third")

    tell(database_url, story)


def test_an_owner_that_was_silent_for_too_long_writes_nothing_more(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        id, call = CHARGE.operation, {"method": "post", "path": "/v1/payment_intents", "params": {}}
        async with engine.begin() as connection:
            await operations.begin(connection, CHARGE, "hash", "first")
            await operations.begin_step(connection, id, "first", "pay", f"{id}:pay", call)
            await let_the_lease_run_out(connection, id)
            await operations.take_up(connection, id, "second")
        writes: list[Callable[[AsyncConnection], Coroutine[Any, Any, None]]] = [
            lambda connection: operations.renew(connection, id, "first"),
            lambda connection: operations.finish(connection, id, "first", {}),
            lambda connection: operations.release(connection, id, "first", "It broke off."),
            lambda connection: operations.forget(connection, id, "first"),
            lambda connection: operations.close_as_not_sent(connection, id, "first"),
            lambda connection: operations.begin_step(connection, id, "first", "more", f"{id}:more", call),
            lambda connection: operations.finish_step(connection, id, "first", "pay", {"data": {}}),
            lambda connection: operations.undo_step(connection, id, "first", "pay", f"{id}:pay:2"),
        ]
        for write in writes:
            with pytest.raises(LeaseLost):
                async with engine.begin() as connection:
                    await write(connection)
        async with engine.begin() as connection:
            (step,) = await operations.steps(connection, id)
        assert (step.name, step.idempotency_key, step.call, step.result) == ("pay", f"{id}:pay", call, None)

    tell(database_url, story)


def test_a_finished_operation_is_never_taken_up_again(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await operations.begin(connection, CHARGE, "hash", "first")
            await operations.finish(connection, CHARGE.operation, "first", {"charge": "ch_1"})
            assert not await operations.take_up(connection, CHARGE.operation, "second")
            found = await operations.find(connection, CHARGE)
        assert found is not None
        assert (found.state, found.outcome) == (OperationState.DONE, {"charge": "ch_1"})

    tell(database_url, story)


def test_what_was_closed_as_not_sent_begins_anew_when_it_is_asked_for(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await operations.begin(connection, CHARGE, "hash", "first")
            await operations.close_as_not_sent(connection, CHARGE.operation, "first")
            assert not await operations.begin(connection, CHARGE, "hash", "second")
            assert await operations.take_up(connection, CHARGE.operation, "second")

    tell(database_url, story)
