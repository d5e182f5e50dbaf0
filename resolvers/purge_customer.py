"""purgeCustomer: gone at Stripe, kept here for the books."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import reading
from db.subscribers import Subscriber
from db.tables import Customer, InvoiceItem, PaymentMethod, Subscription
from mirror.errors import NotFound
from mirror.gateway import customers
from resolvers.checks import CUSTOMER, Checks
from resolvers.context import Context
from resolvers.operation import Operation
from resolvers.outcome import Outcome
from resolvers.ownership import is_known, live_customer, not_found, read_through
from resolvers.perform import perform


@dataclass(frozen=True, slots=True)
class PurgeCustomerRequest:
    customer: str
    idempotency_key: str | None = None


async def purge_customer(context: Context, request: PurgeCustomerRequest) -> Outcome:
    """Delete the customer at Stripe and end its link to the subscriber. The outcome has `customer`."""
    checks = Checks()
    checks.id(request.customer, CUSTOMER, "customer")
    if checks.refusal:
        return checks.refusal
    customer, mirror = request.customer, context.services.mirror

    async def act(operation: Operation) -> Outcome:
        await operation.hold(f"customer:{customer}")
        begun = operation.has_begun("delete")
        if not (
            begun or await is_known(context, Customer, customer) or await read_through(context, "customer", customer)
        ):
            raise not_found("customer")
        if begun or await _is_live(context, customer):
            try:
                await operation.step(
                    "delete", customers.delete(customer), done=lambda seen: seen.get("deleted") is True
                )
            except NotFound:
                await mirror.refresh("customer", customer)
            for type, id in await _ended_with(context, customer):
                await mirror.refresh(type, id)
            operation.along.append(lambda connection: _next_generation(connection, context, customer))
        return Outcome(customer=customer)

    return await perform(context, "purgeCustomer", request, act)


async def _is_live(context: Context, customer: str) -> bool:
    async with reading(context.services.engine).connect() as connection:
        statement = select(Customer.id).where(*live_customer(context), Customer.id == customer)
        return (await connection.execute(statement)).one_or_none() is not None


async def _ended_with(context: Context, customer: str) -> list[tuple[str, str]]:
    """Type and id of what Stripe ends, detaches or drops together with a customer."""
    account = context.services.account
    conditions: dict[type[Subscription] | type[PaymentMethod] | type[InvoiceItem], ColumnElement[bool]] = {
        Subscription: Subscription.ended_at.is_(None),
        PaymentMethod: true(),
        InvoiceItem: InvoiceItem.invoice.is_(None),
    }
    async with reading(context.services.engine).connect() as connection:
        found: list[tuple[str, str]] = []
        for table, condition in conditions.items():
            statement = select(table.id).where(
                table.account == account.id,
                table.livemode == account.livemode,
                table.customer == customer,
                table.deleted.is_(False),
                condition,
            )
            found.extend((table.object_name, id) for id in await connection.scalars(statement))
    return found


async def _next_generation(connection: AsyncConnection, context: Context, customer: str) -> None:
    account = context.services.account
    claimed = select(Customer.claimed_subscriber).where(
        Customer.account == account.id, Customer.livemode == account.livemode, Customer.id == customer
    )
    await connection.execute(
        update(Subscriber)
        .where(Subscriber.account == account.id, Subscriber.livemode == account.livemode)
        .where(Subscriber.subscriber == claimed.scalar_subquery())
        .values(generation=Subscriber.generation + 1)
    )
