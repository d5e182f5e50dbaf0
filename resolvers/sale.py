"""What may be subscribed to, and whether it is already."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from db.engine import reading
from db.tables import Price, Product, Subscription, SubscriptionItem
from resolvers.context import Context
from resolvers.outcome import Outcome, Rejected, UserError, UserErrorCode
from resolvers.ownership import not_found, read_through

NOT_VALID = ("canceled", "incomplete", "incomplete_expired")


@dataclass(frozen=True, slots=True)
class SellablePrice:
    id: str
    product: str
    currency: str


async def sellable_price(context: Context, id: str, *path: str) -> SellablePrice:
    """A recurring price. Subscribers choose among what is active; operators have the whole catalogue.

    Raises Rejected, and the gateway's errors.
    """
    row = await _price(context, id)
    if row is None and context.caller.is_operator and await read_through(context, "price", id):
        row = await _price(context, id)
    if row is not None and row.product_active is None and await read_through(context, "product", row.product):
        row = await _price(context, id)
    on_sale = row is not None and bool(row.active and row.product_active)
    if row is None or not (on_sale or context.caller.is_operator):
        raise not_found(*path)
    if row.type != "recurring":
        sentence = "This is a one-time price. A subscription takes recurring ones."
        raise Rejected(UserError(UserErrorCode.INVALID_INPUT, sentence, path))
    return SellablePrice(row.id, row.product, row.currency)


async def refuse_duplicates(context: Context, customer: str, prices: Sequence[SellablePrice]) -> None:
    """Raises Rejected with ALREADY_SUBSCRIBED and the subscription that stands in the way."""
    account = context.services.account
    statement = (
        select(Subscription.id, Price.product)
        .join(
            SubscriptionItem,
            (SubscriptionItem.account == Subscription.account)
            & (SubscriptionItem.livemode == Subscription.livemode)
            & (SubscriptionItem.subscription == Subscription.id)
            & SubscriptionItem.deleted.is_(False),
        )
        .join(
            Price,
            (Price.account == Subscription.account)
            & (Price.livemode == Subscription.livemode)
            & (Price.id == SubscriptionItem.price),
        )
        .where(Subscription.account == account.id, Subscription.livemode == account.livemode)
        .where(Subscription.customer == customer, Subscription.deleted.is_(False))
        .where(Subscription.status.not_in(NOT_VALID))
        .where(Price.product.in_([price.product for price in prices]))
        .order_by(Subscription.created, Subscription.id)
    )
    async with reading(context.services.engine).connect() as connection:
        taken = (await connection.execute(statement)).first()
    if taken is not None:
        index = next(index for index, price in enumerate(prices) if price.product == taken.product)
        sentence = "There is a valid subscription to this product already."
        error = UserError(UserErrorCode.ALREADY_SUBSCRIBED, sentence, ("items", str(index), "price"))
        raise Rejected(error, Outcome(customer=customer, subscription=taken.id))


async def _price(context: Context, id: str) -> Any:
    account = context.services.account
    statement = (
        select(
            Price.id,
            Price.product,
            Price.currency,
            Price.type,
            Price.active,
            (Product.active & Product.deleted.is_(False)).label("product_active"),
        )
        .outerjoin(
            Product,
            (Product.account == Price.account) & (Product.livemode == Price.livemode) & (Product.id == Price.product),
        )
        .where(Price.account == account.id, Price.livemode == account.livemode)
        .where(Price.id == id, Price.deleted.is_(False))
    )
    async with reading(context.services.engine).connect() as connection:
        return (await connection.execute(statement)).one_or_none()
