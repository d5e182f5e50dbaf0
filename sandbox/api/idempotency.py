"""Idempotent requests (https://docs.stripe.com/api/idempotent_requests)."""

import hashlib

from sandbox.account.attempts import Attempt
from sandbox.account.state import State
from sandbox.api.errors import ApiError

KEPT_FOR = 24 * 3_600


class Keys:
    """The answers of the last 24 hours by idempotency key."""

    def __init__(self, state: State) -> None:
        self._attempts = state.attempts
        self._state = state

    def begin(self, key: str, fingerprint: str, request: str, now: int) -> Attempt | None:
        """Takes a key for a request, or returns the finished attempt to replay.

        Raises ApiError 400 for a key that was used with other parameters, 409 while it is being used.
        """
        if len(key) > 255:
            raise ApiError(400, "Idempotency keys can be at most 255 characters long.", type="idempotency_error")
        attempt = self._attempts.get(key)
        if attempt is None or attempt.expires <= now:
            self._attempts[key] = Attempt(fingerprint, request, now + KEPT_FOR)
            return None
        if attempt.fingerprint != fingerprint:
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        if attempt.status is None:
            raise ApiError(
                409,
                "There is currently another in-progress request using this Idempotent Key (that probably means you"
                f" submitted twice, and the other request is still going through): {key}. Please try again later.",
                type="idempotency_error",
                code="idempotency_key_in_use",
                headers={"Stripe-Should-Retry": "true"},
            )
        return attempt

    def finish(self, key: str, status: int, body: bytes) -> None:
        """Keeps the answer for replays; in the file with the commit that follows."""
        attempt = self._attempts[key]
        attempt.status, attempt.body = status, body
        self._state.journal.answered[key] = attempt

    def release(self, key: str) -> None:
        """Forgets a key whose request was refused before it began."""
        self._attempts.pop(key, None)


def fingerprint_of(method: str, path: str, form: str) -> str:
    """What a second use of a key must have in common with the first."""
    return hashlib.sha256(f"{method} {path}\n{form}".encode()).hexdigest()
