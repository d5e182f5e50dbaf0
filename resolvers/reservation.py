"""The reservation row: one live customer per account, mode and subscriber, also while it is being made."""

from dataclasses import dataclass

from sqlalchemy import select, update

from db.engine import reading
from db.subscribers import Subscriber
from db.upsert import insert
from resolvers.context import Services


@dataclass(frozen=True, slots=True)
class Reservation:
    """`generation` goes up when the customer is purged: the next one is another customer."""

    generation: int
    customer: str | None


async def reserve(services: Services, subscriber: str) -> Reservation:
    """The subscriber's row, made where there is none."""
    account = services.account
    statement = select(Subscriber.generation, Subscriber.customer).where(
        Subscriber.account == account.id, Subscriber.livemode == account.livemode, Subscriber.subscriber == subscriber
    )
    async with reading(services.engine).connect() as connection:
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        async with services.engine.begin() as connection:
            place = insert(connection, Subscriber).values(
                account=account.id, livemode=account.livemode, subscriber=subscriber, generation=0
            )
            await connection.execute(place.on_conflict_do_nothing())
            row = (await connection.execute(statement)).one()
    return Reservation(row.generation, row.customer)


async def begin_next_generation(services: Services, subscriber: str, reservation: Reservation) -> None:
    """For a customer that was made and is gone, however it went. Does nothing where somebody did so already."""
    account = services.account
    async with services.engine.begin() as connection:
        await connection.execute(
            update(Subscriber)
            .where(Subscriber.account == account.id, Subscriber.livemode == account.livemode)
            .where(Subscriber.subscriber == subscriber, Subscriber.customer.is_(None))
            .where(Subscriber.generation == reservation.generation)
            .values(generation=reservation.generation + 1)
        )
