"""What clients see: the contract, written by hand, a noun a file."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.charge import Refund
from schema.coupon import Coupon
from schema.customer import Customer
from schema.invoice_item import InvoiceItem
from schema.mutation import Mutation
from schema.payment_method import PaymentMethod
from schema.price import Price
from schema.product import Product
from schema.query import Query
from schema.scalars import SCALARS
from schema.subscription import Subscription, SubscriptionItem

NODES = (
    Coupon,
    Customer,
    InvoiceItem,
    PaymentMethod,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionItem,
)
"""Types that `node` finds, also where no other field leads to them."""


def build_schema() -> strawberry.Schema:
    return strawberry.Schema(query=Query, mutation=Mutation, types=NODES, config=StrawberryConfig(scalar_map=SCALARS))


def print_contract() -> str:
    """The contract in GraphQL's schema definition language."""
    return build_schema().as_str() + "\n"
