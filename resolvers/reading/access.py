"""Whether a customer may use a product, and why: the best of its subscriptions' items of that product tells."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, null, or_

from db.tables import Invoice, Subscription
from resolvers.reading.dialect import among, quoted, whole
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments
from resolvers.reading.subscriptions import is_of_product, still_running

SECONDS_PER_DAY = 86_400
GRANTED = ("active", "trialing", "grace_period")
BEST_FIRST = ("active", "trialing", "grace_period", "past_due", "paused", "unpaid", "incomplete", "ended")
NEVER_SUBSCRIBED = {"granted": False, "reason": "NEVER_SUBSCRIBED"}


def of_customer(customer: Scope, item: Scope, arguments: Arguments) -> ColumnElement[bool]:
    subscription = Scope.over(item.request, Subscription)
    mine = and_(
        subscription.owned(),
        subscription.row.c.id == item.row.c.subscription,
        subscription.row.c.customer == customer.row.c.id,
        subscription.row.c.deleted.is_(False),
    )
    return and_(
        exists().where(mine).correlate_except(subscription.row),
        is_of_product(item, item.request.text(arguments["product"])),
    )


def best_first(item: Scope, _arguments: Arguments) -> list[ColumnElement[Any]]:
    ranks: dict[Any, Any] = {quoted(name): whole(rank) for rank, name in enumerate(BEST_FIRST)}
    return [
        case(ranks, value=reason(item, {}), else_=whole(len(BEST_FIRST))),
        func.coalesce(item.row.c.current_period_end, whole(0)).desc(),
        item.tie_breaker(),
    ]


def _of_subscription(item: Scope, column: str) -> ColumnElement[Any]:
    subscription = Scope.over(item.request, Subscription)
    statement, rows = subscription.select(subscription.row.c[column])
    return statement.where(subscription.row.c.id == item.row.c.subscription).correlate_except(*rows).scalar_subquery()


def _grace_ends(item: Scope) -> ColumnElement[Any]:
    """Counted from the due date, else the finalization, of the oldest open invoice; null without one."""
    days = item.request.policy.past_due_grace_days
    invoice = Scope.over(item.request, Invoice)
    row = invoice.row.c
    statement, rows = invoice.select(func.coalesce(row.due_date, row.finalized_at, row.created))
    open_ones = statement.where(
        row.subscription == item.row.c.subscription, row.status == quoted("open"), row.deleted.is_(False)
    )
    oldest = open_ones.order_by(row.created, invoice.tie_breaker()).limit(whole(1)).correlate_except(*rows)
    return oldest.scalar_subquery() + whole(days * SECONDS_PER_DAY)


def _grace(item: Scope, status: ColumnElement[Any]) -> list[tuple[ColumnElement[bool], ColumnElement[Any]]]:
    if item.request.policy.past_due_grace_days == 0:
        return []
    return [(and_(status == quoted("past_due"), _grace_ends(item) > item.request.moment()), quoted("grace_period"))]


def reason(item: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    """In the spelling of Stripe's enums: lower case."""
    status = _of_subscription(item, "status")
    running = or_(
        still_running(item, item.row.c.current_period_end),
        still_running(item, _of_subscription(item, "trial_end")),
    )
    return case(
        (and_(among(status, ("active", "trialing")), running), status),
        *_grace(item, status),
        (among(status, ("past_due", "paused", "unpaid", "incomplete")), status),
        else_=quoted("ended"),
    )


def granted(item: Scope, arguments: Arguments) -> ColumnElement[Any]:
    return among(reason(item, arguments), GRANTED)


def until(item: Scope, arguments: Arguments) -> ColumnElement[Any]:
    """When granted access ends unless something is paid: seconds, UTC; null where it is not granted."""
    why = reason(item, arguments)
    return case(
        (why == quoted("active"), item.row.c.current_period_end),
        (why == quoted("trialing"), func.coalesce(_of_subscription(item, "trial_end"), item.row.c.current_period_end)),
        (why == quoted("grace_period"), _grace_ends(item)),
        else_=null(),
    )
