"""POST /webhooks/stripe: verify, store, apply, 2xx."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import stripe
import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from db.accounts import Account
from db.outage import DATABASE_AWAY
from mirror.events import Inbox
from webhooks.gathering import Full, Gathering

log = structlog.get_logger()

MAX_BODY_BYTES = 1024 * 1024
TOLERANCE_SECONDS = 300


class WebhookEndpoint:
    """A 2xx means that the event is stored; what could not be applied is kept and marked as failed."""

    def __init__(self, inbox: Inbox, account: Account, secrets: Sequence[str]) -> None:
        self._gathering = Gathering(inbox)
        self._account = account
        self._secrets = tuple(secrets)

    async def receive(self, request: Request) -> Response:
        try:
            body = await _read(request)
        except ClientDisconnect:
            return _refuse(400, "The body ended before it was whole.")
        if body is None:
            return _refuse(413, "An event may have at most 1 MiB.")
        if not self._is_signed(body, request.headers.get("stripe-signature", "")):
            return _refuse(400, "The signature does not match any of STRIPE_WEBHOOK_SECRETS, or is too old.")
        event = _event(body)
        if event is None:
            return _refuse(400, "The body is not an event.")
        if not self._is_ours(event):
            log.info("An event of another account or mode was left out.", type=event["type"])
            return PlainTextResponse("Not for this account and mode: left out.")
        try:
            await self._gathering.deliver(event, body)
        except Full:
            log.error("More events come than can be stored.")
            return _refuse(503, "Too many events wait to be stored. Send the event again.")
        except (SQLAlchemyError, *DATABASE_AWAY) as error:
            log.error("The database is away, so an event was not stored.", error=type(error).__name__)
            return _refuse(503, "The database is away. Send the event again.")
        return PlainTextResponse("Stored.")

    async def applied(self) -> None:
        """Returns when nothing is left to be applied of what was received, but for what is put off."""
        await self._gathering.applied()

    def _is_signed(self, body: bytes, header: str) -> bool:
        if not header.isascii():
            return False
        for secret in self._secrets:
            try:
                stripe.WebhookSignature.verify_header(body.decode(), header, secret, TOLERANCE_SECONDS)
            except (stripe.SignatureVerificationError, ValueError):
                continue
            return True
        return False

    def _is_ours(self, event: Mapping[str, Any]) -> bool:
        # Thin events name another account as the last step of a path.
        context = event.get("context")
        named = event.get("account") or (context.rpartition("/")[2] if isinstance(context, str) else None)
        owner = (named or self._account.id, event.get("livemode", self._account.livemode))
        return owner == (self._account.id, self._account.livemode)


async def _read(request: Request) -> bytes | None:
    """The whole body, or None once it is larger than it may be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _event(body: bytes) -> dict[str, Any] | None:
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(event, dict) or event.get("object") not in ("event", "v2.core.event"):
        return None
    if not (_is_word(event.get("id")) and _is_word(event.get("type"))):
        return None
    if event["object"] == "event" and not isinstance(event.get("data"), dict):
        return None
    return event


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value != "" and "\x00" not in value


def _refuse(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status_code=status)
