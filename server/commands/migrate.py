"""stripe-graphql migrate"""

import asyncio

import typer

from db.migrations import migrate
from server.migrations import opened
from server.settings import read_settings


def run() -> None:
    """Bring the schema of the database at DATABASE_URL up to date."""
    asyncio.run(_migrate(read_settings().database_url.get_secret_value()))
    typer.echo("The schema is up to date.")


async def _migrate(url: str) -> None:
    async with opened(url) as engine:
        await migrate(engine)
