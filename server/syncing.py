"""A sync with all that it needs, for the command and for a server."""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from db import watermarks
from db.accounts import Account, hash_of, recall
from db.engine import reading
from db.tables import Customer
from mirror.apply import Mirror
from mirror.backfill import AlreadyRunning, Backfill, Failed, Pace
from mirror.catchup import CatchUp
from mirror.errors import StripeError
from mirror.events import Inbox
from mirror.gateway import Gateway
from mirror.gateway.lists import TABLE_NAMES, Unlisted, listing_named
from mirror.growth import Growth
from server.migrations import opened
from server.refusal import Refusal
from server.settings import Settings
from webhooks.drain import Drain

log = structlog.stdlib.get_logger(__name__)

CALLS_PER_SECOND = 25.0
"""What Stripe allows in test mode; live mode allows more, which is for the shop."""
CONCURRENCY = 8
WHOLE = "all"
SECONDS = {"h": 3_600, "d": 86_400, "w": 604_800}
NO_MOMENT = "--since is a date (2026-11-01), a time (2026-11-01T12:00:00Z) or how long ago: 12h, 30d or 2w."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sync was asked for. `scope` says so in one way, so that the same is known again."""

    types: tuple[str, ...]
    since: int | None
    scope: str


def wanted(resources: Sequence[str], since: str | None, *, now: int) -> Wanted:
    """Raises Refusal for a resource without a list, and for a moment that cannot be read."""
    try:
        types = sorted({listing_named(name).type for name in resources})
    except Unlisted as error:
        raise Refusal(str(error)) from None
    names = " ".join(TABLE_NAMES[type] for type in types) or WHOLE
    scope = names if since is None else f"{names} since {since}"
    return Wanted(tuple(types), None if since is None else _moment(since, now), scope)


def _moment(text: str, now: int) -> int:
    if ago := re.fullmatch(r"([1-9][0-9]{0,5})([hdw])", text):
        return now - int(ago[1]) * SECONDS[ago[2]]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(NO_MOMENT) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


@asynccontextmanager
async def opened_backfill(
    engine: AsyncEngine, account: Account, settings: Settings, *, rate: float, say: Callable[[str], None]
) -> AsyncIterator[Backfill]:
    """With a way to Stripe of its own, at most `rate` calls a second."""
    assert settings.stripe_secret_key is not None
    pace = Pace(rate)
    gateway = Gateway(
        secret_key=settings.stripe_secret_key.get_secret_value(),
        api_base=settings.stripe_api_base,
        timeout_seconds=settings.stripe_timeout_seconds,
        pace=pace,
    )
    mirror = Mirror(engine, gateway, account, subscriber_key=settings.subscriber_metadata_key)
    inbox = Inbox(engine, mirror)
    catch_up = CatchUp(engine, gateway, mirror, inbox)
    mirror.background.start(Growth(engine, mirror.background).watch())
    try:
        yield Backfill(engine, gateway, mirror, catch_up, Drain(inbox, mirror.background).once, pace=pace, say=say)
    finally:
        await mirror.close()
        await gateway.close()


async def was_never_filled(url: str, secret_key: str) -> bool:
    """Whether no sync of customers was ever brought to its end. Raises Refusal when the database cannot be used."""
    async with opened(url) as engine:
        account = await recall(engine, hash_of(secret_key))
        if account is None:
            return True
        async with reading(engine).connect() as connection:
            return await watermarks.read(connection, account, f"sync:{Customer.__tablename__}") is None


async def fill(engine: AsyncEngine, account: Account, settings: Settings) -> None:
    """A whole sync beside a server. Never raises but when it is cancelled; where it ended, the next one goes on."""
    try:
        async with opened_backfill(engine, account, settings, rate=CALLS_PER_SECOND, say=log.info) as backfill:
            log.info("The mirror is being filled.")
            await backfill.run(scope=WHOLE, concurrency=CONCURRENCY)
            objects = sum(each.objects for each in backfill.progress.lists.values())
            log.info("The mirror is filled.", objects=objects, failed=backfill.progress.failed)
    except AlreadyRunning:
        log.info("The mirror is being filled by another process.")
    except Exception as error:
        reason = str(error) if isinstance(error, Failed | StripeError) else type(error).__name__
        log.warning("The mirror could not be filled: run `stripe-graphql sync`.", reason=reason)
