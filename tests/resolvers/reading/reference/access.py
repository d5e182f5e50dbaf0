"""Whether a customer may use a product, and why."""

from typing import Any

from tests.resolvers.reading.reference.subscription import Subscription, SubscriptionItem
from tests.resolvers.reading.reference.thing import Shown, newest_first

SECONDS_A_DAY = 24 * 60 * 60
BEST_FIRST = ["active", "trialing", "grace_period", "past_due", "paused", "unpaid", "incomplete", "ended"]


class Access(Shown):
    def __init__(self, reason: str, until: int | None = None, subscription: Subscription | None = None) -> None:
        self.reason = reason
        self.granted = reason in ("active", "trialing", "grace_period")
        self.until = until if self.granted else None
        self.subscription = subscription


def access(subscriptions: list[Subscription], product: str) -> Access:
    """As the best item of that product tells it; of equally good ones the one that lasts longest."""
    items = [item for subscription in subscriptions for item in subscription.items_of(product)]
    if not items:
        return Access("never_subscribed")
    best = min(items, key=lambda item: (BEST_FIRST.index(_reason(item)), -(item.current_period_end or 0), item.id))
    return Access(_reason(best), _until(best), best.subscription())


def _status(item: SubscriptionItem) -> Any:
    subscription = item.subscription()
    return subscription and subscription.of_stripe("status")


def _reason(item: SubscriptionItem) -> str:
    match _status(item):
        case "active" | "trialing" as status:
            return status if item.is_running() else "ended"
        case "past_due":
            grace = _end_of_grace(item)
            return "grace_period" if grace is not None and grace > item.reading.now else "past_due"
        case "paused" | "unpaid" | "incomplete" as status:
            return str(status)
    return "ended"


def _until(item: SubscriptionItem) -> int | None:
    subscription = item.subscription()
    trial_end: int | None = subscription.of_stripe("trial_end") if subscription else None
    match _reason(item):
        case "trialing" if trial_end is not None:
            return trial_end
        case "grace_period":
            return _end_of_grace(item)
    return item.current_period_end


def _end_of_grace(item: SubscriptionItem) -> int | None:
    """Counted from when the oldest open invoice was due, else from when it was finalized; None where there is none."""
    days = item.reading.settings.past_due_grace_days
    mine = [each for each in item.reading.every("Invoice") if each.subscription() == item.of_stripe("subscription")]
    unpaid = newest_first(each for each in mine if each.of_stripe("status") == "open")
    if not days or not unpaid:
        return None
    oldest = unpaid[-1]
    since: int = oldest.of_stripe("due_date") or oldest.finalized_at() or oldest.created()
    return since + days * SECONDS_A_DAY
