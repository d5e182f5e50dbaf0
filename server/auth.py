"""Who is calling: bearer tokens of subscribers and operators, and the operators' API keys."""

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import jwt

from resolvers.context import Caller, CallerKind
from server.jwks import KeySet, UnknownKey

API_KEY_PREFIX = "sgk_"
REMEMBERED_TOKENS = 4096
REMEMBERED_SECONDS = 300
LONGEST_TOKEN = 16_384
LONGEST_SUBJECT = 500  # what Stripe takes as a metadata value
LONGEST_TEXT = 512  # what Stripe takes as an e-mail address

REASONS: dict[type[Exception], str] = {
    jwt.ExpiredSignatureError: "The token has expired: sign in again.",
    jwt.ImmatureSignatureError: "The token is not valid yet.",
    jwt.InvalidAudienceError: "The token was issued for another audience.",
    jwt.InvalidIssuerError: "The token comes from another issuer than the one expected here.",
    jwt.exceptions.InvalidSubjectError: "The token's claim sub must be a text.",
    jwt.InvalidAlgorithmError: "The token is signed with an algorithm that is not accepted here.",
    jwt.InvalidSignatureError: "The token's signature is not valid.",
}


class Unauthenticated(Exception):
    """Nobody proved to be calling; the message says why, to a stranger. `bad_token` is False when there was none."""

    def __init__(self, reason: str, *, bad_token: bool = True) -> None:
        super().__init__(reason)
        self.bad_token = bad_token


def api_key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class Authenticator:
    """Turns an Authorization header into a caller.

    Tokens are HS256 with the shared secret, or RS256 / ES256 with a key of the JWKS URL, never a choice of both.
    """

    def __init__(
        self,
        *,
        secret: str | None,
        key_set: KeySet | None,
        issuer: str | None,
        audience: str | None,
        operator_scope: str,
        api_key_hashes: Sequence[str],
    ) -> None:
        self._secret = secret
        self._key_set = key_set
        self._issuer = issuer
        self._audience = audience
        self._operator_scope = operator_scope
        self._api_key_hashes = api_key_hashes
        self._remembered: OrderedDict[bytes, tuple[Caller, int]] = OrderedDict()

    async def authenticate(self, authorization: str | None) -> Caller:
        """Raises Unauthenticated, and KeysUnavailable when the issuer cannot be reached."""
        if not authorization:
            raise Unauthenticated("Sign in: send the header Authorization: Bearer <token>.", bad_token=False)
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("The Authorization header must read: Bearer <token>.", bad_token=False)
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("The token is too long.")
        if token.startswith(API_KEY_PREFIX):
            return self._api_key(token)
        return await self._token(token)

    def _api_key(self, key: str) -> Caller:
        given = api_key_hash(key)
        matches = [hmac.compare_digest(given, known) for known in self._api_key_hashes]
        if not any(matches):
            raise Unauthenticated("The API key is not known here.")
        return Caller(CallerKind.OPERATOR, f"key:{given[:8]}")

    async def _token(self, token: str) -> Caller:
        digest = hashlib.sha256(token.encode()).digest()
        caller, until = self._remembered.get(digest, (None, 0))
        now = time.time()
        if caller is not None and now < until:
            self._remembered.move_to_end(digest)
            return caller
        claims = await self._verify(token)
        caller = self._caller(claims)
        self._remembered[digest] = (caller, min(int(claims["exp"]), int(now) + REMEMBERED_SECONDS))
        self._remembered.move_to_end(digest)
        while len(self._remembered) > REMEMBERED_TOKENS:
            self._remembered.popitem(last=False)
        return caller

    async def _verify(self, token: str) -> dict[str, Any]:
        try:
            key, algorithms = await self._key(token)
            return jwt.decode(
                token,
                key,
                algorithms=algorithms,
                audience=self._audience,
                issuer=self._issuer,
                options={
                    "require": ["exp", "sub", *(["aud"] if self._audience else []), *(["iss"] if self._issuer else [])],
                    "verify_aud": self._audience is not None,
                    "verify_iat": False,
                    "enforce_minimum_key_length": True,
                },
            )
        except UnknownKey:
            raise Unauthenticated("The token is signed with a key that its issuer does not publish.") from None
        except jwt.MissingRequiredClaimError as missing:
            raise Unauthenticated(f"The token lacks the claim {missing.claim}.") from None
        except jwt.PyJWTError as error:
            reason = REASONS.get(type(error), "The token is not a valid JSON Web Token.")
            raise Unauthenticated(reason) from None

    async def _key(self, token: str) -> tuple[str | jwt.PyJWK, list[str]]:
        if self._secret is not None:
            return self._secret, ["HS256"]
        if self._key_set is None:
            raise Unauthenticated("Only API keys are accepted here.")
        key_id = jwt.get_unverified_header(token).get("kid")
        if not isinstance(key_id, str):
            raise Unauthenticated("The token does not name its key (kid).")
        return await self._key_set.key(key_id), ["RS256", "ES256"]

    def _caller(self, claims: dict[str, Any]) -> Caller:
        subject = claims["sub"]
        if not subject.strip() or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
            raise Unauthenticated("The token's claim sub is empty, too long or not printable.")
        kind = CallerKind.OPERATOR if self._operator_scope in _scopes(claims) else CallerKind.SUBSCRIBER
        return Caller(kind, subject, _text(claims.get("email")), _text(claims.get("name")))


def _scopes(claims: dict[str, Any]) -> set[str]:
    scopes: set[str] = set()
    for name in ("scope", "scp"):
        value = claims.get(name)
        if isinstance(value, str):
            scopes.update(value.split())
        elif isinstance(value, list):
            scopes.update(item for item in value if isinstance(item, str))
    return scopes


def _text(claim: Any) -> str | None:
    readable = isinstance(claim, str) and claim.strip() and claim.isprintable() and len(claim) <= LONGEST_TEXT
    return claim if readable else None
