"""stripe-graphql operations"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from db import unsettled
from db.operations import OperationState
from db.reads import open_reads
from db.unsettled import Listed
from mirror.apply import Mirror
from resolvers.context import Services
from resolvers.recovery import Recovery, Settled
from server.account import Owned, opened_account, settings_of
from server.logging import configure_logging
from server.policy import policy_of
from server.refusal import Refusal
from server.settings import Settings

SANDBOX = typer.Option("--sandbox", help="Those of `serve --sandbox`.")
UNITS = (("d", 86_400), ("h", 3600), ("min", 60))

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def operations() -> None:
    """See the mutations that are not settled, and settle them: complete what was begun, and begin nothing."""


@app.command("list")
def show(
    everything: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    limit: Annotated[int, typer.Option(help="The newest so many.", min=1, max=10_000)] = 50,
    sandbox: Annotated[bool, SANDBOX] = False,
) -> None:
    """List mutations that are not settled, newest first: age, id, what, state, tries, steps, and why."""
    found = asyncio.run(_listed(settings_of(sandbox=sandbox), everything, limit))
    for each in found:
        typer.echo(_line(each))
    if not found:
        typer.echo("There are none.", err=True)


@app.command()
def settle(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of operations; without them all that are begun.")] = None,
    sandbox: Annotated[bool, SANDBOX] = False,
) -> None:
    """Look at Stripe what became of operations, and settle them now. Exits with 1 when some remain."""
    settings = settings_of(sandbox=sandbox)
    configure_logging(settings.log_level)
    found, unknown = asyncio.run(_settled(settings, ids))
    for each in found:
        typer.echo(f"{each.id}  {each.mutation}  {each.finding}{f': {each.why}' if each.why else ''}")
    if not found and not unknown:
        typer.echo("There is nothing to settle.", err=True)
    if unknown:
        raise Refusal(f"These are not stored here: {', '.join(unknown)}.")
    if any(each.remains for each in found):
        raise typer.Exit(1)


def _line(each: Listed) -> str:
    state = "being carried out" if each.state is OperationState.BEGUN and each.leased else each.state.replace("_", " ")
    parts = [_age(each.age_seconds), each.id, each.mutation, state]
    if each.attempts:
        parts.append("1 try" if each.attempts == 1 else f"{each.attempts} tries")
    parts.append(", ".join(f"{name}: {known}" for name, known in each.steps) or "no step begun")
    refused = [error["code"] for error in (each.outcome or {}).get("errors", ())]
    return "  ".join([*parts, *([each.error] if each.error else refused)])


def _age(seconds: int) -> str:
    for name, length in UNITS:
        if seconds >= length:
            return f"{seconds // length} {name}"
    return f"{seconds} s"


async def _listed(settings: Settings, everything: bool, limit: int) -> list[Listed]:
    async with opened_account(settings) as owned, owned.engine.connect() as connection:
        return await unsettled.listed(connection, owned.account, everything=everything, limit=limit)


async def _settled(settings: Settings, ids: list[str] | None) -> tuple[list[Settled], list[str]]:
    """What was found, and the ids of which nothing is known."""
    async with opened_account(settings, pool_size=2) as owned, _recovery(settings, owned) as recovery:
        if not ids:
            async with owned.engine.connect() as connection:
                ids = list(await unsettled.begun(connection, owned.account))
        found = {id: await recovery.settle(id) for id in ids}
    return [each for each in found.values() if each], [id for id, each in found.items() if each is None]


@asynccontextmanager
async def _recovery(settings: Settings, owned: Owned) -> AsyncIterator[Recovery]:
    policy = policy_of(settings)
    mirror = Mirror(owned.engine, owned.gateway, owned.account, subscriber_key=policy.subscriber_metadata_key)
    reads = open_reads(
        owned.engine,
        timeout_seconds=settings.read_timeout_seconds,
        connections=1,
        prepares=settings.database_prepared_statements,
    )
    try:
        yield Recovery(Services(owned.engine, reads, owned.gateway, mirror, owned.account, policy))
    finally:
        await mirror.close()
        await reads.close()
