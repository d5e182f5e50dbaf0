"""For commands: whose rows they work on, and the way to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from db.accounts import Account, hash_of, recall, remember
from db.schema_version import schema_is_current
from mirror.errors import StripeError
from mirror.gateway import Gateway
from mirror.gateway.pace import Pace
from server.migrations import BEHIND, opened
from server.refusal import Refusal
from server.sandbox import with_sandbox
from server.settings import Settings, read_settings

NO_KEY = "Set STRIPE_SECRET_KEY, or give --sandbox for the sandbox's."
UNKNOWN = "Stripe does not say which account the secret key belongs to ({reason}) Try again later."


@dataclass(frozen=True, slots=True)
class Owned:
    """One account's rows and its Stripe."""

    engine: AsyncEngine
    gateway: Gateway
    account: Account


def settings_of(*, sandbox: bool, sandbox_port: int = 12111) -> Settings:
    """The settings of a command: those of `serve`, or of `serve --sandbox`."""
    settings = read_settings()
    return with_sandbox(settings, host="127.0.0.1", sandbox_port=sandbox_port) if sandbox else settings


@asynccontextmanager
async def opened_gateway(settings: Settings, *, pace: Pace | None = None) -> AsyncIterator[Gateway]:
    """The way to Stripe alone. Raises Refusal without a key."""
    gateway = Gateway(
        secret_key=_secret_key(settings),
        api_base=settings.stripe_api_base,
        timeout_seconds=settings.stripe_timeout_seconds,
        pace=pace,
    )
    try:
        yield gateway
    finally:
        await gateway.close()


@asynccontextmanager
async def opened_account(settings: Settings, *, pool_size: int = 1, pace: Pace | None = None) -> AsyncIterator[Owned]:
    """Raises Refusal without a key or a current schema, or when nobody knows whose key it is."""
    url = settings.database_url.get_secret_value()
    async with opened_gateway(settings, pace=pace) as gateway, opened(url, pool_size=pool_size) as engine:
        if not await schema_is_current(engine):
            raise Refusal(BEHIND)
        yield Owned(engine, gateway, await _account(engine, gateway, settings))


def _secret_key(settings: Settings) -> str:
    if settings.stripe_secret_key is None:
        raise Refusal(NO_KEY)
    return settings.stripe_secret_key.get_secret_value()


async def _account(engine: AsyncEngine, gateway: Gateway, settings: Settings) -> Account:
    key_hash = hash_of(_secret_key(settings))
    known = await recall(engine, key_hash)
    if known is not None:
        return known
    try:
        answer = await gateway.account()
    except StripeError as error:
        raise Refusal(UNKNOWN.format(reason=error)) from None
    account = Account(answer.data["id"], settings.livemode)
    await remember(engine, key_hash, account)
    return account
