"""Billing periods in UTC: months keep their anchor's day where they have it, and use their last day where not."""

import calendar
from datetime import UTC, datetime

from sandbox.account.objects import Object

DAY = 86_400
SECONDS = {"day": DAY, "week": 7 * DAY}
MONTHS = {"month": 1, "year": 12}


def add(moment: int, interval: str, count: int) -> int:
    """A moment some days, weeks, months or years later; always reckoned from the anchor, so that no day is lost."""
    if interval in SECONDS:
        return moment + SECONDS[interval] * count
    start = datetime.fromtimestamp(moment, UTC)
    months = start.year * 12 + start.month - 1 + MONTHS[interval] * count
    year, month = divmod(months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def period_at(anchor: int, interval: str, count: int, moment: int) -> tuple[int, int]:
    """The period (start, end) of an anchored cycle that holds a moment; the end is not part of it."""
    steps = guess(anchor, interval, count, moment)
    while add(anchor, interval, steps * count) > moment:
        steps -= 1
    while add(anchor, interval, (steps + 1) * count) <= moment:
        steps += 1
    return add(anchor, interval, steps * count), add(anchor, interval, (steps + 1) * count)


def guess(anchor: int, interval: str, count: int, moment: int) -> int:
    """About how many periods lie between."""
    if interval in SECONDS:
        return (moment - anchor) // (SECONDS[interval] * count)
    return (moment - anchor) // (30 * DAY * MONTHS[interval] * count)


def day_name(moment: int) -> str:
    """`10 Nov 2025`, as in proration descriptions."""
    date = datetime.fromtimestamp(moment, UTC)
    return f"{date.day} {calendar.month_abbr[date.month]} {date.year}"


def next_anchor(moment: int, config: Object) -> int:
    """The next moment with the day of the month, month and time of a configuration, at or after a moment.

    What is left out is taken from the moment; the day is the month's last one where it has not as many.
    """
    start = datetime.fromtimestamp(moment, UTC)
    clock = {name: config[name] for name in ("hour", "minute", "second") if config.get(name) is not None}
    first = start.replace(day=1, **clock)
    for months in range(13):
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        candidate = first.replace(year=year, month=month + 1, day=min(config["day_of_month"], last))
        if config.get("month") in (None, month + 1) and candidate.timestamp() >= moment:
            return int(candidate.timestamp())
    raise AssertionError("every month comes within a year")
