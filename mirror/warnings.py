"""What somebody should look at, each in a plain sentence that says what to do next. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from mirror.catchup import PAUSE_SECONDS
from mirror.gateway import API_VERSION

CATCH_UP_LATE_SECONDS = 5 * int(PAUSE_SECONDS)
MISSED_SECONDS = 3600
"""For how long it is told that webhooks do not come."""
MANY_TRIES = 5
"""Tried for more than half an hour."""
OPERATION_LATE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Facts:
    """Moments are whole seconds, UTC; None where nothing of the kind ever was."""

    now: int
    rows: int
    """Of all resources together."""
    never_synced: tuple[str, ...]
    """Names of resources."""
    oldest_sync_at: int | None
    """When the sync that is longest ago was completed, over all resources that were ever synced."""
    caught_up_at: int | None
    gap_at: int | None
    missed_at: int | None
    events_failed: int
    events_stuck: int
    """Pending after MANY_TRIES."""
    operations_stuck: int
    """Begun and not settled for OPERATION_LATE_SECONDS."""
    other_versions: tuple[str, ...]
    """API versions, other than the pinned one, of events that came lately."""
    claimed_by_several: tuple[tuple[str, int], ...]


def warnings(facts: Facts) -> tuple[str, ...]:
    return (
        *_about_completeness(facts),
        *_about_catching_up(facts),
        *_about_events(facts),
        *_about_operations(facts),
        *_about_customers(facts),
    )


def _about_completeness(facts: Facts) -> Iterator[str]:
    if facts.oldest_sync_at is None and facts.rows == 0:
        yield "The mirror is empty: run `stripe-graphql sync`, which copies what Stripe has."
    elif facts.oldest_sync_at is None:
        yield (
            "The mirror was never compared with all that Stripe has, so what is older than this server may be missing: "
            "run `stripe-graphql sync`."
        )
    elif facts.never_synced:
        names = ", ".join(facts.never_synced)
        yield f"Never read whole from Stripe: {names}. Run `stripe-graphql sync` to the end."
    healed = not facts.never_synced and (facts.oldest_sync_at or 0) > (facts.gap_at or 0)
    if facts.gap_at is not None and not healed:
        yield (
            "The server was off for more than 30 days, longer than Stripe lists events, so changes may be missing: "
            "run `stripe-graphql sync`."
        )


def _about_catching_up(facts: Facts) -> Iterator[str]:
    if facts.caught_up_at is None:
        yield (
            "Stripe's list of events was never read, so a webhook that is lost would not be noticed: "
            "keep `stripe-graphql serve` running, where it can reach Stripe."
        )
    elif facts.now - facts.caught_up_at > CATCH_UP_LATE_SECONDS:
        yield (
            f"Stripe's list of events was last read to its end at {_moment(facts.caught_up_at)}: "
            "look whether `stripe-graphql serve` runs, and whether it can reach Stripe."
        )
    if facts.missed_at is not None and facts.now - facts.missed_at < MISSED_SECONDS:
        yield (
            "Events did not come by webhook and were found minutes later in Stripe's list: `stripe-graphql webhooks "
            "list` shows whether an endpoint is there, enabled, and sends all that is needed."
        )


def _about_events(facts: Facts) -> Iterator[str]:
    if facts.other_versions:
        yield (
            f"Events come in other API versions ({', '.join(facts.other_versions)}), and each costs a call to Stripe: "
            "`stripe-graphql webhooks list` shows which endpoint sends them. A version cannot be changed: "
            f"`stripe-graphql webhooks create` makes an endpoint with {API_VERSION}, then delete the old."
        )
    if facts.events_failed:
        yield (
            f"{_count(facts.events_failed, 'event')} could not be applied: `stripe-graphql events list --state failed` "
            "shows why, and `stripe-graphql events replay --failed` tries again."
        )
    if facts.events_stuck:
        yield (
            f"{_count(facts.events_stuck, 'event')} could not be applied for more than half an hour, and "
            f"{'is' if facts.events_stuck == 1 else 'are'} tried again later: "
            "`stripe-graphql events list --state pending` shows why."
        )


def _about_operations(facts: Facts) -> Iterator[str]:
    if facts.operations_stuck:
        yield (
            f"{_count(facts.operations_stuck, 'mutation')} began more than ten minutes ago and "
            f"{'is' if facts.operations_stuck == 1 else 'are'} not settled: `stripe-graphql operations list` "
            "shows which, and `stripe-graphql operations settle` looks what became of them."
        )


def _about_customers(facts: Facts) -> Iterator[str]:
    for subscriber, count in facts.claimed_by_several:
        yield (
            f"Subscriber {subscriber} has {count} live customers at Stripe. "
            "The oldest is used: merge or delete the others."
        )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
