"""What customers subscribed to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement
from strawberry.types.unset import UNSET

from db import tables
from resolvers.reading.filters import during, is_set, is_value, one_of
from resolvers.reading.metadata import metadata
from resolvers.reading.relations import everything, pointing_by
from resolvers.reading.scope import Scope
from resolvers.reading.sources import (
    NEWEST_FIRST,
    Arguments,
    Children,
    Connection,
    Expression,
    Listed,
    OrderBy,
)
from resolvers.reading.subscriptions import of_price, of_product
from resolvers.reading.tenancy import own, own_through
from schema.connection import After, Before, First, Last, OrderDirection
from schema.enums import CollectionMethod, CollectionMethodInput
from schema.field import column, field, given, mirrored, optional, path, reference
from schema.inputs import DateTimeRange
from schema.lazy import LazyCustomer, LazyDiscount, LazyInvoice, LazyPaymentMethod, LazyPrice
from schema.node import Node
from schema.scalars import JSON, Currency


@strawberry.enum(description="Where a subscription is in its life.")
class SubscriptionStatus(StrEnum):
    INCOMPLETE = "INCOMPLETE"
    INCOMPLETE_EXPIRED = "INCOMPLETE_EXPIRED"
    TRIALING = "TRIALING"
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    CANCELED = "CANCELED"
    UNPAID = "UNPAID"
    PAUSED = "PAUSED"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.enum(description="Where a subscription is in its life.")
class SubscriptionStatusInput(StrEnum):
    INCOMPLETE = "INCOMPLETE"
    INCOMPLETE_EXPIRED = "INCOMPLETE_EXPIRED"
    TRIALING = "TRIALING"
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    CANCELED = "CANCELED"
    UNPAID = "UNPAID"
    PAUSED = "PAUSED"


@strawberry.type(description="One of the things that a subscription bills.")
class SubscriptionItem(Node):
    __mirrored__ = mirrored(tables.SubscriptionItem, own_through("subscription", tables.Subscription), "si_")

    price: LazyPrice | None = reference("price", "What is billed.")
    quantity: int | None = column("quantity", "How many; null for usage that is metered.")
    current_period_start: datetime = column("current_period_start", "Since when the current period runs.")
    current_period_end: datetime = column("current_period_end", "When the current period ends and is billed again.")
    metadata: JSON = field(Expression(metadata), "Subscribers see the keys that the settings allow.")


def _collection_paused(subscription: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    return subscription.request.dialect.json_at(subscription.json(), ("pause_collection",)).is_not(None)


@strawberry.type(description="What a customer pays for again and again.")
class Subscription(Node):
    __mirrored__ = mirrored(tables.Subscription, own("customer"), "sub_")

    customer: LazyCustomer | None = reference("customer", "Who pays.")
    status: SubscriptionStatus = column("status", "Where it is in its life.")
    items: list[SubscriptionItem] = field(
        Children(pointing_by("subscription"), OrderBy("position", null_as=0), descending=False),
        "What it bills. Items may bill on different intervals; each has its own period.",
    )
    current_period_start: datetime | None = column("current_period_start", "Of the item whose period ends first.")
    current_period_end: datetime | None = column("current_period_end", "Of the item whose period ends first.")
    cancel_at_period_end: bool = column("cancel_at_period_end", "Whether it ends with the current period.")
    cancel_at: datetime | None = path("cancel_at", description="When it will end.")
    canceled_at: datetime | None = path("canceled_at", description="When it was canceled; it may still run.")
    ended_at: datetime | None = column("ended_at", "When it ended.")
    trial_start: datetime | None = path("trial_start", description="When its trial began.")
    trial_end: datetime | None = column("trial_end", "When its trial ends or ended.")
    start_date: datetime = path("start_date", description="When it began.")
    billing_cycle_anchor: datetime = path("billing_cycle_anchor", description="What its periods are counted from.")
    collection_method: CollectionMethod = column("collection_method", "Charged by itself, or sent to be paid.")
    default_payment_method: LazyPaymentMethod | None = reference(
        "default_payment_method", "What it is paid with; null where the customer's default counts."
    )
    latest_invoice: LazyInvoice | None = reference("latest_invoice", "Its newest invoice.")
    discounts: list[LazyDiscount] = field(Listed("discounts"), "The discounts that it has.")
    collection_paused: bool = field(Expression(_collection_paused), "Collection is paused; the status does not change.")
    currency: Currency = path("currency", description="The currency of its invoices.")
    description: str | None = path("description", description="What customers read about it.")
    metadata: JSON = field(Expression(metadata), "Subscribers see the keys that the settings allow.")
    livemode: bool = column("livemode", "Whether real money moves.")
    created: datetime = column("created", "When it was created.")
    observed_at: datetime = column("observed_at", "When this copy was last known to be true.")


@strawberry.input(description="Which subscriptions.")
class SubscriptionFilter:
    status: list[SubscriptionStatusInput] | None = optional("In one of these states.")
    product: strawberry.ID | None = optional("With an item of this product.")
    price: strawberry.ID | None = optional("With an item of this price.")
    collection_method: CollectionMethodInput | None = optional("Collected in this way.")
    cancel_at_period_end: bool | None = optional("Ending with their period, or not.")
    current_period_end: DateTimeRange | None = optional("Whose period ends in this range.")
    created: DateTimeRange | None = optional("Created in this range.")


@strawberry.enum(description="What subscriptions are sorted by.")
class SubscriptionOrderField(StrEnum):
    CREATED = "CREATED"
    CURRENT_PERIOD_END = "CURRENT_PERIOD_END"


@strawberry.input(description="How subscriptions are sorted; ties by id.")
class SubscriptionOrder:
    field: SubscriptionOrderField = given("What they are sorted by.")
    direction: OrderDirection = given("Which way.", default=OrderDirection.DESC)


FILTERS = {
    "status": one_of("status"),
    "product": of_product,
    "price": of_price,
    "collectionMethod": is_value("collection_method"),
    "cancelAtPeriodEnd": is_set("cancel_at_period_end"),
    "currentPeriodEnd": during("current_period_end"),
    "created": during("created"),
}
ORDERS = {"CREATED": NEWEST_FIRST, "CURRENT_PERIOD_END": OrderBy("current_period_end", null_as=0)}
ALL_SUBSCRIPTIONS = Connection(everything, FILTERS, ORDERS)
SUBSCRIPTIONS_OF_CUSTOMER = Connection(pointing_by("customer"), FILTERS, ORDERS)


def subscription_list(
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    filter: SubscriptionFilter | None = UNSET,
    order_by: SubscriptionOrder | None = UNSET,
) -> None:
    """The arguments of a list of subscriptions."""
