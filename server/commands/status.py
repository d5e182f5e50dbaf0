"""stripe-graphql status"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer

from db.accounts import Account
from mirror.census import Census
from mirror.status import Status, status
from server.account import opened_account, settings_of
from server.settings import Settings

MOMENTS = frozenset({"lastEventAt", "caughtUpAt", "lastSyncedAt", "oldestObservedAt", "syncCompletedAt"})


def run(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object, named and shaped as in the GraphQL field mirror.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 when there are warnings; without it the exit code is 0.")
    ] = False,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="The mirror of `serve --sandbox`.")] = False,
) -> None:
    """How fresh and complete the mirror is, and what somebody should look at.

    Reads the database alone: it works while Stripe is away, and while no server runs.
    """
    account, now = asyncio.run(_read(settings_of(sandbox=sandbox)))
    if as_json:
        typer.echo(orjson.dumps(_plain(account, now), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join(_lines(account, now)))
    if check and now.warnings:
        raise typer.Exit(1)


async def _read(settings: Settings) -> tuple[Account, Status]:
    async with opened_account(settings) as owned:
        return owned.account, await status(owned.engine, owned.account, Census(owned.engine, owned.account))


def _plain(account: Account, now: Status) -> dict[str, Any]:
    whole = now.as_json()
    resources = [_dated(each) for each in whole["resources"]]
    return {"account": account.id, "livemode": account.livemode, **_dated(whole), "resources": resources}


def _dated(found: dict[str, Any]) -> dict[str, Any]:
    return {name: _moment(value) if name in MOMENTS and value is not None else value for name, value in found.items()}


def _lines(account: Account, now: Status) -> Iterator[str]:
    yield f"Account       {account.id}, {'live' if account.livemode else 'test'} mode, API version {now.api_version}"
    yield f"Last event    {_told(now.last_event_at)}"
    yield f"Lag           {now.lag_seconds:,} s since the oldest event that is not applied"
    yield f"Events        {now.events_pending:,} pending, {now.events_failed:,} failed"
    yield f"Mutations     {now.operations_pending:,} not settled"
    yield f"Caught up to  {_told(now.caught_up_at)}"
    yield f"Last sync     {_told(now.last_synced_at)}"
    yield ""
    yield f"{'Resource':<20}{'Rows':>12}  {'Stalest copy':<22}Last sync"
    for each in now.resources:
        stalest = "–" if each.oldest_observed_at is None else _moment(each.oldest_observed_at)
        yield f"{each.name:<20}{each.rows:>12,}  {stalest:<22}{_told(each.sync_completed_at)}"
    yield ""
    if now.warnings:
        yield "Look at this:"
        yield from (f"- {sentence}" for sentence in now.warnings)
    else:
        yield "Nothing is amiss."


def _told(seconds: int | None) -> str:
    return "never" if seconds is None else _moment(seconds)


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
