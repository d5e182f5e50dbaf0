"""What lives as long as the process, and the question that has to be answered first: whose Stripe account is this?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException

from db.accounts import Account, hash_of, recall, remember
from db.engine import create_engine
from db.outage import DATABASE_AWAY
from db.reads import Reads, open_reads
from mirror.apply import Mirror
from mirror.catchup import CatchUp
from mirror.errors import StripeError
from mirror.events import Inbox
from mirror.gateway import Gateway
from mirror.growth import Growth
from mirror.measures import UNMEASURED, Measures
from mirror.missing import Missing
from mirror.overdue import Overdue
from resolvers.context import Services
from resolvers.reading.limits import Limits
from resolvers.recovery import Recovery
from schema.execution import Executor
from server.policy import policy_of
from server.settings import Settings
from server.syncing import fill
from webhooks.drain import Drain
from webhooks.endpoint import WebhookEndpoint

PATIENCE_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 30.0

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wired:
    """Everything that needs the account to be known."""

    services: Services
    executor: Executor
    webhooks: WebhookEndpoint


def limits(settings: Settings) -> Limits:
    """What one operation may ask for."""
    return Limits(**{each.name: getattr(settings, f"max_{each.name}") for each in fields(Limits)})


class Wiring:
    """Opens what a process needs, and closes it in the end: `async with wiring.running()`."""

    def __init__(self, settings: Settings, measures: Measures = UNMEASURED, *, fill: bool = False) -> None:
        self._measures = measures
        if settings.stripe_secret_key is None:
            raise ValueError("A server needs a secret key.")
        self._settings = settings
        self._secret_key = settings.stripe_secret_key.get_secret_value()
        self._engine: AsyncEngine | None = None
        self._reads: Reads | None = None
        self._wired: Wired | None = None
        self._fill = fill
        self._filling: asyncio.Task[None] | None = None

    @property
    def engine(self) -> AsyncEngine:
        if self._engine is None:
            raise RuntimeError("The server has not started.")
        return self._engine

    def current(self) -> Wired:
        """Raises HTTPException 503 while nobody could tell which account the secret key belongs to."""
        if self._wired is None:
            detail = "Stripe has not told yet which account the secret key belongs to: try again in a few seconds."
            raise HTTPException(503, detail, {"retry-after": "5"})
        return self._wired

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        settings = self._settings
        reading = settings.database_pool_size // 2
        self._engine = create_engine(
            settings.database_url.get_secret_value(),
            pool_size=settings.database_pool_size - reading,
            prepares=settings.database_prepared_statements,
        )
        self._reads = open_reads(
            self._engine,
            timeout_seconds=settings.read_timeout_seconds,
            connections=reading,
            prepares=settings.database_prepared_statements,
        )
        gateway = Gateway(
            secret_key=self._secret_key,
            api_base=settings.stripe_api_base,
            timeout_seconds=settings.stripe_timeout_seconds,
            measures=self._measures,
        )
        asking = None
        try:
            account = await self._ask(gateway) or await self._recall()
            if account is None:
                asking = asyncio.create_task(self._ask_until_known(gateway))
            else:
                self._wired = self._wire(gateway, account)
            yield
        finally:
            beside = [task for task in (asking, self._filling) if task is not None]
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            if self._wired is not None:
                await self._wired.services.in_flight.drain()
                await self._wired.services.mirror.close()
            await gateway.close()
            await self._reads.close()
            await self._engine.dispose()

    async def _ask(self, gateway: Gateway) -> Account | None:
        try:
            with gateway.within(PATIENCE_SECONDS):
                answer = await gateway.account()
        except StripeError as error:
            log.warning("Stripe does not say which account the secret key belongs to", reason=str(error))
            return None
        account = Account(answer.data["id"], self._settings.livemode)
        try:
            await remember(self.engine, self._key_hash, account)
        except (SQLAlchemyError, *DATABASE_AWAY) as error:
            log.warning("the account could not be kept for a start without Stripe", error=type(error).__name__)
        return account

    async def _recall(self) -> Account | None:
        try:
            return await recall(self.engine, self._key_hash)
        except (SQLAlchemyError, *DATABASE_AWAY) as error:
            log.warning("the database cannot be reached", error=type(error).__name__)
            return None

    async def _ask_until_known(self, gateway: Gateway) -> None:
        pause = 1.0
        account = None
        while account is None:
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            account = await self._ask(gateway) or await self._recall()
        self._wired = self._wire(gateway, account)

    def _wire(self, gateway: Gateway, account: Account) -> Wired:
        settings = self._settings
        mirror = Mirror(self.engine, gateway, account, subscriber_key=settings.subscriber_metadata_key)
        assert self._reads is not None
        services = Services(self.engine, self._reads, gateway, mirror, account, policy_of(settings))
        overdue = Overdue(self.engine, mirror, leeway_seconds=settings.access_leeway_seconds)
        inbox = Inbox(self.engine, mirror, self._measures)
        catch_up = CatchUp(self.engine, gateway, mirror, inbox)
        recovery = Recovery(services)
        beside = (
            overdue.watch(),
            Drain(inbox, mirror.background).run(),
            catch_up.run(),
            recovery.run(),
            Missing(self.engine, mirror).watch(),
            Growth(self.engine, mirror.background).watch(),
        )
        for work in beside:
            mirror.background.start(work)
        if self._fill:
            self._filling = asyncio.create_task(fill(self.engine, account, settings))
        log.info("serving", account=account.id, livemode=account.livemode)
        return Wired(
            services=services,
            executor=Executor(
                introspection=settings.introspection,
                limits=limits(settings),
                remembered_documents=settings.plan_cache_entries,
                remembered_bytes=settings.plan_cache_mib * 1024 * 1024,
                measures=self._measures,
            ),
            webhooks=WebhookEndpoint(
                inbox,
                account,
                [secret.get_secret_value() for secret in settings.stripe_webhook_secrets],
            ),
        )

    @property
    def _key_hash(self) -> str:
        return hash_of(self._secret_key)
