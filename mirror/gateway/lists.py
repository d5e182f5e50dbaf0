"""Lists of everything of a type. https://docs.stripe.com/api/pagination"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from db.tables import RESOURCES
from mirror.gateway.call import Call
from mirror.gateway.retrieve import RETRIEVE

COMES_WITH: Mapping[str, tuple[str, ...]] = {
    "subscription_item": ("subscription",),
    "line_item": ("invoice",),
    "discount": ("customer", "subscription", "invoice"),
}
"""Types that have no list of their own: they come inside of these."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How all objects of a type are listed, newest first, so that each is as whole as if it were retrieved.

    `expand` is written from the list's object on. `by_created` tells whether the list can be narrowed by time of
    creation, `by_test_clock` whether objects on a test clock are only listed when their clock is named.
    """

    type: str
    path: str
    expand: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    by_created: bool = True
    by_test_clock: bool = False


PECULIAR: Mapping[str, dict[str, Any]] = {
    "customer": {"by_test_clock": True},
    "payment_method": {"by_created": False},
    # Charges have a list of their own; payment methods that nobody keeps have none.
    "payment_intent": {"expand": ("data.payment_method",)},
    # Without "all", those that have ended are left out. Payment methods that a customer keeps have their own list.
    "subscription": {
        "params": {"status": "all"},
        "expand": ("data.discounts.source.coupon",),
        "by_test_clock": True,
    },
}


def _listing(type: str) -> Listing:
    collection, expand = RETRIEVE[type]
    usual: dict[str, Any] = {"path": f"/v1/{collection}", "expand": tuple(f"data.{each}" for each in expand)}
    return Listing(type, **usual | PECULIAR.get(type, {}))


LISTED: Mapping[str, Listing] = {
    table.object_name: _listing(table.object_name)
    for table in RESOURCES
    if table.object_name in RETRIEVE and table.object_name not in COMES_WITH
}
"""By the object's `object`: every mirrored type that Stripe lists by itself."""
TABLE_NAMES: Mapping[str, str] = {table.object_name: table.__tablename__ for table in RESOURCES}


class Unlisted(ValueError):
    """A sentence for whoever named a resource that cannot be listed."""


def listing_named(name: str) -> Listing:
    """The listing of a resource by the name that people give it: the table's, or Stripe's. Raises Unlisted."""
    for type, listing in LISTED.items():
        if name in (TABLE_NAMES[type], type, listing.path.removeprefix("/v1/")):
            return listing
    names = sorted(TABLE_NAMES[type] for type in LISTED)
    for type, owners in COMES_WITH.items():
        if name in (type, TABLE_NAMES[type]):
            within = " and ".join(TABLE_NAMES[owner] for owner in owners)
            raise Unlisted(f"{TABLE_NAMES[type]} come with {within}: name those.")
    raise Unlisted(f"There is no resource {name}. There are {', '.join(names)}.")


def page_of(
    listing: Listing,
    *,
    earliest: int | None = None,
    latest: int | None = None,
    after: str | None = None,
    test_clock: str | None = None,
    limit: int = 100,
) -> Call:
    """A page of those created between two moments (whole seconds, UTC, both included), after the object `after`."""
    params: dict[str, Any] = {**listing.params, "limit": limit}
    if listing.expand:
        params["expand"] = list(listing.expand)
    created = {name: moment for name, moment in (("gte", earliest), ("lte", latest)) if moment is not None}
    if listing.by_created and created:
        params["created"] = created
    if after is not None:
        params["starting_after"] = after
    if test_clock is not None:
        params["test_clock"] = test_clock
    return Call("get", listing.path, params)


def test_clocks() -> Call:
    """Test mode only. https://docs.stripe.com/api/test_clocks"""
    return Call("get", "/v1/test_helpers/test_clocks", {"limit": 100})
