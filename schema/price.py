"""Prices of the catalogue."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import strawberry

from db import tables
from resolvers.reading.metadata import metadata
from resolvers.reading.sources import Amount, Column, Embedded, Expression, Path
from resolvers.reading.tenancy import on_sale_with_its_product
from schema.field import column, field, mirrored, money, path, reference
from schema.lazy import LazyProduct
from schema.money import Money
from schema.node import Node
from schema.scalars import JSON, BigInt, Currency


@strawberry.enum(description="Whether a price is paid once or again and again.")
class PriceType(StrEnum):
    ONE_TIME = "ONE_TIME"
    RECURRING = "RECURRING"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.enum(description="How an amount follows from a quantity.")
class BillingScheme(StrEnum):
    PER_UNIT = "PER_UNIT"
    TIERED = "TIERED"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.enum(description="The unit of a billing period.")
class Interval(StrEnum):
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.type(description="One step of a tiered price.")
class PriceTier:
    up_to: BigInt | None = path("up_to", description="The last quantity of the tier; null for the last tier.")
    unit_amount: Money | None = field(Amount(Path(("unit_amount",)), Column("currency")), "For each unit.")
    flat_amount: Money | None = field(Amount(Path(("flat_amount",)), Column("currency")), "For the tier as a whole.")


@strawberry.type(description="How often a price is billed.")
class Recurring:
    interval: Interval = path("interval", description="The unit of the billing period.")
    interval_count: int = path("interval_count", description="How many of the unit make a period.")
    usage_type: str | None = path("usage_type", description="licensed, or metered by usage.")


@strawberry.type(description="How much a product costs, and how often.")
class Price(Node):
    __mirrored__ = mirrored(tables.Price, on_sale_with_its_product, keeps_deleted=True)

    product: LazyProduct | None = reference("product", "What is sold.")
    nickname: str | None = path("nickname", description="A short description that customers do not see.")
    lookup_key: str | None = column("lookup_key", "A name of your own to find the price by.")
    active: bool = column("active", "Whether it can be bought now.")
    deleted: bool = column("deleted", "Whether it was deleted at Stripe.")
    type: PriceType = column("type", "Whether it is paid once or again and again.")
    billing_scheme: BillingScheme = path("billing_scheme", description="How the amount follows from the quantity.")
    unit_amount: Money | None = money("unit_amount", "Null for tiered and for sub-cent prices.")
    unit_amount_decimal: Decimal | None = path(
        "unit_amount_decimal", description="Exact, in the smallest unit, also below one of it."
    )
    tiers: list[PriceTier] | None = field(Embedded(("tiers",)), "The steps of a tiered price.")
    currency: Currency = column("currency", "The currency of all its amounts.")
    recurring: Recurring | None = field(Embedded(("recurring",)), "How often it is billed; null for one-time prices.")
    metadata: JSON = field(Expression(metadata), "Subscribers see the keys that the settings allow.")
    livemode: bool = column("livemode", "Whether real money moves.")
    created: datetime = column("created", "When it was created.")
