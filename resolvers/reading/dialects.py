"""Which dialect a database speaks."""

from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.reading.dialect import Dialect
from resolvers.reading.postgresql import PostgreSQL
from resolvers.reading.sqlite import Sqlite

SQLITE = Sqlite()
POSTGRESQL = PostgreSQL("json_scalar")
OLDER_POSTGRESQL = PostgreSQL("to_json")


def dialect_of(engine: AsyncEngine) -> Dialect:
    """Always the same object for the same dialect. PostgreSQL counts as older until it has been connected to."""
    if engine.dialect.name == "sqlite":
        return SQLITE
    version = getattr(engine.dialect, "server_version_info", None) or (0,)
    return POSTGRESQL if version >= (17,) else OLDER_POSTGRESQL
