"""GET /metrics, on a port of its own: what the processes counted, and the mirror's status."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db.outage import DATABASE_AWAY
from mirror.status import Status, status
from server.metrics import Metrics
from server.wiring import Wiring

FRESH_SECONDS = 5.0
"""How old the mirror's figures may be, however often they are asked for."""

log = structlog.stdlib.get_logger(__name__)


class MetricsEndpoint:
    def __init__(self, metrics: Metrics, wiring: Wiring) -> None:
        self._metrics = metrics
        self._wiring = wiring
        self._turn = asyncio.Lock()
        self._status: Status | None = None
        self._good_until = 0.0

    async def answer(self, _request: Request) -> Response:
        async with self._turn:
            if time.monotonic() >= self._good_until:
                self._status = await self._read()
                self._good_until = time.monotonic() + FRESH_SECONDS
        registry = self._metrics.registry()
        registry.register(_Figures(self._status))
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    async def _read(self) -> Status | None:
        try:
            services = self._wiring.current().services
            return await status(services.engine, services.account, services.mirror.census)
        except (HTTPException, SQLAlchemyError, *DATABASE_AWAY) as error:
            log.warning("the mirror's status cannot be read for its metrics", error=type(error).__name__)
            return None

    @asynccontextmanager
    async def running(self, listener: socket.socket) -> AsyncIterator[None]:
        """Answers on the listener, which may be shared with other processes, until the block ends."""
        app = Starlette(routes=[Route("/metrics", self.answer, methods=["GET"])])
        config = uvicorn.Config(
            app, ws="none", lifespan="off", log_config=None, access_log=False, proxy_headers=False, server_header=False
        )
        server = _Beside(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await task


class _Beside(uvicorn.Server):
    """A second server in a process whose signals are the first one's."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class _Figures(Collector):
    """The mirror's status as gauges. What never was has no sample, rather than a moment that reads as 1970."""

    def __init__(self, status: Status | None) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        now = self._status
        readable = 0.0 if now is None else 1.0
        yield _gauge("status_readable", "Whether the database tells the figures of the mirror.", readable)
        if now is None:
            return
        yield _gauge("lag_seconds", "How long ago the oldest event happened that is not applied yet.", now.lag_seconds)
        yield _gauge("events_pending", "Events that are stored and not applied yet.", now.events_pending)
        yield _gauge("events_failed", "Events that could not be applied.", now.events_failed)
        yield _gauge("operations_pending", "Mutations that are not settled yet.", now.operations_pending)
        yield _gauge("warnings", "What somebody should look at: `stripe-graphql status` says it.", len(now.warnings))
        for name, says, moment in (
            ("last_event", "When the latest event that arrived happened.", now.last_event_at),
            ("caught_up", "Up to when Stripe's own list of events was read.", now.caught_up_at),
            ("last_sync", "When the resource whose sync is longest ago was last synced.", now.last_synced_at),
        ):
            yield _gauge(f"{name}_timestamp_seconds", says, moment)
        rows = _by_resource("rows", "Live rows.")
        stalest = _by_resource("oldest_observed_timestamp_seconds", "When the stalest copy was known to be true.")
        synced = _by_resource("synced_timestamp_seconds", "When a sync last went through all of them.")
        for each in now.resources:
            rows.add_metric([each.name], each.rows)
            if each.oldest_observed_at is not None:
                stalest.add_metric([each.name], each.oldest_observed_at)
            if each.sync_completed_at is not None:
                synced.add_metric([each.name], each.sync_completed_at)
        yield from (rows, stalest, synced)


def _gauge(name: str, says: str, value: float | None) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"stripe_graphql_{name}", says, value=value)


def _by_resource(name: str, says: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"stripe_graphql_resource_{name}", says, labels=["resource"])
