"""What the next invoice will hold."""

from datetime import datetime

import strawberry

from db import tables
from resolvers.reading.metadata import metadata
from resolvers.reading.sources import Expression
from resolvers.reading.tenancy import own
from schema.field import column, field, mirrored, money, path, reference
from schema.lazy import LazyCustomer, LazyInvoice, LazyPrice, LazySubscription
from schema.money import Money
from schema.node import Node
from schema.scalars import JSON


@strawberry.type(description="An amount that waits for an invoice, or is on one.")
class InvoiceItem(Node):
    __mirrored__ = mirrored(tables.InvoiceItem, own("customer"), "ii_")

    customer: LazyCustomer | None = reference("customer", "Who will pay.")
    invoice: LazyInvoice | None = reference("invoice", "The invoice that it is on; null while it waits.")
    subscription: LazySubscription | None = reference("subscription", "The subscription that it is bound to.")
    amount: Money = money("amount", "How much; negative is credit.")
    price: LazyPrice | None = reference("price", "The price that it comes from.")
    quantity: int | None = column("quantity", "How many of the price.")
    description: str | None = path("description", description="What the customer reads on the invoice.")
    proration: bool = column("proration", "Whether it comes from a change amid a period.")
    period_start: datetime = path("period", "start", description="Since when it counts.")
    period_end: datetime = path("period", "end", description="Until when it counts.")
    metadata: JSON = field(Expression(metadata), "Subscribers see the keys that the settings allow.")
    date: datetime = column("date", "When it was created.")
    livemode: bool = column("livemode", "Whether real money moves.")
