"""What documents may name: above all what is there."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone

from tests.resolvers.reading.generated.dice import TEXTS, Dice
from tests.resolvers.reading.generated.lists import Position, orders_of, roots, what_it_lists
from tests.resolvers.reading.reference.books import Books, Told
from tests.resolvers.reading.reference.contract import object_type
from tests.resolvers.reading.reference.query import KINDS
from tests.resolvers.reading.stripe_objects import NOW

LOCALES = ["en-US", "de-DE", "de_DE", "fr", "ja-JP", "en-IN", "ar-EG", "hi", "pt-BR", "zh-Hant-TW", "sr-Latn-RS"]
NO_LOCALES = ["", "xx-YY", "en--US", "日本", "nul\0"]
OFFSETS = [UTC, UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=9, minutes=30))]


class Vocabulary:
    def __init__(self, books: Books, links: Mapping[str, str]) -> None:
        """`links` lead from subscribers to their customers."""
        self._ids = {name: [told.id for told in books.of_kind(kind.kind)] for name, kind in KINDS.items()}
        # What many prices are for is asked about most.
        self._ids["Product"] += [told.data["product"] for told in books.of_kind("price")]
        self._everything = [id for ids in self._ids.values() for id in ids]
        self._own: Mapping[str | None, set[str]] = {who: _ids_of(books, customer) for who, customer in links.items()}
        self._subscribers = [*links, "nobody"]
        self._emails = [told.data["email"] for told in books.of_kind("customer") if told.data.get("email")]
        self._keys = [told.data["lookup_key"] for told in books.of_kind("price") if told.data.get("lookup_key")]
        kinds = ("invoice", "charge", "subscription_item", "customer")
        told = [each.data for kind in kinds for each in books.of_kind(kind)]
        names = ("created", "due_date", "current_period_end")
        self._moments = [NOW, *(each[name] for each in told for name in names if each.get(name))]
        self.positions = list(_positions(books))
        self._positions: dict[tuple[str, str], list[Position]] = defaultdict(list)
        for position in self.positions:
            self._positions[position.type_name, position.order].append(position)

    def id(self, dice: Dice, type_name: str, subscriber: str | None) -> str:
        """Mostly of that type, and for a subscriber often of what is their own."""
        ids = self._ids.get(type_name) if dice.happens(92) else None
        if dice.happens(5):
            return dice.text()
        own = self._own.get(subscriber, set()).intersection(ids or self._everything) if dice.happens(60) else None
        return dice.pick(sorted(own or ()) or ids or self._everything)

    def text(self, dice: Dice, name: str) -> str:
        """For the argument of that name."""
        if name == "locale":
            return dice.pick(NO_LOCALES if dice.happens(4) else LOCALES)
        known: Mapping[str, list[str]] = {
            "subscriber": self._subscribers,
            "email": self._emails,
            "lookupKey": self._keys,
            "type": ["card", "card", "sepa_debit"],
        }
        text = dice.pick(known.get(name) or TEXTS) if dice.happens(92) else dice.text()
        return text.replace("\ufffd", "\0") if dice.happens(50) else text

    def moment(self, dice: Dice) -> str:
        """At, just before or just after something that happened, in some offset."""
        seconds = min(dice.pick(self._moments), 4_102_444_799)
        moment = datetime.fromtimestamp(seconds, dice.pick(OFFSETS))
        moment += timedelta(microseconds=dice.pick([0, 0, -1, 1, -500_000, 500_000]))
        return moment.isoformat().replace("+00:00", dice.pick(["Z", "+00:00"]))

    def has_positions(self, type_name: str) -> bool:
        return any(name == type_name for name, _ in self._positions)

    def position(self, dice: Dice, type_name: str, order: str) -> Position:
        return dice.pick(self._positions[type_name, order])


def _ids_of(books: Books, customer: str) -> set[str]:
    kinds = [kind.kind for kind in KINDS.values()]
    told = [each for kind in kinds for each in books.of_kind(kind)]
    return {each.id for each in told if customer in (each.id, each.data.get("customer"))}


def _positions(books: Books) -> Iterator[Position]:
    for field in (*roots().values(), object_type("Invoice").fields["lines"]):
        name = what_it_lists(field)
        listed = [told.id for told in books.of_kind(KINDS[name].kind) if _is_listed(told, books)]
        yield from (Position(name, order, id) for order in orders_of(field) for id in listed)


def _is_listed(told: Told, books: Books) -> bool:
    """Purged customers are, when they are asked for."""
    invoice = books.find("invoice", told.data.get("invoice")) if told.kind == "line_item" else None
    return (not told.deleted or told.kind == "customer") and (invoice is None or not invoice.deleted)
