"""The public keys of the issuer of tokens."""

import asyncio
import time

import jwt

TIMEOUT_SECONDS = 5
KEPT_SECONDS = 300
PAUSE_SECONDS = 10


class UnknownKey(Exception):
    """The issuer has no such key."""


class KeysUnavailable(Exception):
    """The issuer's keys cannot be fetched now, so that nobody can tell a good token from a bad one."""


class KeySet:
    """Keys by their id, fetched from a JWKS URL when needed and kept for five minutes.

    Strangers choose the key ids in their tokens, so an unknown id fetches anew at most every ten seconds, and a failed
    fetch is not repeated for ten seconds either.
    """

    def __init__(self, url: str, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._client = jwt.PyJWKClient(
            url, lifespan=KEPT_SECONDS, timeout=TIMEOUT_SECONDS, cooldown_duration=pause_seconds
        )
        self._pause_seconds = pause_seconds
        self._one_fetch = asyncio.Lock()
        self._unavailable_until = 0.0

    async def key(self, key_id: str) -> jwt.PyJWK:
        """Raises UnknownKey and KeysUnavailable."""
        async with self._one_fetch:
            if time.monotonic() < self._unavailable_until:
                raise KeysUnavailable
            try:
                return await asyncio.to_thread(self._look_up, key_id)
            except KeysUnavailable:
                self._unavailable_until = time.monotonic() + self._pause_seconds
                raise

    def _look_up(self, key_id: str) -> jwt.PyJWK:
        try:
            self._client.get_signing_keys()
        except (jwt.PyJWTError, ValueError, OSError) as error:
            raise KeysUnavailable from error
        try:
            return self._client.get_signing_key(key_id)
        except (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, ValueError, OSError) as error:
            raise KeysUnavailable from error
        except jwt.PyJWKClientError:
            raise UnknownKey from None
