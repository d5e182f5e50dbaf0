"""What a look at one object, at Stripe and here, brought up."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mirror.equality import ABSENT, Difference
from mirror.stored import Key


class Problem(StrEnum):
    MISSING = "missing"
    """At Stripe, and not here."""
    GONE = "gone"
    """Here, and not at Stripe, or not any more."""
    BURIED = "buried"
    """Marked deleted here, and alive at Stripe."""
    DIFFERENT = "different"
    """Fields of the stored JSON differ from Stripe's."""
    COLUMNS = "columns"
    """Typed columns, or the link to a subscriber, differ from the stored JSON."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of one object. `asked` is what Stripe has to be asked for: the object, or what it is a part of."""

    key: Key
    problem: Problem
    asked: Key
    differences: tuple[Difference, ...] = ()
    waiting: bool = False
    """Whether an event about it is stored and not applied yet: no drift, so far."""
    mended: bool = False

    @property
    def silent(self) -> bool:
        """Whether all of it is what Stripe changes without an event."""
        return bool(self.differences) and all(each.silent for each in self.differences)

    @property
    def is_drift(self) -> bool:
        return not (self.waiting or self.silent)

    def traits(self) -> frozenset[tuple[str, ...]]:
        """What has to be there again at a second look."""
        if not self.differences:
            return frozenset({(*self.key, self.problem.value)})
        return frozenset(self.trait(each) for each in self.differences)

    def trait(self, difference: Difference) -> tuple[str, ...]:
        """The same object, the same field, and the same right value."""
        return (*self.key, self.problem.value, difference.path, repr(difference.right))

    def as_json(self) -> Mapping[str, Any]:
        """Plain data; what is not there at all has no value."""
        right, held = ("json", "column") if self.problem is Problem.COLUMNS else ("stripe", "mirror")

        def field(difference: Difference) -> Mapping[str, Any]:
            values = {right: difference.right, held: difference.held}
            shown = {name: value for name, value in values.items() if value is not ABSENT}
            return {"path": difference.path, **shown, "silent": difference.silent}

        return {
            "type": self.key.type,
            "id": self.key.id,
            "problem": self.problem.value,
            "fields": [field(each) for each in self.differences],
            "drift": self.is_drift,
            "waiting": self.waiting,
            "mended": self.mended,
        }
