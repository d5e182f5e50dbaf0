"""The rate limiter (https://docs.stripe.com/rate-limits): off unless asked for, in real time."""

import time

from sandbox.account.state import State
from sandbox.api.errors import ApiError

TOO_MANY = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."


class Bucket:
    """Holds as many requests as a second allows, and fills up again steadily."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._left = 0.0
        self._rate = 0.0
        self._seen = 0.0

    def take(self) -> None:
        """Lets one request through. Raises ApiError 429."""
        rate, now = self._state.rules.requests_per_second, time.monotonic()
        if not rate:
            return
        if rate != self._rate:
            self._rate, self._left, self._seen = rate, float(max(rate, 1)), now
        self._left = min(float(max(rate, 1)), self._left + (now - self._seen) * rate)
        self._seen = now
        if self._left < 1:
            raise too_many("global-rate")
        self._left -= 1


def too_many(reason: str) -> ApiError:
    """More requests than are allowed."""
    return ApiError(
        429,
        TOO_MANY,
        code="rate_limit",
        headers={"Retry-After": "1", "Stripe-Rate-Limited-Reason": reason, "Stripe-Should-Retry": "true"},
    )
