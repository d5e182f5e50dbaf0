"""API keys (https://docs.stripe.com/api/authentication): any key of the right form is the one account's."""

import re
from base64 import b64decode
from binascii import Error as NotBase64

from sandbox.api.errors import ApiError

KEY = re.compile(r"^(sk|rk|pk)_(test|live)_\w{1,250}$", re.ASCII)
EXPIRED = re.compile(r"^(sk|rk|pk)_(test|live)_expired")
NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth"
    " (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or"
    " we can help at https://support.stripe.com/."
)
PUBLISHABLE = (
    "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of"
    " your API keys at https://dashboard.stripe.com/account/apikeys."
)


def key_from(authorization: str | None) -> str:
    """The key out of a Bearer or Basic header. Raises ApiError 401."""
    scheme, _, value = (authorization or "").strip().partition(" ")
    key = value.strip()
    if scheme.lower() == "basic":
        try:
            key = b64decode(key, validate=True).decode().partition(":")[0]
        except (NotBase64, UnicodeDecodeError):
            key = ""
    elif scheme.lower() != "bearer":
        key = ""
    if not key:
        raise ApiError(401, NO_KEY, headers={"WWW-Authenticate": 'Bearer realm="Stripe"'})
    if not KEY.match(key):
        raise ApiError(
            401, f"Invalid API Key provided: {masked(key)}", headers={"WWW-Authenticate": 'Bearer realm="Stripe"'}
        )
    if EXPIRED.match(key):
        raise ApiError(
            401,
            f"Expired API Key provided: {masked(key)}",
            code="api_key_expired",
            headers={"WWW-Authenticate": 'Bearer realm="Stripe"'},
        )
    return key


def masked(key: str) -> str:
    """Enough of a key to recognize it by."""
    head = re.match(r"^[a-z]{2}_(live|test)_", key)
    shown = head[0] if head else key[:4] if len(key) > 8 else ""
    tail = key[-4:] if len(key) > 8 else key[-2:]
    return f"{shown}{'*' * max(4, min(20, len(key) - len(shown) - len(tail)))}{tail}"


def is_live(key: str) -> bool:
    """Whether it is a key to live mode."""
    return key[2:].startswith("_live_")


def is_publishable(key: str) -> bool:
    """Whether it is a key that browsers have."""
    return key.startswith("pk_")


def secret_key_required() -> ApiError:
    """A publishable key where a secret one is needed."""
    return ApiError(401, PUBLISHABLE, code="secret_key_required")
