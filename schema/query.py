"""The queries: a table of contents."""

from typing import Annotated

import strawberry
from sqlalchemy import ColumnElement, and_, false, true
from strawberry.types.unset import UNSET

from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments, Connection, Late, NodeById, Root
from resolvers.reading.tenancy import is_customer_of
from schema.charge import ALL_CHARGES, Charge, charge_list
from schema.connection import After, Before, First, Last
from schema.connection import Connection as ConnectionType
from schema.customer import ALL_CUSTOMERS, Customer, CustomerFilter, CustomerOrder
from schema.field import field
from schema.invoice import ALL_INVOICES, Invoice, invoice_list
from schema.late import mirror_status
from schema.mirror_status import MirrorStatus
from schema.node import Node
from schema.price import Price
from schema.product import Product
from schema.subscription import ALL_SUBSCRIPTIONS, Subscription, subscription_list

Id = Annotated[strawberry.ID, strawberry.argument(description="Stripe's own id.")]


def _id(id: Id) -> None: ...


def _ids(
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="Stripe's own ids, at most 100.")],
) -> None: ...


def _subscriber(
    subscriber: Annotated[strawberry.ID, strawberry.argument(description="Your own id of who pays.")],
) -> None: ...


def _lookup_key(
    lookup_key: Annotated[str, strawberry.argument(description="The name that you gave to the price.")],
) -> None: ...


def _customers(
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    filter: CustomerFilter | None = UNSET,
    order_by: CustomerOrder | None = UNSET,
) -> None: ...


def _products(
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    active: Annotated[bool | None, strawberry.argument(description="Only those that are, or are not.")] = True,
) -> None: ...


def _by_id(row: Scope, arguments: Arguments) -> ColumnElement[bool]:
    same: ColumnElement[bool] = row.row.c.id == row.request.text(arguments["id"])
    return same


def _of_caller(customer: Scope, _arguments: Arguments) -> ColumnElement[bool]:
    request = customer.request
    if request.is_operator:
        return false()
    return is_customer_of(customer, customer.row.c.id, request.slots.caller())


def _of_subscriber(customer: Scope, arguments: Arguments) -> ColumnElement[bool]:
    return is_customer_of(customer, customer.row.c.id, customer.request.text(arguments["subscriber"]))


def _by_lookup_key(price: Scope, arguments: Arguments) -> ColumnElement[bool]:
    same: ColumnElement[bool] = price.row.c.lookup_key == price.request.text(arguments["lookupKey"])
    return and_(same, price.row.c.deleted.is_(False))


def _catalogue(_parent: Scope | None, product: Scope, arguments: Arguments) -> ColumnElement[bool]:
    active = arguments.get("active") if product.request.is_operator else True
    return true() if active is None else product.row.c.active.is_(active)


BY_ID = Root(_by_id)


@strawberry.type(description="What can be asked. All of it is answered from the mirror, unless a field says otherwise.")
class Query:
    viewer: Customer | None = field(
        Root(_of_caller), "The customer of the signed-in subscriber, or null until one exists."
    )
    customer: Customer | None = field(
        Root(_by_id, reads_through=True),
        "Null for what does not exist and, alike, for what the caller may not see; so everywhere.",
        arguments=_id,
    )
    customer_by_subscriber: Customer | None = field(
        Root(_of_subscriber), "By your own id of the person or organisation that pays.", arguments=_subscriber
    )
    customers: ConnectionType[Customer] = field(ALL_CUSTOMERS, "All customers.", arguments=_customers, operator=True)
    subscription: Subscription | None = field(BY_ID, "A subscription.", arguments=_id)
    subscriptions: ConnectionType[Subscription] = field(
        ALL_SUBSCRIPTIONS, "All subscriptions, ended ones too.", arguments=subscription_list, operator=True
    )
    invoice: Invoice | None = field(BY_ID, "An invoice.", arguments=_id)
    invoices: ConnectionType[Invoice] = field(ALL_INVOICES, "All invoices.", arguments=invoice_list, operator=True)
    charge: Charge | None = field(BY_ID, "A charge.", arguments=_id)
    charges: ConnectionType[Charge] = field(
        ALL_CHARGES, "All charges, failed ones too.", arguments=charge_list, operator=True
    )
    product: Product | None = field(BY_ID, "A product; subscribers see what is active.", arguments=_id)
    products: ConnectionType[Product] = field(
        Connection(_catalogue), "The catalogue; subscribers see what is active.", arguments=_products
    )
    price: Price | None = field(BY_ID, "A price; subscribers see what is active.", arguments=_id)
    price_by_lookup_key: Price | None = field(
        Root(_by_lookup_key), "The price that has the lookup key now.", arguments=_lookup_key
    )
    node: Node | None = field(NodeById(), "Anything with an id of Stripe's own.", arguments=_id)
    nodes: list[Node | None] = field(NodeById(many=True), "Several by their ids, in the same order.", arguments=_ids)
    mirror: MirrorStatus = field(Late(mirror_status), "How fresh and complete the mirror is.", operator=True)
