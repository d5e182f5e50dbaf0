"""What can be wrong here whatever Stripe says: typed rows, rows without their JSON, links."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import ColumnElement, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

from db.accounts import Account
from db.batches import Rows, batches, reader
from db.subscribers import Subscriber
from db.tables import Customer, StoredObject
from mirror.equality import OWNERS, Difference
from mirror.gateway.lists import COMES_WITH
from mirror.known import TABLES
from mirror.stored import Key
from mirror.verify.finding import Finding, Problem
from mirror.verify.look import asked_for

ROWS = 500
LINK = "subscriber"
"""Stands as the type of a link between a subscriber and a customer."""


class Local:
    def __init__(self, engine: AsyncEngine, account: Account) -> None:
        self._engine = engine
        self._account = account

    async def keys(self, type: str) -> AsyncIterator[list[Key]]:
        """The keys of all that is stored of a type, in batches."""
        statement = select(StoredObject.id).where(*self._own(StoredObject), StoredObject.type == type)
        async for ids in self._paged(statement, StoredObject.id):
            yield [Key(type, id) for (id,) in ids]

    async def orphans(self, type: str) -> AsyncIterator[list[Key]]:
        """What to ask Stripe for about live rows whose JSON is not here, or whose owner's is not."""
        if type == "discount":
            # Which of them count is said by what they are on.
            return
        table: Any = TABLES[type]
        columns, lost = [table.id], not_(self._stored(type, table.id))
        if type in OWNERS:
            owner, _ = OWNERS[type]
            columns.append(getattr(table, owner))
            lost = or_(lost, not_(self._stored(owner, columns[1])))
        statement = select(*columns).where(*self._own(table), table.deleted.is_(False), lost)
        async for rows in self._paged(statement, table.id):
            yield [
                asked_for(Key(type, id), dict(zip(COMES_WITH.get(type, ()), owner, strict=False)))
                for id, *owner in rows
            ]

    async def links(self, only: str | None = None) -> AsyncIterator[Finding]:
        """Subscribers whose customer is not the oldest live one that names them: all, or whether one is among them."""
        theirs = aliased(Customer)
        oldest = (
            select(theirs.id)
            .where(theirs.account == self._account.id, theirs.livemode == self._account.livemode)
            .where(theirs.claimed_subscriber == Subscriber.subscriber, theirs.deleted.is_(False))
            .order_by(theirs.created, theirs.id)
            .limit(1)
            .correlate(Subscriber)
            .scalar_subquery()
        )
        wrong = select(Subscriber.subscriber, Subscriber.customer, oldest).where(
            *self._own(Subscriber), Subscriber.customer.is_distinct_from(oldest)
        )
        if only is not None:
            wrong = wrong.where(Subscriber.subscriber == only)
        async for rows in self._paged(wrong, Subscriber.subscriber):
            for subscriber, customer, right in rows:
                yield _link(subscriber, right, customer)
        unlinked = (
            select(Customer.claimed_subscriber, func.min(Customer.id))
            .where(*self._own(Customer), Customer.deleted.is_(False), Customer.claimed_subscriber.is_not(None))
            .where(
                ~select(Subscriber.subscriber)
                .where(*self._own(Subscriber), Subscriber.subscriber == Customer.claimed_subscriber)
                .exists()
            )
            .group_by(Customer.claimed_subscriber)
        )
        if only is not None:
            unlinked = unlinked.where(Customer.claimed_subscriber == only)
        async for rows in self._paged(unlinked, Customer.claimed_subscriber):
            for subscriber, customer in rows:
                yield _link(subscriber, customer, None)

    def _stored(self, type: str, id: Any) -> ColumnElement[bool]:
        return (
            select(StoredObject.id)
            .where(*self._own(StoredObject), StoredObject.type == type, StoredObject.id == id)
            .exists()
        )

    def _own(self, table: Any) -> tuple[ColumnElement[bool], ...]:
        return table.account == self._account.id, table.livemode == self._account.livemode

    def _paged(self, statement: Any, by: Any) -> AsyncIterator[Rows]:
        return batches(reader(self._engine), statement, by, size=ROWS)


def _link(subscriber: str, right: str | None, held: str | None) -> Finding:
    key = Key(LINK, subscriber)
    return Finding(key, Problem.COLUMNS, key, (Difference("customer", right, held),))
