"""stripe-graphql events"""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from db import inbox
from db.inbox import EventState
from server.account import opened_account, settings_of
from server.refusal import Refusal
from server.settings import Settings

SANDBOX = typer.Option("--sandbox", help="Those of `serve --sandbox`.")

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def events() -> None:
    """See the events that Stripe sent, and apply those anew that could not be applied."""


@app.command("list")
def show(
    state: Annotated[
        EventState | None, typer.Option(help="Only those in this state; without it all that are not applied.")
    ] = None,
    limit: Annotated[int, typer.Option(help="The newest so many.", min=1, max=10_000)] = 50,
    sandbox: Annotated[bool, SANDBOX] = False,
) -> None:
    """List stored events, newest first: when, id, type, state, tries, and why the last try failed."""
    states = [EventState.PENDING, EventState.FAILED] if state is None else [state]
    found = asyncio.run(_listed(settings_of(sandbox=sandbox), states, limit))
    for row in found:
        when = datetime.fromtimestamp(row.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        tries = "1 try" if row.attempts == 1 else f"{row.attempts} tries"
        typer.echo(f"{when}  {row.id}  {row.type}  {row.state}  {tries}{f'  {row.error}' if row.error else ''}")
    if not found:
        typer.echo("There are none.", err=True)


@app.command()
def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of events, whatever their state.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that have failed.")] = False,
    sandbox: Annotated[bool, SANDBOX] = False,
) -> None:
    """Make events pending again: those with the given ids, or all that have failed. A running server applies them."""
    if bool(ids) is failed:
        raise Refusal("Give the ids of events, or --failed for all that have failed.")
    replayed = asyncio.run(_replayed(settings_of(sandbox=sandbox), None if failed else ids))
    missing = sorted(set(ids or ()) - set(replayed))
    typer.echo(f"{len(replayed)} {'event is' if len(replayed) == 1 else 'events are'} pending again.")
    if missing:
        raise Refusal(f"These are not stored here: {', '.join(missing)}.")


async def _listed(settings: Settings, states: list[EventState], limit: int) -> list[Any]:
    async with opened_account(settings) as owned, owned.engine.connect() as connection:
        return await inbox.listed(connection, owned.account, states, limit=limit)


async def _replayed(settings: Settings, ids: list[str] | None) -> list[str]:
    async with opened_account(settings) as owned, owned.engine.begin() as connection:
        return await inbox.replay(connection, owned.account, ids)
