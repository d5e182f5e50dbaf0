"""The types of the contract, each made of an ORM object."""

import time
from datetime import UTC, datetime
from typing import Generic, Self, TypeVar

import strawberry

from benchmarks.field_by_field.loaders import Rows
from db import tables
from schema.charge import ChargeStatus
from schema.invoice import InvoiceStatus
from schema.scalars import BigInt, Currency
from schema.subscription import SubscriptionStatus

T = TypeVar("T")
LEEWAY_SECONDS = 3600

Info = strawberry.Info[Rows, None]


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def is_ahead(seconds: int | None) -> bool:
    return seconds is not None and seconds > time.time() - LEEWAY_SECONDS


@strawberry.type
class Money:
    minor_units: BigInt
    currency: Currency

    @classmethod
    def of(cls, amount: int, currency: str) -> Self:
        return cls(minor_units=BigInt(amount), currency=Currency(currency.upper()))


@strawberry.type
class Product:
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: tables.Product) -> Self:
        return cls(id=strawberry.ID(row.id), name=row.name or "")


@strawberry.type
class Price:
    row: strawberry.Private[tables.Price]
    id: strawberry.ID
    unit_amount: Money

    @classmethod
    def of(cls, row: tables.Price) -> Self:
        return cls(row=row, id=strawberry.ID(row.id), unit_amount=Money.of(row.unit_amount or 0, row.currency or ""))

    @strawberry.field
    async def product(self, info: Info) -> Product | None:
        row = await info.context.one(tables.Product, self.row.product)
        return row and Product.of(row)


@strawberry.type
class SubscriptionItem:
    row: strawberry.Private[tables.SubscriptionItem]
    id: strawberry.ID
    quantity: int | None

    @classmethod
    def of(cls, row: tables.SubscriptionItem) -> Self:
        return cls(row=row, id=strawberry.ID(row.id), quantity=row.quantity)

    @strawberry.field
    async def price(self, info: Info) -> Price | None:
        row = await info.context.one(tables.Price, self.row.price)
        return row and Price.of(row)


@strawberry.type
class Subscription:
    id: strawberry.ID
    status: SubscriptionStatus
    current_period_end: datetime | None

    @classmethod
    def of(cls, row: tables.Subscription) -> Self:
        return cls(
            id=strawberry.ID(row.id),
            status=SubscriptionStatus((row.status or "").upper()),
            current_period_end=moment(row.current_period_end or 0),
        )

    @strawberry.field
    async def items(self, info: Info) -> list[SubscriptionItem]:
        rows = await info.context.children(tables.SubscriptionItem, "subscription", self.id)
        return [SubscriptionItem.of(row) for row in sorted(rows, key=lambda row: (row.position, row.id))]


@strawberry.type
class Invoice:
    id: strawberry.ID
    number: str | None
    status: InvoiceStatus | None
    total: Money
    created: datetime
    hosted_invoice_url: str | None

    @classmethod
    def of(cls, row: tables.Invoice) -> Self:
        return cls(
            id=strawberry.ID(row.id),
            number=row.number,
            status=InvoiceStatus((row.status or "").upper()),
            total=Money.of(row.total or 0, row.currency or ""),
            created=moment(row.created),
            hosted_invoice_url=row.hosted_invoice_url,
        )


@strawberry.type
class Charge:
    id: strawberry.ID
    amount: Money
    status: ChargeStatus
    created: datetime

    @classmethod
    def of(cls, row: tables.Charge) -> Self:
        return cls(
            id=strawberry.ID(row.id),
            amount=Money.of(row.amount or 0, row.currency or ""),
            status=ChargeStatus((row.status or "").upper()),
            created=moment(row.created),
        )


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Page(Generic[T]):
    nodes: list[T]


@strawberry.type
class Customers:
    nodes: list["Customer"]
    page_info: PageInfo


@strawberry.type
class Customer:
    id: strawberry.ID
    email: str | None
    name: str | None

    @classmethod
    def of(cls, row: tables.Customer) -> Self:
        return cls(id=strawberry.ID(row.id), email=row.email, name=row.name)

    @strawberry.field
    async def subscriptions(self, info: Info, first: int = 20) -> Page[Subscription]:
        rows = await info.context.children(tables.Subscription, "customer", self.id, first)
        return Page(nodes=[Subscription.of(row) for row in rows])

    @strawberry.field
    async def active_subscriptions(self, info: Info) -> list[Subscription]:
        rows = await info.context.children(tables.Subscription, "customer", self.id)
        return [Subscription.of(row) for row in rows if row.status == "active" and is_ahead(row.current_period_end)]

    @strawberry.field
    async def invoices(self, info: Info, first: int = 20) -> Page[Invoice]:
        rows = await info.context.children(tables.Invoice, "customer", self.id, first)
        return Page(nodes=[Invoice.of(row) for row in rows])

    @strawberry.field
    async def charges(self, info: Info, first: int = 20) -> Page[Charge]:
        rows = await info.context.children(tables.Charge, "customer", self.id, first)
        return Page(nodes=[Charge.of(row) for row in rows])

    @strawberry.field
    async def is_subscribed_to(self, info: Info, product: strawberry.ID) -> bool:
        for item in await self._current_items(info):
            price = await info.context.one(tables.Price, item.price)
            if price is not None and price.product == product:
                return True
        return False

    @strawberry.field
    async def has_any_active_subscription(self, info: Info) -> bool:
        return bool(await self._current_items(info))

    async def _current_items(self, info: Info) -> list[tables.SubscriptionItem]:
        current: list[tables.SubscriptionItem] = []
        for row in await info.context.children(tables.Subscription, "customer", self.id):
            if row.status in ("active", "trialing"):
                in_trial = row.status == "trialing" and is_ahead(row.trial_end)
                items = await info.context.children(tables.SubscriptionItem, "subscription", row.id)
                current.extend(item for item in items if in_trial or is_ahead(item.current_period_end))
        return current
