"""Tokens and keys that this server gives out itself, and what the sandbox uses when nothing is configured."""

import secrets
import time
from typing import Any

import jwt

from server.auth import API_KEY_PREFIX
from server.refusal import Refusal
from server.settings import Settings


def make_api_key() -> str:
    return API_KEY_PREFIX + secrets.token_urlsafe(32)


def subscriber_token(
    settings: Settings, subscriber: str, *, seconds: int, email: str | None = None, name: str | None = None
) -> str:
    """A token for one subscriber, as `serve` with the same settings accepts it."""
    return _sign(settings, {"sub": subscriber, "email": email, "name": name}, seconds)


def operator_token(settings: Settings, *, seconds: int, email: str | None = None, name: str | None = None) -> str:
    claims = {"sub": "operator", "scope": settings.operator_scope, "email": email, "name": name}
    return _sign(settings, claims, seconds)


def _sign(settings: Settings, claims: dict[str, Any], seconds: int) -> str:
    if settings.jwt_jwks_url is not None:
        raise Refusal("Tokens come from the issuer behind JWT_JWKS_URL: only JWT_SECRET can sign one here.")
    if settings.jwt_secret is None:
        raise Refusal("JWT_SECRET is not set: set it as the server has it, or pass --sandbox for the sandbox's tokens.")
    now = int(time.time())
    claims |= {"iss": settings.jwt_issuer, "aud": settings.jwt_audience, "iat": now, "exp": now + seconds}
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(given, settings.jwt_secret.get_secret_value(), algorithm="HS256")
