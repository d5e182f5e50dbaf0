"""The schema's history, shipped with the product."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import reading

LOCK = 0x73747269
"""A number of our own among PostgreSQL's advisory locks."""


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema to what this version of the product needs."""
    config = _alembic()

    def upgrade(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            # Replicas that start together wait for the first, and then find nothing left to do.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)


async def schema_is_current(engine: AsyncEngine) -> bool:
    """Whether every migration of this version has been applied.

    A revision that this version does not know is a newer one: old replicas go on while a new one is rolled out.
    """
    scripts = ScriptDirectory.from_config(_alembic())
    older = {script.revision for script in scripts.walk_revisions()} - {scripts.get_current_head()}
    async with reading(engine).connect() as connection:
        revision = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    return revision is not None and revision not in older
