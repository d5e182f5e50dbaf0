"""Everything that a mirror knows, out of a seed: a catalogue, some people, and what changed and was deleted later."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tests.resolvers.reading.generated.catalogue import CHOSEN_IDS, a_coupon, a_price, a_product
from tests.resolvers.reading.generated.dice import Dice
from tests.resolvers.reading.generated.people import Person
from tests.resolvers.reading.reference.thing import Settings
from tests.resolvers.reading.stripe_objects import DAY, HOUR, NOW

Object = dict[str, Any]
SUBSCRIBERS = ["ada", "eve", 'O\'Brien\u2028 "42"']
PUBLIC_KEYS = ["shown", 'odd "key\\', "", "ключ"]


@dataclass(frozen=True)
class Facts:
    put: Sequence[tuple[int, Sequence[Object]]]
    """Objects, with the moments at which they were true, in the order in which they arrive."""
    settings: Settings
    now: int

    def links(self) -> dict[str, str]:
        """From subscribers to customers: of the living ones that carry a subscriber's id, the oldest is theirs."""
        customers = {each["id"]: each for _, objects in self.put for each in objects if each["object"] == "customer"}
        living = [each for each in customers.values() if not each.get("deleted")]
        links: dict[str, str] = {}
        for customer in sorted(living, key=lambda each: (each["created"], each["id"])):
            if subscriber := customer["metadata"].get("subscriber_id"):
                links.setdefault(subscriber, customer["id"])
        return links

    def subscribers(self) -> list[str]:
        """Those who have a customer, and somebody who has none."""
        return [*self.links(), "nobody"]


def random_facts(seed: str) -> Facts:
    dice = Dice(seed)
    settings = _settings(dice)
    catalogue = _catalogue(dice)
    # Some carry the id of a subscriber who has a customer already.
    claims = [*SUBSCRIBERS, None, *SUBSCRIBERS[:2]]
    ids = ["cus_x", *(dice.id("cus") for _ in claims[1:])]
    edges = _edges(settings)
    people = [Person(dice, catalogue, edges, id, claim) for id, claim in zip(dice.shuffled(ids), claims, strict=True)]
    made = list(chain(*catalogue.values(), *(person.made for person in people)))
    later = [*_changed(dice, made), *_deleted(dice, made)]
    return Facts([(NOW - HOUR, made), (NOW - 1, later)], settings, NOW)


def _settings(dice: Dice) -> Settings:
    return Settings(
        public_metadata_keys=frozenset(dice.several(PUBLIC_KEYS, 4)),
        past_due_grace_days=dice.pick([0, 1, 2, 3]),
        access_leeway_seconds=dice.pick([0, 600, 3600]),
    )


def _edges(settings: Settings) -> list[int]:
    """Where leeway and grace end for those who ask now, and the seconds before and after."""
    grace = settings.past_due_grace_days * DAY
    return [NOW - seconds + by for seconds in (settings.access_leeway_seconds, grace) for by in (-1, 0, 1)]


def _catalogue(dice: Dice) -> dict[str, list[Object]]:
    """Some ids are Stripe's, some are people's own. They share none, for it is not told which of them a node is."""
    free = iter(dice.shuffled(CHOSEN_IDS))
    products = [a_product(dice, id) for id in ("prod_1", "prod_2", next(free))]
    in_price = [product if dice.happens(30) else product["id"] for product in products]
    ids = ["price_1", "price_2", "price_3", "price_4", next(free)]
    prices = [a_price(dice, id, dice.pick([in_price[0], in_price[0], *in_price, "prod_gone"])) for id in ids]
    coupons = [a_coupon(dice, id) for id in ("SALE", "HALF", next(free))]
    return {"product": products, "price": prices, "coupon": coupons}


def _changed(dice: Dice, made: list[Object]) -> list[Object]:
    """Newer copies of some objects: with fewer parts in another order, and without what must be expanded."""
    newer = []
    for each in made:
        if each["object"] in ("subscription", "invoice") and dice.happens(20):
            parts = "items" if each["object"] == "subscription" else "lines"
            newer.append({**each, parts: {**each[parts], "data": dice.several(each[parts]["data"], 9)}})
        if each["object"] == "price" and dice.happens(30):
            newer.append({name: value for name, value in each.items() if name != "tiers"})
    return newer


def _deleted(dice: Dice, made: list[Object]) -> list[Object]:
    """Stubs of what was deleted, also of what was never seen before."""
    odds = {"customer": 15, "product": 20, "price": 15, "coupon": 20, "invoiceitem": 20, "invoice": 12}
    gone = [(each["object"], each["id"]) for each in made if dice.happens(odds.get(each["object"], 0))]
    unseen = [("customer", "cus_unseen"), ("product", "prod_unseen"), ("coupon", "UNSEEN")]
    gone += [each for each in unseen if dice.happens(40)]
    return [{"id": id, "object": kind, "deleted": True} for kind, id in gone]
