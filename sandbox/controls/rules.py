"""What an account's owner sets in the dashboard."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.controls.desk import Desk, Refused

AFTER_RETRIES = ("cancel", "unpaid", "past_due")


def show(desk: Desk, given: dict[str, Any]) -> Object:
    """GET /sandbox/rules: the retry schedule of unpaid invoices, and what comes after it."""
    rules = desk.state.rules
    return {
        "retry_days": rules.retry_days,
        "after_retries": rules.after_retries,
        "requests_per_second": rules.requests_per_second,
    }


def change(desk: Desk, given: dict[str, Any]) -> Object:
    """POST /sandbox/rules `{"retry_days": [3, 5, 7], "after_retries": "cancel"|"unpaid"|"past_due"}`

    `requests_per_second` is the rate limit, null for none.
    """
    days = given.get("retry_days", desk.state.rules.retry_days)
    after = given.get("after_retries", desk.state.rules.after_retries)
    if not isinstance(days, list) or not all(isinstance(day, int) and day > 0 for day in days):
        raise Refused("retry_days is a list of whole numbers of days.")
    if after not in AFTER_RETRIES:
        raise Refused("after_retries is cancel, unpaid or past_due.")
    rate = given.get("requests_per_second", desk.state.rules.requests_per_second)
    if rate is not None and (not isinstance(rate, int | float) or not 0 < rate <= 100_000):
        raise Refused("requests_per_second is a positive number, or null for no limit.")
    desk.state.rules.requests_per_second = rate
    desk.state.rules.retry_days, desk.state.rules.after_retries = days, after
    return show(desk, {})
