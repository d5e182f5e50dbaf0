"""How far the database's schema is, told without what changes it: a server that runs needs no more."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import reading

VERSIONS = Path(__file__).parent / "migrations" / "versions"
REVISIONS = tuple(sorted(file.stem.partition("_")[0] for file in VERSIONS.glob("*_*.py")))
"""Of this version, oldest first: each migration's file is named by its revision."""


async def schema_is_current(engine: AsyncEngine) -> bool:
    """Whether every migration of this version has been applied.

    A revision that this version does not know is a newer one: old replicas go on while a new one is rolled out.
    """
    async with reading(engine).connect() as connection:
        revision = await connection.run_sync(_revision)
    return revision is not None and revision not in REVISIONS[:-1]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
