"""When a subscription counts: the hub's words about subscriptions, as conditions of SQL."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from db.tables import Price, Subscription, SubscriptionItem
from resolvers.reading.dialect import among, quoted, whole
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments
from resolvers.reading.values import Given

NOT_VALID = ("canceled", "incomplete", "incomplete_expired")
GIVE_ACCESS = ("active", "trialing")


def still_running(scope: Scope, moment: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a period's end is ahead, or so short ago that its renewal may still be on its way."""
    return moment > scope.request.moment() - whole(scope.request.policy.access_leeway_seconds)


def is_active(subscription: Scope, _arguments: Arguments) -> ColumnElement[bool]:
    row = subscription.row.c
    return and_(row.status == quoted("active"), still_running(subscription, row.current_period_end))


def is_valid(subscription: Scope, _arguments: Arguments) -> ColumnElement[bool]:
    return ~among(subscription.row.c.status, NOT_VALID)


def items_of(subscription: Scope) -> Scope:
    return Scope.over(subscription.request, SubscriptionItem)


def is_of_product(item: Scope, product: ColumnElement[str]) -> ColumnElement[bool]:
    price = Scope.over(item.request, Price)
    same = and_(price.owned(), price.row.c.id == item.row.c.price, price.row.c.product == product)
    return exists().where(same).correlate_except(price.row)


def has_item(subscription: Scope, condition: Any) -> ColumnElement[bool]:
    """`condition` is given the scope of an item."""
    item = items_of(subscription)
    mine = and_(item.owned(), item.row.c.subscription == subscription.row.c.id, item.row.c.deleted.is_(False))
    return exists().where(mine, condition(item)).correlate_except(item.row)


def of_product(subscription: Scope, given: Given) -> ColumnElement[bool]:
    product = subscription.request.text(given)
    return has_item(subscription, lambda item: is_of_product(item, product))


def of_price(subscription: Scope, given: Given) -> ColumnElement[bool]:
    price = subscription.request.text(given)
    return has_item(subscription, lambda item: item.row.c.price == price)


def gives_access(subscription: Scope, product: ColumnElement[str] | None) -> ColumnElement[bool]:
    """Trialing or active, on an item (of that product) whose own period, or whose trial, has not ended."""
    row = subscription.row.c

    def current(item: Scope) -> ColumnElement[bool]:
        running = or_(still_running(item, item.row.c.current_period_end), still_running(item, row.trial_end))
        return running if product is None else and_(running, is_of_product(item, product))

    return and_(among(row.status, GIVE_ACCESS), has_item(subscription, current))


def customer_is_subscribed(customer: Scope, product: ColumnElement[str] | None) -> ColumnElement[bool]:
    subscription = Scope.over(customer.request, Subscription)
    return (
        exists()
        .where(
            subscription.owned(),
            subscription.row.c.customer == customer.row.c.id,
            subscription.row.c.deleted.is_(False),
            gives_access(subscription, product),
        )
        .correlate_except(subscription.row)
    )


def count_of_valid(customer: Scope) -> ColumnElement[int]:
    subscription = Scope.over(customer.request, Subscription)
    row = subscription.row.c
    statement = select(func.count()).select_from(subscription.row).where(subscription.owned())
    mine = statement.where(row.customer == customer.row.c.id, row.deleted.is_(False), is_valid(subscription, {}))
    return mine.correlate_except(subscription.row).scalar_subquery()


def the_only_valid(customer: Scope, subscription: Scope, arguments: Arguments) -> ColumnElement[bool]:
    mine = subscription.row.c.customer == customer.row.c.id
    return and_(mine, is_valid(subscription, arguments), count_of_valid(customer) == whole(1))
