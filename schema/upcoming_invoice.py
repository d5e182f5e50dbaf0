"""What the next invoice would be."""

from datetime import datetime

import strawberry

from schema.field import given, optional
from schema.invoice import InvoiceLine
from schema.lazy import LazySubscription
from schema.money import Money
from schema.scalars import Currency


@strawberry.type(description="What the next invoice would be, asked of Stripe now and never stored.")
class UpcomingInvoice:
    currency: Currency = strawberry.field(description="The currency of all its amounts.")
    subtotal: Money = strawberry.field(description="Sum of the lines before discounts and taxes.")
    tax: Money | None = strawberry.field(description="Sum of the taxes, null while Stripe has not computed them.")
    total: Money = strawberry.field(description="After discounts and taxes.")
    amount_due: Money = strawberry.field(description="What would be to pay, after the customer's balance.")
    next_payment_attempt: datetime | None = strawberry.field(description="When it would be tried to be paid.")
    period_start: datetime = strawberry.field(description="Since when usage is added to it.")
    period_end: datetime = strawberry.field(description="Until when usage is added to it.")
    lines: list[InvoiceLine] = strawberry.field(description="Its lines.")
    subscription: LazySubscription | None = strawberry.field(description="The subscription that it would bill.")


@strawberry.input(description="A change to an item, or a new item.")
class PreviewItemInput:
    item: strawberry.ID | None = optional("The item of the subscription that changes; left out for a new one.")
    price: strawberry.ID | None = optional("The price that it would have.")
    quantity: int | None = optional("How many of it there would be.")
    remove: bool = given("Whether it would be taken out.", default=False)


@strawberry.input(
    description="What would change, before it does: changes to the items of a subscription, or a new one's items."
)
class InvoicePreviewInput:
    subscription: strawberry.ID | None = optional("The subscription that would change.")
    items: list[PreviewItemInput] | None = optional("Its items, as they would be changed.")
    coupon: strawberry.ID | None = optional("A coupon that it would get.")
    promotion_code: str | None = optional("A promotion code that would be typed in.")
