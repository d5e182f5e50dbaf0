"""Attempts to take money, and what was given back."""

from datetime import datetime
from enum import StrEnum

import strawberry
from strawberry.types.unset import UNSET

from db import tables
from resolvers.reading.declines import failure_code, failure_message
from resolvers.reading.filters import during, is_set, one_of
from resolvers.reading.metadata import metadata
from resolvers.reading.relations import everything, invoice_of_charge, pointing_by
from resolvers.reading.sources import NEWEST_FIRST, Children, Connection, Expression, OrderBy
from resolvers.reading.tenancy import own, own_through
from schema.connection import After, Before, First, Last, OrderDirection
from schema.field import column, field, given, mirrored, money, optional, path, reference
from schema.inputs import DateTimeRange
from schema.lazy import LazyCustomer, LazyInvoice, LazyPaymentMethod
from schema.money import Money
from schema.node import Node
from schema.scalars import JSON


@strawberry.enum(description="How an attempt went.")
class ChargeStatus(StrEnum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.enum(description="How an attempt went.")
class ChargeStatusInput(StrEnum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@strawberry.enum(description="How giving back went.")
class RefundStatus(StrEnum):
    PENDING = "PENDING"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.type(description="Money that was given back.")
class Refund(Node):
    __mirrored__ = mirrored(tables.Refund, own_through("charge", tables.Charge), "re_", "pyr_")

    charge: "Charge | None" = reference("charge", "What was given back.")
    amount: Money = money("amount", "How much.")
    status: RefundStatus | None = column("status", "How it went.")
    reason: str | None = column("reason", "duplicate, fraudulent, requested_by_customer, …")
    created: datetime = column("created", "When it was asked for.")
    metadata: JSON = field(Expression(metadata), "Subscribers see the keys that the settings allow.")


@strawberry.type(description="An attempt to take money from a payment method.")
class Charge(Node):
    __mirrored__ = mirrored(tables.Charge, own("customer"), "ch_", "py_")

    customer: LazyCustomer | None = reference("customer", "Who pays.")
    invoice: LazyInvoice | None = reference(invoice_of_charge, "The invoice that it pays, if it pays one.")
    amount: Money = money("amount", "How much was asked for.")
    amount_captured: Money = money("amount_captured", "How much was taken.")
    amount_refunded: Money = money("amount_refunded", "How much was given back.")
    status: ChargeStatus = column("status", "How it went.")
    paid: bool = column("paid", "Whether it was paid, or held to be captured later.")
    captured: bool = column("captured", "Whether the money was taken, not only held.")
    refunded: bool = column("refunded", "Whether all of it was given back.")
    disputed: bool = column("disputed", "Whether the customer's bank contests it.")
    refunds: list[Refund] = field(Children(pointing_by("charge")), "What was given back, newest first.")
    failure_code: str | None = field(Expression(failure_code), "Why it failed, as a code of Stripe's.")
    failure_message: str | None = field(Expression(failure_message), "Why it failed, in words.")
    payment_method: LazyPaymentMethod | None = reference("payment_method", "What was charged.")
    receipt_url: str | None = path("receipt_url", description="A page with the receipt.")
    receipt_email: str | None = path("receipt_email", description="Where the receipt was sent.")
    description: str | None = path("description", description="What it was for.")
    statement_descriptor: str | None = path("statement_descriptor", description="What the bank statement shows.")
    metadata: JSON = field(Expression(metadata), "Subscribers see the keys that the settings allow.")
    livemode: bool = column("livemode", "Whether real money moved.")
    created: datetime = column("created", "When it was tried.")
    observed_at: datetime = column("observed_at", "When this copy was last known to be true.")


@strawberry.input(description="Which charges.")
class ChargeFilter:
    status: list[ChargeStatusInput] | None = optional("In one of these states.")
    disputed: bool | None = optional("Contested by the customer's bank, or not.")
    refunded: bool | None = optional("Given back as a whole, or not.")
    created: DateTimeRange | None = optional("Tried in this range.")


@strawberry.enum(description="What charges are sorted by.")
class ChargeOrderField(StrEnum):
    CREATED = "CREATED"
    AMOUNT = "AMOUNT"


@strawberry.input(description="How charges are sorted; ties by id.")
class ChargeOrder:
    field: ChargeOrderField = given("What they are sorted by.")
    direction: OrderDirection = given("Which way.", default=OrderDirection.DESC)


FILTERS = {
    "status": one_of("status"),
    "disputed": is_set("disputed"),
    "refunded": is_set("refunded"),
    "created": during("created"),
}
ORDERS = {"CREATED": NEWEST_FIRST, "AMOUNT": OrderBy("amount", null_as=0)}
ALL_CHARGES = Connection(everything, FILTERS, ORDERS)
CHARGES_OF_CUSTOMER = Connection(pointing_by("customer"), FILTERS, ORDERS)


def charge_list(
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    filter: ChargeFilter | None = UNSET,
    order_by: ChargeOrder | None = UNSET,
) -> None:
    """The arguments of a list of charges."""
