"""What customers are asked to pay."""

from datetime import datetime
from enum import StrEnum

import strawberry
from sqlalchemy import ColumnElement, case
from strawberry.types.unset import UNSET

from db import tables
from resolvers.reading.dialect import quoted
from resolvers.reading.filters import during, equals, is_value, one_of
from resolvers.reading.metadata import metadata
from resolvers.reading.relations import charge_of_invoice_payment, everything, pointing_by
from resolvers.reading.scope import Scope
from resolvers.reading.sources import (
    NEWEST_FIRST,
    Amount,
    Children,
    Connection,
    Expression,
    Late,
    Listed,
    OrderBy,
    Path,
)
from resolvers.reading.tenancy import hidden, own
from schema.connection import After, Before, First, Last, OrderDirection, paged
from schema.connection import Connection as ConnectionType
from schema.enums import CollectionMethod, CollectionMethodInput
from schema.field import column, field, given, mirrored, money, optional, path, reference
from schema.inputs import DateTimeRange
from schema.late import payment_action
from schema.lazy import LazyCharge, LazyCustomer, LazyDiscount, LazyPrice, LazySubscription
from schema.money import Money
from schema.node import Node
from schema.payment import PaymentActionRequired
from schema.scalars import JSON, Currency


@strawberry.enum(description="Where an invoice is in its life.")
class InvoiceStatus(StrEnum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAID = "PAID"
    UNCOLLECTIBLE = "UNCOLLECTIBLE"
    VOID = "VOID"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.enum(description="Where an invoice is in its life.")
class InvoiceStatusInput(StrEnum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAID = "PAID"
    UNCOLLECTIBLE = "UNCOLLECTIBLE"
    VOID = "VOID"


@strawberry.enum(description="Why an invoice was made.")
class BillingReason(StrEnum):
    MANUAL = "MANUAL"
    SUBSCRIPTION_CREATE = "SUBSCRIPTION_CREATE"
    SUBSCRIPTION_CYCLE = "SUBSCRIPTION_CYCLE"
    SUBSCRIPTION_UPDATE = "SUBSCRIPTION_UPDATE"
    SUBSCRIPTION_THRESHOLD = "SUBSCRIPTION_THRESHOLD"
    SUBSCRIPTION = "SUBSCRIPTION"
    UPCOMING = "UPCOMING"
    AUTOMATIC_PENDING_INVOICE_ITEM_INVOICE = "AUTOMATIC_PENDING_INVOICE_ITEM_INVOICE"
    QUOTE_ACCEPT = "QUOTE_ACCEPT"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.enum(description="How a payment towards an invoice went.")
class InvoicePaymentStatus(StrEnum):
    OPEN = "OPEN"
    PAID = "PAID"
    CANCELED = "CANCELED"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.type(description="A line of an invoice.")
class InvoiceLine:
    __mirrored__ = mirrored(tables.InvoiceLine, hidden)

    id: strawberry.ID = column("id", "Stripe's own id.")
    description: str | None = path("description", description="What the customer reads.")
    amount: Money = money("amount", "How much, before discounts and taxes that are added.")
    quantity: int | None = column("quantity", "How many of the price.")
    price: LazyPrice | None = reference("price", "The price that it comes from.")
    proration: bool = column("proration", "Whether it comes from a change amid a period.")
    period_start: datetime = column("period_start", "Since when it counts.")
    period_end: datetime = column("period_end", "Until when it counts.")


@strawberry.type(description="A payment towards an invoice.")
class InvoicePayment:
    __mirrored__ = mirrored(tables.InvoicePayment, hidden)

    id: strawberry.ID = column("id", "Stripe's own id.")
    status: InvoicePaymentStatus = column("status", "How it went.")
    amount_requested: Money = money("amount_requested", "How much was asked for.")
    amount_paid: Money | None = money("amount_paid", "How much was paid.")
    is_default: bool = column("is_default", "Whether Stripe collects the invoice by it.")
    charge: LazyCharge | None = reference(charge_of_invoice_payment, "Its latest attempt.")


def _waits_for_its_customer(invoice: Scope) -> ColumnElement[str]:
    return case((invoice.row.c.status == quoted("open"), invoice.row.c.id))


@strawberry.type(description="What a customer is asked to pay.")
class Invoice(Node):
    __mirrored__ = mirrored(tables.Invoice, own("customer"), "in_")

    number: str | None = column("number", "The number that customers see; null for drafts.")
    customer: LazyCustomer | None = reference("customer", "Who pays.")
    subscription: LazySubscription | None = reference("subscription", "The subscription that it bills.")
    status: InvoiceStatus | None = column("status", "Where it is in its life.")
    billing_reason: BillingReason | None = path("billing_reason", description="Why it was made.")
    collection_method: CollectionMethod = column("collection_method", "Charged by itself, or sent to be paid.")
    currency: Currency = column("currency", "The currency of all its amounts.")
    subtotal: Money = money("subtotal", "Sum of the lines before discounts and taxes.")
    tax: Money | None = money("tax", "Sum of the taxes, null while Stripe has not computed them.")
    total: Money = money("total", "After discounts and taxes.")
    amount_due: Money = money("amount_due", "What is to be paid, after the customer's balance.")
    amount_paid: Money = money("amount_paid", "What has been paid.")
    amount_remaining: Money = money("amount_remaining", "What is still to be paid.")
    starting_balance: Money = field(
        Amount(Path(("starting_balance",))), "The customer's balance before it; negative is credit."
    )
    ending_balance: Money | None = field(
        Amount(Path(("ending_balance",))), "The customer's balance after it; null for drafts."
    )
    lines: ConnectionType[InvoiceLine] = field(
        Connection(pointing_by("invoice"), orders={"POSITION": OrderBy("position", null_as=0)}, descending=False),
        "Its lines, in the order of the invoice.",
        arguments=paged,
    )
    discounts: list[LazyDiscount] = field(Listed("discounts"), "The discounts of the invoice as a whole.")
    payments: list[InvoicePayment] = field(Children(pointing_by("invoice")), "The payments towards it, newest first.")
    payment_action: PaymentActionRequired | None = field(
        Late(payment_action, _waits_for_its_customer),
        "For an open invoice that waits for its customer: asked of Stripe now, so that a reloaded page can go on.",
    )
    attempt_count: int = path("attempt_count", description="How often it was tried to be paid.")
    next_payment_attempt: datetime | None = path("next_payment_attempt", description="When it is tried next.")
    due_date: datetime | None = column("due_date", "When it is due, for those that are sent.")
    paid_at: datetime | None = path("status_transitions", "paid_at", description="When it was paid.")
    finalized_at: datetime | None = column("finalized_at", "When it was finalized.")
    voided_at: datetime | None = path("status_transitions", "voided_at", description="When it was voided.")
    period_start: datetime = path("period_start", description="Since when usage is added to it.")
    period_end: datetime = path("period_end", description="Until when usage is added to it.")
    hosted_invoice_url: str | None = column("hosted_invoice_url", "A page of Stripe's to see and pay it.")
    pdf_url: str | None = path("invoice_pdf", description="The invoice as PDF.")
    description: str | None = path("description", description="What the customer reads on it.")
    metadata: JSON = field(Expression(metadata), "Subscribers see the keys that the settings allow.")
    livemode: bool = column("livemode", "Whether real money moves.")
    created: datetime = column("created", "When it was created.")
    observed_at: datetime = column("observed_at", "When this copy was last known to be true.")


@strawberry.input(description="Which invoices.")
class InvoiceFilter:
    status: list[InvoiceStatusInput] | None = optional("In one of these states.")
    subscription: strawberry.ID | None = optional("Of this subscription.")
    collection_method: CollectionMethodInput | None = optional("Collected in this way.")
    due_date: DateTimeRange | None = optional("Due in this range.")
    created: DateTimeRange | None = optional("Created in this range.")


@strawberry.enum(description="What invoices are sorted by.")
class InvoiceOrderField(StrEnum):
    CREATED = "CREATED"
    DUE_DATE = "DUE_DATE"
    TOTAL = "TOTAL"


@strawberry.input(description="How invoices are sorted; ties by id.")
class InvoiceOrder:
    field: InvoiceOrderField = given("What they are sorted by.")
    direction: OrderDirection = given("Which way.", default=OrderDirection.DESC)


FILTERS = {
    "status": one_of("status"),
    "subscription": equals("subscription"),
    "collectionMethod": is_value("collection_method"),
    "dueDate": during("due_date"),
    "created": during("created"),
}
ORDERS = {
    "CREATED": NEWEST_FIRST,
    "DUE_DATE": OrderBy("due_date", null_as=0),
    "TOTAL": OrderBy("total", null_as=0),
}
ALL_INVOICES = Connection(everything, FILTERS, ORDERS)
INVOICES_OF_CUSTOMER = Connection(pointing_by("customer"), FILTERS, ORDERS)


def invoice_list(
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    filter: InvoiceFilter | None = UNSET,
    order_by: InvoiceOrder | None = UNSET,
) -> None:
    """The arguments of a list of invoices."""
