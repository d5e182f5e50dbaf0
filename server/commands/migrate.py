"""stripe-graphql migrate"""

import asyncio

import typer

from server.migrations import migrate_or_refuse
from server.settings import read_settings


def run() -> None:
    """Bring the schema of the database at DATABASE_URL up to date."""
    asyncio.run(migrate_or_refuse(read_settings().database_url.get_secret_value()))
    typer.echo("The schema is up to date.")
