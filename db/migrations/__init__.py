"""The schema's history, shipped with the product."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

LOCK = 0x73747269
"""A number of our own among PostgreSQL's advisory locks."""


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema to what this version of the product needs."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))

    def upgrade(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            # Replicas that start together wait for the first, and then find nothing left to do.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
