"""What to do with an object that arrives, given what is known of it already. Pure."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Seen:
    """When an object was true: some moment between two whole seconds on Stripe's clock, both included.

    An event's object was true in the second of `event.created`; the answer to a call, at some moment between the
    question and the `Date` of the answer.
    """

    earliest: int
    latest: int
    api_version: str


class Decision(Enum):
    DROP = "drop"
    APPLY = "apply"
    REFETCH = "refetch"


def decide(incoming: Seen, known: Seen | None, *, pinned_version: str) -> Decision:
    """Older than what is known: drop. Newer: apply. Too close to call, or another API version: refetch."""
    if known is not None and incoming.latest < known.earliest:
        return Decision.DROP
    if incoming.api_version != pinned_version:
        return Decision.REFETCH
    if known is None or incoming.earliest > known.latest:
        return Decision.APPLY
    return Decision.REFETCH
