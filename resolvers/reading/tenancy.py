"""Which rows a subscriber sees at the roots. Conditions of SQL, bound into every statement."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, exists, false

from db.subscribers import Subscriber
from db.tables import Mirrored, Product
from resolvers.reading.scope import Scope

Visible = Callable[[Scope], ColumnElement[bool]]


def is_customer_of(scope: Scope, customer: ColumnElement[str], subscriber: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the customer is the one that the subscriber is linked to."""
    links = Subscriber.__table__.alias()
    link = and_(scope.request.owns(links), links.c.subscriber == subscriber, links.c.customer == customer)
    return exists().where(link).correlate_except(links)


def own(column: str) -> Visible:
    """Rows whose column holds the id of the caller's own customer."""
    return lambda scope: is_customer_of(scope, scope.row.c[column], scope.request.slots.caller())


def own_through(column: str, table: type[Mirrored]) -> Visible:
    """Rows that belong to a row of the table that belongs to the caller's own customer."""

    def visible(scope: Scope) -> ColumnElement[bool]:
        parent = Scope.over(scope.request, table)
        mine = is_customer_of(scope, parent.row.c.customer, scope.request.slots.caller())
        return exists().where(parent.owned(), parent.row.c.id == scope.row.c[column], mine).correlate_except(parent.row)

    return visible


def on_sale(scope: Scope) -> ColumnElement[bool]:
    """What the catalogue shows."""
    return and_(scope.row.c.active, scope.row.c.deleted.is_(False))


def on_sale_with_its_product(price: Scope) -> ColumnElement[bool]:
    """A price that can be bought: it and its product are active."""
    product = Scope.over(price.request, Product)
    sold = and_(product.owned(), product.row.c.id == price.row.c.product, on_sale(product))
    return and_(on_sale(price), exists().where(sold).correlate_except(product.row))


def hidden(_scope: Scope) -> ColumnElement[bool]:
    return false()
