"""Products of the catalogue."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, and_

from db import tables
from resolvers.reading.jsonlists import list_at, members_named
from resolvers.reading.metadata import metadata
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments, Children, Expression
from resolvers.reading.tenancy import on_sale
from schema.field import column, field, mirrored, path, reference
from schema.lazy import LazyPrice
from schema.node import Node
from schema.scalars import JSON


def _active(
    active: Annotated[bool | None, strawberry.argument(description="Only those that are, or are not, active.")] = True,
) -> None: ...


def _prices(product: Scope, price: Scope, arguments: Arguments) -> ColumnElement[bool]:
    """The catalogue shows subscribers what is active, whatever they ask for."""
    active = arguments.get("active") if price.request.is_operator else True
    mine: ColumnElement[bool] = price.row.c.product == product.row.c.id
    return mine if active is None else and_(mine, price.row.c.active.is_(active))


def _images(product: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    return list_at(product, "images")


def _marketing_features(product: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    return members_named(product, "marketing_features", "name")


@strawberry.type(description="What is sold. Its prices say for how much.")
class Product(Node):
    __mirrored__ = mirrored(tables.Product, on_sale, keeps_deleted=True)

    name: str = column("name", "The name that customers see.")
    description: str | None = path("description", description="What customers read about it.")
    active: bool = column("active", "Whether it can be bought now.")
    deleted: bool = column("deleted", "Whether it was deleted at Stripe.")
    images: list[str] = field(Expression(_images), "Addresses of up to eight pictures.")
    marketing_features: list[str] = field(Expression(_marketing_features), "What it offers, in a line each.")
    default_price: LazyPrice | None = reference("default_price", "The price to show where only one is shown.")
    prices: list[LazyPrice] = field(
        Children(_prices), "Its prices, newest first; subscribers see the active ones.", arguments=_active
    )
    metadata: JSON = field(Expression(metadata), "Subscribers see the keys that the settings allow.")
    livemode: bool = column("livemode", "Whether real money moves.")
    created: datetime = column("created", "When it was created.")
