"""What all objects of the contract have in common: most fields are Stripe's own, in the contract's form."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tests.resolvers.reading.reference.books import Books, Told
from tests.resolvers.reading.reference.contract import object_type

_NOTHING = object()


@dataclass(frozen=True)
class Settings:
    """The settings that decide what answers mean."""

    public_metadata_keys: frozenset[str] = frozenset()
    past_due_grace_days: int = 0
    access_leeway_seconds: int = 3600


@dataclass(frozen=True)
class Reading:
    """One request: what is known, who asks (`subscriber` is None for operators), and when."""

    books: Books
    links: Mapping[str, str]
    """From subscribers to the ids of their customers."""
    settings: Settings
    kinds: Mapping[str, type["Thing"]]
    """From the contract's names of types."""
    subscriber: str | None
    now: int

    @property
    def is_operator(self) -> bool:
        return self.subscriber is None

    def is_own(self, customer: str | None) -> bool:
        """Whether it is the customer of the subscriber who asks."""
        return self.subscriber is not None and customer is not None and self.links.get(self.subscriber) == customer

    def find(self, type_name: str, id: str | None) -> "Thing | None":
        """What a reference leads to: what was deleted as well, if its type can say so."""
        kind = self.kinds[type_name]
        told = self.books.find(kind.kind, id)
        return None if told is None or (told.deleted and not kind.has_mark()) else kind(told, self)

    def every(self, type_name: str, *, deleted: bool = False) -> Iterator[Any]:
        """All of a type that live, or that were deleted."""
        kind = self.kinds[type_name]
        return (kind(told, self) for told in self.books.of_kind(kind.kind) if told.deleted is deleted)


class Shown:
    """Something that a type of the contract is answered with."""

    def value(self, name: str, **arguments: Any) -> Any:
        """What the field of that name is made of: what is said here about it, else Stripe's value of that name."""
        own = getattr(self, name, _NOTHING)
        if own is _NOTHING:
            return self.of_stripe(name)
        return own(**arguments) if callable(own) else own

    def of_stripe(self, *path: str) -> Any:
        raise AttributeError(path)


class Part(Shown):
    """An object without an id, inside of one that has one."""

    def __init__(self, data: Mapping[str, Any], whole: "Thing") -> None:
        self.whole = whole
        self._data = data

    def of_stripe(self, *path: str) -> Any:
        return at(self._data, *path)


class Thing(Shown):
    """An object with an id of Stripe's."""

    kind: ClassVar[str]
    """Stripe's name of the type."""

    def __init__(self, told: Told, reading: Reading) -> None:
        self.told = told
        self.reading = reading
        self.whole = self
        self.id = told.id

    @classmethod
    def has_mark(cls) -> bool:
        """Whether the contract lets the type say that it was deleted."""
        return "deleted" in object_type(cls.__name__).fields

    def of_stripe(self, *path: str) -> Any:
        return at(self.told.data, *path)

    def is_visible(self) -> bool:
        """Whether the caller finds it by its id."""
        if self.reading.is_operator:
            return not self.told.deleted or self.has_mark()
        return not self.told.deleted and self.is_shown_to_subscribers()

    def is_shown_to_subscribers(self) -> bool:
        return self.reading.is_own(self.of_stripe("customer"))

    def currency_of_amounts(self) -> str | None:
        currency: str | None = self.of_stripe("currency")
        return currency

    def pointing_here(self, type_name: str, name: str) -> list[Any]:
        """The living objects that refer here by that name, newest first."""
        return newest_first(each for each in self.reading.every(type_name) if each.value(name) == self.id)

    def created(self) -> int:
        return self.of_stripe("created") or 0

    def deleted(self) -> bool:
        return self.told.deleted

    def livemode(self) -> bool:
        """It follows the key of the process, and that of the tests is a test key."""
        return False

    def observed_at(self) -> int:
        return self.told.at

    def metadata(self) -> Mapping[str, str]:
        told: Mapping[str, str] = self.of_stripe("metadata") or {}
        if self.reading.is_operator:
            return told
        return {name: told[name] for name in told if name in self.reading.settings.public_metadata_keys}


def at(data: Any, *path: str) -> Any:
    """The value at a path of keys, None where there is no such path."""
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def newest_first(things: Iterable[Any], by: str = "created") -> list[Any]:
    return sorted(things, key=lambda each: (each.value(by) or 0, each.id), reverse=True)
