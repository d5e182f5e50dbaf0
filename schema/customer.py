"""The hub: a customer and everything that belongs to it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, case, false, func, select, true
from strawberry.types.unset import UNSET

from db import tables
from db.subscribers import Subscriber
from resolvers.pending_coupon import PENDING_COUPON_KEY
from resolvers.reading import access
from resolvers.reading.dialect import quoted
from resolvers.reading.filters import during, equals, is_set
from resolvers.reading.jsonlists import list_at
from resolvers.reading.metadata import metadata
from resolvers.reading.relations import everything, pointing_by, that_are
from resolvers.reading.scope import Scope
from resolvers.reading.sources import (
    NEWEST_FIRST,
    Amount,
    Arguments,
    Children,
    Column,
    Connection,
    Embedded,
    Expression,
    Late,
    OrderBy,
    Picked,
)
from resolvers.reading.subscriptions import (
    count_of_valid,
    customer_is_subscribed,
    is_active,
    is_valid,
    the_only_valid,
)
from resolvers.reading.tenancy import is_customer_of, own
from resolvers.reading.values import Given
from schema.access import Access
from schema.charge import CHARGES_OF_CUSTOMER, Charge, charge_list
from schema.connection import Connection as ConnectionType
from schema.connection import OrderDirection
from schema.coupon import Coupon, Discount
from schema.field import column, field, given, mirrored, optional, path, reference
from schema.inputs import DateTimeRange
from schema.invoice import INVOICES_OF_CUSTOMER, Invoice, invoice_list
from schema.invoice_item import InvoiceItem
from schema.late import upcoming_invoice
from schema.money import Money
from schema.node import Node
from schema.payment_method import PaymentMethod
from schema.scalars import JSON, Currency
from schema.subscription import SUBSCRIPTIONS_OF_CUSTOMER, Subscription, subscription_list
from schema.upcoming_invoice import InvoicePreviewInput, UpcomingInvoice


@strawberry.enum(description="Whether a customer pays taxes.")
class TaxExempt(StrEnum):
    NONE = "NONE"
    EXEMPT = "EXEMPT"
    REVERSE = "REVERSE"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.type(description="A postal address.")
class Address:
    line1: str | None = path("line1", description="Street, or company.")
    line2: str | None = path("line2", description="Apartment, suite or building.")
    city: str | None = path("city", description="City, district or town.")
    state: str | None = path("state", description="State, county or region.")
    postal_code: str | None = path("postal_code", description="Postal code.")
    country: str | None = path("country", description="Country after ISO 3166, two letters.")


def _subscriber(customer: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    links = Subscriber.__table__.alias()
    mine = select(links.c.subscriber).where(customer.request.owns(links), links.c.customer == customer.row.c.id)
    return mine.limit(1).correlate_except(links).scalar_subquery()


def _preferred_locales(customer: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    return list_at(customer, "preferred_locales")


def _credits(customer: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    balance = customer.row.c.balance
    return case((balance < 0, -balance), else_=balance * 0)


def _pending_charges(customer: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    balance = customer.row.c.balance
    return case((balance > 0, balance), else_=balance * 0)


def _delinquent(customer: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    return func.coalesce(customer.row.c.delinquent, false())


def _balance_currency(customer: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    """Stripe tells no currency before the first charge or subscription, and then the balance is 0."""
    return func.coalesce(customer.row.c.currency, quoted("usd"))


def _pending_coupon(customer: Scope) -> ColumnElement[Any]:
    return customer.request.dialect.text_at(customer.json(), ("metadata", PENDING_COUPON_KEY))


def _is_its_discount(customer: Scope, discount: Scope, _arguments: Arguments) -> ColumnElement[bool]:
    same: ColumnElement[bool] = discount.row.c.id == customer.row.c.discount
    return same


def _has_several_valid(customer: Scope, _arguments: Arguments) -> ColumnElement[bool]:
    return count_of_valid(customer) > 1


def _is_subscribed_to(customer: Scope, arguments: Arguments) -> ColumnElement[bool]:
    return customer_is_subscribed(customer, customer.request.text(arguments["product"]))


def _is_subscribed(customer: Scope, _arguments: Arguments) -> ColumnElement[bool]:
    return customer_is_subscribed(customer, None)


def _of_type(method: Scope, arguments: Arguments) -> ColumnElement[bool]:
    type = arguments.get("type")
    return true() if type is None else method.row.c.type == method.request.text(type)


def _is_pending(item: Scope, _arguments: Arguments) -> ColumnElement[bool]:
    return item.row.c.invoice.is_(None)


def _newest_first(subscription: Scope, _arguments: Arguments) -> list[ColumnElement[Any]]:
    return [subscription.row.c.created.desc(), subscription.tie_breaker().desc()]


Product = Annotated[strawberry.ID, strawberry.argument(description="Stripe's id of the product.")]


def _product(product: Product) -> None: ...


def _type(
    type: Annotated[str | None, strawberry.argument(description="Only of this kind: card.")] = UNSET,
) -> None: ...


def _preview(
    preview: Annotated[InvoicePreviewInput | None, strawberry.argument(description="A change to try out.")] = UNSET,
) -> None: ...


BELONGS = pointing_by("customer")


@strawberry.type(description="Who pays, and everything that belongs to them.")
class Customer(Node):
    __mirrored__ = mirrored(tables.Customer, own("id"), "cus_", keeps_deleted=True)

    subscriber: strawberry.ID | None = field(
        Expression(_subscriber), "Your own id of the person or organisation that pays."
    )
    email: str | None = column("email", "Where Stripe writes to.")
    name: str | None = column("name", "The full name, or the company's.")
    phone: str | None = path("phone", description="The telephone number.")
    description: str | None = path("description", description="An operator's note.", operator=True)
    currency: Currency | None = column("currency", "The currency of its invoices, once there was one.")
    balance: Money | None = field(
        Amount(Column("balance"), Expression(_balance_currency)), "Stripe's sign: negative is credit."
    )
    credits: Money | None = field(
        Amount(Expression(_credits), Expression(_balance_currency)), "max(-balance, 0): taken off the next invoices."
    )
    pending_charges: Money | None = field(
        Amount(Expression(_pending_charges), Expression(_balance_currency)),
        "max(balance, 0): added to the next invoice.",
    )
    delinquent: bool = field(Expression(_delinquent), "Whether the latest charge of an invoice failed.")
    address: Address | None = field(Embedded(("address",)), "The postal address.")
    tax_exempt: TaxExempt | None = path("tax_exempt", description="Whether taxes are paid.")
    preferred_locales: list[str] = field(Expression(_preferred_locales), "Languages, the best liked first.")
    metadata: JSON = field(Expression(metadata), "Subscribers see the keys that the settings allow, by default none.")
    livemode: bool = column("livemode", "Whether real money moves.")
    created: datetime = column("created", "When it was created.")
    deleted: bool = column("deleted", "Whether it was purged. What is left is for the books.")
    default_payment_method: PaymentMethod | None = reference("default_payment_method", "What invoices are paid with.")
    discounts: list[Discount] = field(
        Children(_is_its_discount), "A discount that the dashboard gave to the customer; read-only."
    )
    pending_coupon: Coupon | None = reference(
        _pending_coupon, "Kept for the next subscribe, when addCoupon found nothing to discount."
    )

    subscription: Subscription | None = field(
        Picked(the_only_valid, _newest_first),
        "The one subscription that is valid now. Null when there is none, and when there are several: see "
        "hasMultipleSubscriptions, and read validSubscriptions.",
    )
    has_multiple_subscriptions: bool = field(
        Expression(_has_several_valid), "Whether more than one subscription is valid now."
    )
    active_subscriptions: list[Subscription] = field(
        Children(that_are(BELONGS, is_active)), "Status active, and the paid period ends in the future."
    )
    valid_subscriptions: list[Subscription] = field(
        Children(that_are(BELONGS, is_valid)),
        "Everything that is not canceled, incomplete or incomplete_expired: trialing, active, past_due, unpaid or "
        "paused.",
    )
    subscriptions: ConnectionType[Subscription] = field(
        SUBSCRIPTIONS_OF_CUSTOMER, "All subscriptions, ended ones too.", arguments=subscription_list
    )
    invoices: ConnectionType[Invoice] = field(INVOICES_OF_CUSTOMER, "All invoices.", arguments=invoice_list)
    charges: ConnectionType[Charge] = field(CHARGES_OF_CUSTOMER, "All charges, failed ones too.", arguments=charge_list)
    payment_methods: list[PaymentMethod] = field(
        Children(that_are(BELONGS, _of_type)), "What is saved to pay with, newest first.", arguments=_type
    )
    pending_invoice_items: list[InvoiceItem] = field(
        Children(that_are(BELONGS, _is_pending), OrderBy("date", null_as=0)),
        "What waits for the next invoice, newest first.",
    )

    is_subscribed_to: bool = field(
        Expression(_is_subscribed_to),
        "Trialing or active, period current, on any item of that product.",
        arguments=_product,
    )
    has_any_active_subscription: bool = field(
        Expression(_is_subscribed), "Trialing or active, period current, on anything."
    )
    access: Access = field(
        Picked(access.of_customer, access.best_first, table=tables.SubscriptionItem, otherwise=access.NEVER_SUBSCRIBED),
        "The same question with its reason, for people who must explain the answer; how long past_due keeps access "
        "is a setting.",
        arguments=_product,
    )
    upcoming_invoice: UpcomingInvoice | None = field(
        Late(upcoming_invoice),
        "What the next invoice would be, asked of Stripe now, never stored. Null when there is nothing to invoice.",
        arguments=_preview,
    )
    observed_at: datetime = column("observed_at", "When this copy was last known to be true.")


def _links_subscriber(customer: Scope, subscriber: Given) -> ColumnElement[bool]:
    return is_customer_of(customer, customer.row.c.id, customer.request.text(subscriber))


@strawberry.input(description="Which customers. Deleted ones only when asked for.")
class CustomerFilter:
    email: str | None = optional("With exactly this e-mail address.")
    subscriber: strawberry.ID | None = optional("Of this subscriber.")
    delinquent: bool | None = optional("Whose latest charge of an invoice failed, or did not.")
    deleted: bool | None = optional("Purged, or not.")
    created: DateTimeRange | None = optional("Created in this range.")


@strawberry.enum(description="What customers are sorted by.")
class CustomerOrderField(StrEnum):
    CREATED = "CREATED"
    EMAIL = "EMAIL"
    NAME = "NAME"


@strawberry.input(description="How customers are sorted; ties by id.")
class CustomerOrder:
    field: CustomerOrderField = given("What they are sorted by.")
    direction: OrderDirection = given("Which way.", default=OrderDirection.DESC)


ALL_CUSTOMERS = Connection(
    everything,
    {
        "email": equals("email"),
        "subscriber": _links_subscriber,
        "delinquent": is_set("delinquent"),
        "deleted": is_set("deleted"),
        "created": during("created"),
    },
    {"CREATED": NEWEST_FIRST, "EMAIL": OrderBy("email", null_as=""), "NAME": OrderBy("name", null_as="")},
)
