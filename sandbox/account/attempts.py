"""Requests with an idempotency key, and what they were answered."""

from dataclasses import dataclass


@dataclass
class Attempt:
    """One use of a key; without a status it is still being carried out. `expires` is in seconds since 1970, UTC."""

    fingerprint: str
    request: str
    expires: int
    status: int | None = None
    body: bytes = b""
