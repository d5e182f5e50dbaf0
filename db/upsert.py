"""Insert or update, the same on both databases."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from db.base import Base


def insert(connection: AsyncConnection, table: type[Base]) -> Any:
    """An INSERT that knows ON CONFLICT. Both dialects share its methods, but SQLAlchemy gives them no common type."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


async def upsert(connection: AsyncConnection, table: type[Base], row: dict[str, Any]) -> None:
    """Write the row, replacing the columns that it names where its primary key is there already."""
    key = [column.name for column in table.__table__.primary_key]
    statement = insert(connection, table).values({table.__table__.c[name]: value for name, value in row.items()})
    changed = {name: statement.excluded[name] for name in row if name not in key}
    await connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))
