"""Billing periods in UTC: months keep their anchor's day where they have it, and use their last day where not."""

import calendar
from datetime import UTC, datetime, timedelta

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


def at_day_of_month(moment: int, day: int, hour: int | None, minute: int | None, second: int | None) -> int:
    """The next moment with a day of the month and a time, at or after a moment."""
    start = datetime.fromtimestamp(moment, UTC)
    first = start.replace(
        day=1,
        hour=start.hour if hour is None else hour,
        minute=start.minute if minute is None else minute,
        second=start.second if second is None else second,
    )
    for _ in range(2):
        last = calendar.monthrange(first.year, first.month)[1]
        candidate = first.replace(day=min(day, last))
        if candidate.timestamp() >= moment:
            break
        first = (first + timedelta(days=32)).replace(day=1)
    last = calendar.monthrange(first.year, first.month)[1]
    return int(first.replace(day=min(day, last)).timestamp())
