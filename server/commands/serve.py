"""stripe-graphql serve"""

import asyncio
import functools
import math
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Annotated, NoReturn

import structlog
import typer
import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from db.engine import database_url
from server.app import build
from server.event_loop import collect_seldom
from server.graphiql import GraphiQL
from server.listening import address, listen
from server.logging import configure_logging
from server.metrics import SHARED_BY
from server.migrations import BEHIND, is_current, migrate_apart
from server.parent import end_with_parent
from server.refusal import Refusal
from server.sandbox import SUBSCRIBER, running_sandbox, wait_for_sandbox, with_sandbox
from server.settings import Settings, is_loopback, read_settings
from server.syncing import was_never_filled
from server.tokens import operator_token, subscriber_token
from server.trusted_documents import read_documents

log = structlog.stdlib.get_logger(__name__)

SANDBOX_TOKEN_SECONDS = 30 * 24 * 3600
KEEP_ALIVE_SECONDS = 75
WORKER_SECONDS = 30
"""How long a worker may take to start, or to give a sign of life, before it is killed: on a busy machine it is slow,
and one that is killed for that would start anew forever."""
STOPPED = 130
"""The exit code of what Ctrl-C has ended before there was a server."""
NEVER_FILLED = "The mirror was never filled from Stripe"


def run(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is all of them.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="How many server processes.", min=1, max=256)] = 1,
    sandbox: Annotated[
        bool,
        typer.Option("--sandbox", help="Start a pretend Stripe and talk to it: demo data, ready tokens."),
    ] = False,
    sandbox_port: Annotated[int, typer.Option(help="Port of the sandbox.", min=1, max=65535)] = 12111,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Bring the database's schema up to date first; SQLite's always is.")
    ] = False,
    sync: Annotated[
        bool,
        typer.Option("--sync", help="Fill a mirror that was never filled, beside the server."),
    ] = False,
) -> None:
    """Serve GraphQL at /graphql and Stripe's webhooks at /webhooks/stripe.

    Needs STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS and JWT_SECRET or JWT_JWKS_URL; with --sandbox it needs nothing, and
    fills the mirror too.
    """
    # uvicorn ends gracefully at a signal, and then raises the same signal again.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    settings = read_settings()
    configure_logging(settings.log_level)
    if settings.trusted_documents is not None:
        read_documents(settings.trusted_documents)  # a mistake ends the command, rather than each of its processes
    with ExitStack() as stack:
        if sandbox:
            settings = with_sandbox(settings, host=host, sandbox_port=sandbox_port)
        else:
            _refuse_what_is_missing(settings)
        listener = stack.enter_context(listen(host, port))
        metrics_listener = _listen_for_metrics(settings, stack, workers)
        if sandbox:
            webhook_url = f"http://{address(listener)}/webhooks/stripe"
            settings = stack.enter_context(
                running_sandbox(port=sandbox_port, webhook_url=webhook_url, settings=settings)
            )
        _prepare_database(settings, migrate)
        fill = _is_to_be_filled(settings, wanted=sync or sandbox)
        page = None
        if sandbox:
            wait_for_sandbox(sandbox_port)
            page = sandbox_page(settings, host)
            _greet(settings, address(listener), sandbox_port)
        _serve(functools.partial(application, settings, page, metrics_listener, fill), settings, listener, workers)


def application(
    settings: Settings, page: GraphiQL | None, metrics_listener: socket.socket | None, fill: bool
) -> Starlette:
    """What each server process runs."""
    end_with_parent()
    configure_logging(settings.log_level)
    served = build(settings, graphiql=page, metrics_listener=metrics_listener, fill=fill)
    collect_seldom()
    return served


def _listen_for_metrics(settings: Settings, stack: ExitStack, workers: int) -> socket.socket | None:
    """All processes answer on the one listener; several count into files of one folder, so that each can tell all."""
    if settings.metrics_port is None:
        return None
    names = ("METRICS_HOST", "METRICS_PORT")
    listener = stack.enter_context(listen(settings.metrics_host, settings.metrics_port, named=names))
    if workers > 1:
        os.environ[SHARED_BY] = stack.enter_context(TemporaryDirectory(prefix="stripe-graphql-metrics-"))
    return listener


def sandbox_page(settings: Settings, host: str) -> GraphiQL | None:
    """GraphiQL with a token of the sandbox in it: for this machine only."""
    if not settings.graphiql or settings.jwt_secret is None or not is_loopback(host):
        return None
    return GraphiQL(functools.partial(subscriber_token, settings, SUBSCRIBER, seconds=SANDBOX_TOKEN_SECONDS))


def _serve(factory: Callable[[], Starlette], settings: Settings, listener: socket.socket, workers: int) -> None:
    config = uvicorn.Config(
        factory,
        factory=True,
        workers=workers,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_worker_healthcheck=WORKER_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.stripe_timeout_seconds) + 5,
    )
    if workers == 1:
        uvicorn.Server(config).run(sockets=[listener])
    else:
        Multiprocess(config, sockets=[listener]).run()


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


def _refuse_what_is_missing(settings: Settings) -> None:
    if settings.stripe_secret_key is None:
        raise Refusal("STRIPE_SECRET_KEY is not set: set it, or start with --sandbox, which needs no Stripe account.")
    if not (settings.jwt_secret or settings.jwt_jwks_url or settings.operator_api_key_hashes):
        raise Refusal("Nobody could sign in: set JWT_SECRET or JWT_JWKS_URL.")


def _prepare_database(settings: Settings, migrate: bool) -> None:
    url = settings.database_url.get_secret_value()
    if asyncio.run(is_current(url)):
        return
    if not migrate and database_url(url).get_backend_name() != "sqlite":
        raise Refusal(BEHIND)
    migrate_apart()


def _is_to_be_filled(settings: Settings, *, wanted: bool) -> bool:
    """Asks who sits at a terminal, and tells others what to do."""
    assert settings.stripe_secret_key is not None
    url, secret_key = settings.database_url.get_secret_value(), settings.stripe_secret_key.get_secret_value()
    if not asyncio.run(was_never_filled(url, secret_key)):
        return False
    if wanted:
        return True
    if sys.stdin.isatty() and sys.stderr.isatty():
        return _is_confirmed(f"{NEVER_FILLED}. Copy what Stripe holds now, beside the server?")
    log.warning(f"{NEVER_FILLED}: run `stripe-graphql sync`, or start with --sync.")
    return False


def _is_confirmed(question: str) -> bool:
    """Whoever ends the question by Ctrl-C, or the input, wants no server either."""
    ending = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return typer.confirm(question, default=True, err=True)
    except typer.Abort:
        typer.echo(err=True)
        raise typer.Exit(STOPPED) from None
    finally:
        signal.signal(signal.SIGINT, ending)


def _greet(settings: Settings, here: str, sandbox_port: int) -> None:
    typer.echo(f"Sandbox:  http://127.0.0.1:{sandbox_port}")
    typer.echo(f"{'GraphiQL' if settings.graphiql else 'GraphQL'}: http://{here}/graphql")
    if settings.jwt_secret is not None:
        seconds = SANDBOX_TOKEN_SECONDS
        typer.echo(f"Token of the subscriber {SUBSCRIBER}: {subscriber_token(settings, SUBSCRIBER, seconds=seconds)}")
        typer.echo(f"Token of an operator: {operator_token(settings, seconds=seconds)}")
    sys.stdout.flush()
