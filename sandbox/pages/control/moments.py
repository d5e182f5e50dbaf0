"""Moments in words, and moments that people write; all in UTC."""

from datetime import UTC, datetime

from markupsafe import Markup

from sandbox.controls.desk import Refused
from sandbox.timing.periods import DAY, add, day_name

STEPS = {"hour": 3_600, "day": DAY, "week": 7 * DAY}
LAST = int(datetime.max.replace(tzinfo=UTC).timestamp())
LONGEST = ((365 * DAY, "year"), (30 * DAY, "month"), (DAY, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def moment(at: int) -> Markup:
    """`10 Nov 2026, 12:00:05`, for machines too."""
    if not 0 <= at <= LAST:
        return Markup(at)
    date = datetime.fromtimestamp(at, UTC)
    shown = f"{day_name(at)}, {date:%H:%M:%S}"
    return Markup('<time datetime="{}">{}</time>').format(f"{date:%Y-%m-%dT%H:%M:%SZ}", shown)


def length(seconds: int) -> str:
    """`3 days`: in the largest unit of which there are two, so that nothing is far off."""
    for size, name in LONGEST:
        if abs(seconds) >= 2 * size:
            return f"{abs(seconds) // size} {name}s"
    return "a second" if seconds else "no time"


def distance(at: int, now: int) -> str:
    """`in 3 days`, `5 minutes ago`, `now`."""
    if at == now:
        return "now"
    return f"in {length(at - now)}" if at > now else f"{length(now - at)} ago"


def field_value(at: int) -> str:
    """A moment as a field of type datetime-local takes it."""
    return f"{datetime.fromtimestamp(min(at, LAST), UTC):%Y-%m-%dT%H:%M}"


def written(text: str) -> int:
    """What such a field holds. Raises Refused."""
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    except (ValueError, OverflowError):
        raise Refused("Give a date and a time, such as 2027-01-31T12:00.") from None


def target(form: dict[str, str], now: int) -> int:
    """Where a form of the clock leads: `by` a step, or `to` a date. Raises Refused."""
    by = form.get("by")
    if by == "month":
        return add(now, "month", 1)
    if by is None:
        return written(form.get("to", ""))
    if by not in STEPS:
        raise Refused("Time can be advanced by an hour, a day, a week or a month, or to a date.")
    return now + STEPS[by]
