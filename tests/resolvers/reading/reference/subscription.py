from collections.abc import Iterator
from typing import Any

from tests.resolvers.reading.reference.paging import Listing, during, flag, one_of, sorted_by
from tests.resolvers.reading.reference.thing import Thing


class Subscription(Thing):
    kind = "subscription"

    def items(self) -> list["SubscriptionItem"]:
        listed = [self.reading.find("SubscriptionItem", id) for id in self.of_stripe("items") or ()]
        return [item for item in listed if isinstance(item, SubscriptionItem)]

    def _first_to_end(self) -> "SubscriptionItem | None":
        dated = [item for item in self.items() if item.current_period_end is not None]
        return min(dated, key=lambda item: (item.current_period_end, item.id), default=None)

    def current_period_start(self) -> int | None:
        item = self._first_to_end()
        return item.of_stripe("current_period_start") if item else None

    def current_period_end(self) -> int | None:
        item = self._first_to_end()
        return item.current_period_end if item else None

    def discounts(self) -> list[Thing]:
        return discounts_of(self)

    def collection_paused(self) -> bool:
        return self.of_stripe("pause_collection") is not None

    def is_valid(self) -> bool:
        return self.of_stripe("status") not in ("canceled", "incomplete", "incomplete_expired")

    def is_active(self) -> bool:
        return self.of_stripe("status") == "active" and self.is_ahead(self.current_period_end())

    def is_ahead(self, moment: int | None) -> bool:
        """Whether the moment is not over, or so shortly that news of a renewal may be on its way."""
        leeway = self.reading.settings.access_leeway_seconds
        return moment is not None and moment + leeway > self.reading.now

    def gives_access(self, product: str | None = None) -> bool:
        """To a product, or to anything at all."""
        items = self.items() if product is None else list(self.items_of(product))
        return self.of_stripe("status") in ("active", "trialing") and any(item.is_running() for item in items)

    def items_of(self, product: str) -> Iterator["SubscriptionItem"]:
        return (item for item in self.items() if item.product() == product)


class SubscriptionItem(Thing):
    kind = "subscription_item"

    @property
    def current_period_end(self) -> int | None:
        ends: int | None = self.of_stripe("current_period_end")
        return ends

    def subscription(self) -> Subscription | None:
        found = self.reading.find("Subscription", self.of_stripe("subscription"))
        return found if isinstance(found, Subscription) else None

    def product(self) -> Any:
        price = self.reading.find("Price", self.of_stripe("price"))
        return price and price.of_stripe("product")

    def is_running(self) -> bool:
        """Whether its own period or the trial goes on."""
        subscription = self.subscription()
        return subscription is not None and any(
            subscription.is_ahead(moment) for moment in (self.current_period_end, subscription.of_stripe("trial_end"))
        )

    def is_shown_to_subscribers(self) -> bool:
        subscription = self.subscription()
        return subscription is not None and subscription.is_shown_to_subscribers()


def discounts_of(thing: Thing) -> list[Thing]:
    """Those that are here of the ones that it lists, in its order."""
    found = [thing.reading.find("Discount", id) for id in thing.of_stripe("discounts") or ()]
    return [discount for discount in found if discount is not None]


def _has_item(subscription: Subscription, price: str) -> bool:
    return any(item.of_stripe("price") == price for item in subscription.items())


SUBSCRIPTIONS = Listing(
    "Subscription",
    filters={
        "status": one_of("status"),
        "product": lambda subscription, product: any(subscription.items_of(product)),
        "price": _has_item,
        "collectionMethod": one_of("collection_method"),
        "cancelAtPeriodEnd": flag("cancel_at_period_end"),
        "currentPeriodEnd": during("current_period_end"),
        "created": during("created"),
    },
    orders={
        "CREATED": lambda subscription: subscription.created(),
        "CURRENT_PERIOD_END": sorted_by("current_period_end", nothing=0),
    },
)
