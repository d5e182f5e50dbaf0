"""stripe-graphql sync"""

import asyncio
import signal
import sys
import time
from typing import Annotated

import typer

from mirror.backfill import AlreadyRunning, Failed
from mirror.errors import Misconfigured
from server import event_loop
from server.account import opened_account, settings_of
from server.refusal import Refusal
from server.settings import Settings
from server.sync_display import Display, table_of
from server.syncing import CALLS_PER_SECOND, CONCURRENCY, Wanted, opened_backfill, wanted

GOES_ON = "Stopped. The same command goes on from here."
CONNECTIONS = 8


def run(
    resources: Annotated[list[str] | None, typer.Argument(help="Such as customers; all without any.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only what was created since: 2026-11-01, or 30d."),
    ] = None,
    concurrency: Annotated[int, typer.Option(help="How many lists are read at a time.", min=1, max=64)] = CONCURRENCY,
    rate: Annotated[
        float, typer.Option(help="Calls a second at most; mutations of any server go first.", min=0.1, max=10_000)
    ] = CALLS_PER_SECOND,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="From the sandbox of `serve --sandbox`.")] = False,
) -> None:
    """Copy what Stripe holds into the mirror, and find what is gone there.

    Runs beside a server as well. After a kill, or Ctrl-C, the same command goes on where it was. Ends with 1 when it
    could not copy everything.
    """
    asked = wanted(resources or [], since, now=int(time.time()))
    try:
        failed = event_loop.run(_sync(settings_of(sandbox=sandbox), asked, concurrency, rate))
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo(GOES_ON, err=True)
        sys.exit(130)
    except AlreadyRunning as error:
        raise Refusal(str(error)) from None
    except Misconfigured as error:
        raise Refusal(str(error)) from None
    except Failed as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    if failed:
        typer.echo(f"{failed:,} objects could not be copied; the log says why. Run it again later.", err=True)
        sys.exit(1)


async def _sync(settings: Settings, asked: Wanted, concurrency: int, rate: float) -> int:
    """How many objects could not be copied."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with opened_account(settings, pool_size=CONNECTIONS) as owned:
        display = Display()
        async with opened_backfill(owned.engine, owned.account, settings, rate=rate, say=display.say) as backfill:
            begun = time.monotonic()
            async with display.showing(backfill.progress):
                await backfill.run(asked.types, since=asked.since, scope=asked.scope, concurrency=concurrency)
            typer.echo(table_of(backfill.progress, time.monotonic() - begun))
            return backfill.progress.failed
