"""stripe-graphql rederive"""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from db.tables import RESOURCES
from mirror.rederive import Derived, Rederive
from server.account import opened_account, settings_of
from server.progress_line import ProgressLine
from server.refusal import Refusal
from server.settings import Settings

NAMES = {table.object_name: table.__tablename__ for table in RESOURCES}


def run(
    resources: Annotated[list[str] | None, typer.Argument(help="Such as invoices; all without any.")] = None,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="In the mirror of `serve --sandbox`.")] = False,
) -> None:
    """Fill the typed columns again from the stored JSON; Stripe is not asked.

    After an update that adds columns or tables, and when `verify` shows typed columns that differ. Runs beside a
    server, and goes on where it was when it is stopped.
    """
    types = _wanted(resources or [])
    done = asyncio.run(_rederive(settings_of(sandbox=sandbox), types))
    for each in done:
        typer.echo(f"{NAMES[each.type]}: {each.objects:,} objects, {each.changed:,} rows changed")
    typer.echo(f"{sum(each.changed for each in done):,} rows were not what their JSON says, and are now.")


async def _rederive(settings: Settings, types: Sequence[str]) -> list[Derived]:
    line, done = ProgressLine(), dict[str, Derived]()
    async with opened_account(settings) as owned:
        rederive = Rederive(owned.engine, owned.account, subscriber_key=settings.subscriber_metadata_key)
        async for each in rederive.run(types):
            if each.resumed_at and each.type not in done:
                line.clear()
                typer.echo(f"{NAMES[each.type]}: going on after {each.resumed_at:,} objects.", err=True)
            done[each.type] = each
            line.show(NAMES[each.type], each.objects, each.of)
    line.clear()
    return list(done.values())


def _wanted(resources: Sequence[str]) -> list[str]:
    found = [type for type, name in NAMES.items() if name in resources or type in resources]
    unknown = [name for name in resources if name not in NAMES and name not in NAMES.values()]
    if unknown:
        raise Refusal(f"There is no resource {unknown[0]}. There are {', '.join(sorted(NAMES.values()))}.")
    return found
