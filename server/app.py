"""The web application: which path leads where."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mirror.measures import UNMEASURED, Measures
from server.auth import Authenticator
from server.envelope import Envelope
from server.errors import http_error
from server.graphiql import GraphiQL
from server.graphql import GraphQL
from server.health import Health
from server.jwks import KeySet
from server.metrics import Metrics
from server.metrics_endpoint import MetricsEndpoint
from server.persisted_queries import PersistedQueries
from server.settings import Settings
from server.trusted_documents import TrustedDocuments, read_documents
from server.webhooks import Webhooks
from server.wiring import Wiring


def build(
    settings: Settings,
    *,
    graphiql: GraphiQL | None = None,
    metrics_listener: socket.socket | None = None,
    fill: bool = False,
) -> Starlette:
    """The application; what it opens is opened when it starts. `graphiql` stands in for the page without a token.

    Nothing is counted unless there is somewhere to tell it. With `fill` the mirror is filled from Stripe's lists
    meanwhile.
    """
    metrics = None if metrics_listener is None else Metrics()
    measures: Measures = metrics or UNMEASURED
    wiring = Wiring(settings, measures, fill=fill)
    page = graphiql or (GraphiQL() if settings.graphiql else None)
    graphql = GraphQL(wiring, authenticator(settings), documents(settings), page, measures)
    webhooks = Webhooks(wiring, measures)
    health = Health(wiring)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(wiring.running())
            if metrics is not None and metrics_listener is not None:
                await stack.enter_async_context(MetricsEndpoint(metrics, wiring).running(metrics_listener))
            yield

    # fmt: off
    routes = [
        Route("/graphql",         graphql,        methods=["GET", "POST"]),
        Route("/webhooks/stripe", webhooks,       methods=["POST"]),
        Route("/health/live",     health.live,    methods=["GET"]),
        Route("/health/ready",    health.ready,   methods=["GET"]),
    ]
    # fmt: on
    middleware = [
        Middleware(Envelope),
        *([_cross_origin(settings)] if settings.cors_origins else []),
        Middleware(Shortcut, {"/graphql": graphql, "/webhooks/stripe": webhooks}),
    ]
    return Starlette(
        routes=routes, middleware=middleware, exception_handlers={HTTPException: http_error}, lifespan=lifespan
    )


def _cross_origin(settings: Settings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Query-Cost", "X-Request-ID"],
        expose_headers=["X-Request-ID", "WWW-Authenticate", "Retry-After"],
    )


class Shortcut:
    """The innermost middleware: what is posted to these paths, nearly every request, does not look for its route."""

    def __init__(self, app: ASGIApp, posted: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self.posted = posted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        short = scope["type"] == "http" and scope["method"] == "POST" and self.posted.get(scope["path"])
        await (short or self.app)(scope, receive, send)


def documents(settings: Settings) -> PersistedQueries | TrustedDocuments:
    """How requests come to their documents. Raises Refusal when the folder of trusted ones is not as it should be."""
    folder = settings.trusted_documents
    return PersistedQueries() if folder is None else TrustedDocuments(read_documents(folder))


def authenticator(settings: Settings) -> Authenticator:
    return Authenticator(
        secret=settings.jwt_secret.get_secret_value() if settings.jwt_secret else None,
        key_set=KeySet(settings.jwt_jwks_url) if settings.jwt_jwks_url else None,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        operator_scope=settings.operator_scope,
        api_key_hashes=settings.operator_api_key_hashes,
    )
