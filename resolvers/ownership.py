"""Whose is it? What is not the caller's reads like what does not exist."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.sql.elements import ColumnElement

from db.engine import reading
from db.subscribers import Subscriber
from db.tables import Customer, Invoice, InvoiceItem, Mirrored, PaymentMethod, StoredObject, Subscription
from mirror.apply import UnknownObject
from resolvers.checks import NO_SUCH_OBJECT
from resolvers.context import Context
from resolvers.operation import Operation
from resolvers.outcome import Rejected, UserError, UserErrorCode

Owned = type[Subscription] | type[Invoice] | type[InvoiceItem] | type[PaymentMethod]


def not_found(*path: str) -> Rejected:
    return Rejected(UserError(UserErrorCode.NOT_FOUND, NO_SUCH_OBJECT, path or None))


async def customer_of(context: Context, given: str | None, *path: str) -> str:
    """The id of the customer that a mutation is about: the given one for an operator, a subscriber's own.

    It exists and is not deleted. What an operator names and the mirror lacks is fetched from Stripe once.
    Raises Rejected with NOT_FOUND, and the gateway's errors.
    """
    if not context.caller.is_operator:
        statement = select(Customer.id).where(*live_customer(context), linked_to(context, Customer.id))
        found = await _one(context, statement)
        if found is None:
            sentence = "You have no customer yet. Call getOrCreateCustomer first."
            raise Rejected(UserError(UserErrorCode.NOT_FOUND, sentence))
        return str(found.id)
    id = given or ""
    statement = select(Customer.id).where(*live_customer(context), Customer.id == id)
    if await _one(context, statement) is None:
        if await is_known(context, Customer, id) or not await read_through(context, "customer", id):
            raise not_found(*path)
        if await _one(context, statement) is None:
            raise not_found(*path)
    return id


async def owned(context: Context, table: Owned, id: str, *path: str, customer: str | None = None) -> Mapping[str, Any]:
    """Stripe's JSON of an object that the caller may act on, in its stored form.

    With `customer`, it must be that customer's. What an operator names and the mirror lacks is fetched once.
    Raises Rejected with NOT_FOUND, and the gateway's errors.
    """
    account = context.services.account
    statement = (
        select(StoredObject.data)
        .join(
            table,
            (table.account == StoredObject.account)
            & (table.livemode == StoredObject.livemode)
            & (table.id == StoredObject.id),
        )
        .where(StoredObject.account == account.id, StoredObject.livemode == account.livemode)
        .where(StoredObject.type == table.object_name, StoredObject.id == id, table.deleted.is_(False))
    )
    if customer is not None:
        statement = statement.where(table.customer == customer)
    if not context.caller.is_operator:
        statement = statement.where(linked_to(context, table.customer))
    found = await _one(context, statement)
    if found is None and context.caller.is_operator and not await is_known(context, table, id):
        await read_through(context, table.object_name, id)
        found = await _one(context, statement)
    if found is None:
        raise not_found(*path)
    data: Mapping[str, Any] = found.data
    return data


async def customer_now(operation: Operation, customer: str) -> dict[str, Any]:
    """Stripe's JSON of the customer, asked now. Raises Rejected with NOT_FOUND for one that was deleted meanwhile."""
    data = (await operation.fetch("customer", customer)).data
    if data.get("deleted"):
        raise not_found("customer")
    return data


def live_customer(context: Context) -> tuple[ColumnElement[bool], ...]:
    account = context.services.account
    return (Customer.account == account.id, Customer.livemode == account.livemode, Customer.deleted.is_(False))


def linked_to(context: Context, customer: Any) -> ColumnElement[bool]:
    """The tenancy of a subscriber: the customer is the one that is linked to them."""
    account = context.services.account
    return (
        select(Subscriber.customer)
        .where(Subscriber.account == account.id, Subscriber.livemode == account.livemode)
        .where(Subscriber.subscriber == context.caller.id, Subscriber.customer == customer)
        .exists()
    )


async def is_known(context: Context, table: type[Mirrored], id: str) -> bool:
    account = context.services.account
    statement = select(table.id).where(table.account == account.id, table.livemode == account.livemode, table.id == id)
    return await _one(context, statement) is not None


async def read_through(context: Context, type: str, id: str) -> bool:
    """Fetch what the mirror lacks. False when Stripe does not have it either. Raises the gateway's errors."""
    services = context.services
    if type == "customer":
        return await services.read_through.customer(services.gateway, services.mirror, id, remembered=False)
    try:
        await services.mirror.refresh(type, id)
    except UnknownObject:
        return False
    return True


async def _one(context: Context, statement: Select[Any]) -> Any:
    async with reading(context.services.engine).connect() as connection:
        return (await connection.execute(statement)).one_or_none()
