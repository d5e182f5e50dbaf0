"""Insert or update, the same on both databases."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, JSON, Table, Text, TextualSelect, bindparam, func, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from db.base import Base

POSTGRESQL: Any = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert(connection: AsyncConnection, table: type[Base]) -> Any:
    """An INSERT that knows ON CONFLICT. Both dialects share its methods, but SQLAlchemy gives them no common type."""
    return insert_into(connection.dialect.name, table)


def insert_into(dialect: str, table: type[Base]) -> Any:
    """The same, by the name of the dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


async def upsert(connection: AsyncConnection, table: type[Base], row: dict[str, Any]) -> None:
    """Write the row, replacing the columns that it names where its primary key is there already."""
    key = _key(table)
    statement = insert(connection, table).values({table.__table__.c[name]: value for name, value in row.items()})
    changed = {name: statement.excluded[name] for name in row if name not in key}
    await connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


async def insert_many(connection: AsyncConnection, table: type[Base], rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows that name the same columns, but for those whose primary key is there. How many were inserted."""
    return await _write(connection, table, rows, replacing=(), keeping=())


async def upsert_many(
    connection: AsyncConnection,
    table: type[Base],
    rows: Sequence[dict[str, Any]],
    *,
    replacing: Sequence[str] | None = None,
    keeping: Sequence[str] = (),
) -> None:
    """Write rows that name the same columns. Where the primary key is there, replace the columns of `replacing`.

    Those are all, if none are named. A column of `keeping` keeps its value where the new one is NULL.
    """
    if rows:
        key = _key(table)
        names = [name for name in rows[0] if name not in key] if replacing is None else replacing
        await _write(connection, table, rows, replacing=tuple(names), keeping=tuple(keeping))


async def _write(
    connection: AsyncConnection,
    table: type[Base],
    rows: Sequence[dict[str, Any]],
    *,
    replacing: tuple[str, ...],
    keeping: tuple[str, ...],
) -> int:
    if not rows:
        return 0
    dialect = connection.dialect.name
    statement = _statement(dialect, table, tuple(rows[0]), replacing, keeping)
    parameters: Any = _as_one(table, rows) if dialect == "postgresql" else list(rows)
    return (await connection.execute(statement, parameters)).rowcount


@cache
def _statement(
    dialect: str, table: type[Base], names: tuple[str, ...], replacing: tuple[str, ...], keeping: tuple[str, ...]
) -> Any:
    columns: Table = table.__table__  # type: ignore[assignment]
    statement = insert_into(dialect, table)
    if dialect == "postgresql":
        statement = statement.from_select([columns.c[name] for name in names], _given(table, names))
    if not replacing:
        return statement.on_conflict_do_nothing()
    new = statement.excluded
    changed = {name: func.coalesce(new[name], columns.c[name]) if name in keeping else new[name] for name in replacing}
    return statement.on_conflict_do_update(index_elements=_key(table), set_=changed)


def _as_one(table: type[Base], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The parameters of `_given`. One by one, rows would be encoded, sent and planned one by one."""
    json = _json_columns(table, tuple(rows[0]))
    given: dict[str, Any] = {name: [_text(row[name]) for row in rows] for name in json}
    plain = [{name: value for name, value in row.items() if name not in json} for row in rows] if json else rows
    return given | {"rows": orjson.dumps(plain).decode()}


def _given(table: type[Base], names: tuple[str, ...]) -> TextualSelect:
    """All rows, read from one JSON text; what is JSON itself beside it, or its end would be looked for twice."""
    columns: Table = table.__table__  # type: ignore[assignment]
    quoted = {name: POSTGRESQL.identifier_preparer.quote(name) for name in names}
    json = _json_columns(table, names)
    plain = [name for name in names if name not in json]
    kinds = [f"{quoted[name]} {_plain(columns.c[name].type).compile(POSTGRESQL)}" for name in plain]
    lists = [f"unnest(CAST(:{name} AS JSON[]))" for name in json]
    sources = ", ".join([f"json_to_recordset(CAST(:rows AS JSON)) AS ({', '.join(kinds)})", *lists])
    given = ", ".join(quoted[name] for name in [*plain, *json])
    query = text(f"SELECT {', '.join(quoted.values())} FROM ROWS FROM ({sources}) AS given ({given})")
    parameters: list[Any] = [bindparam("rows", type_=Text), *(bindparam(name, type_=ARRAY(Text)) for name in json)]
    return query.bindparams(*parameters).columns(*(columns.c[name] for name in names))


def _json_columns(table: type[Base], names: tuple[str, ...]) -> list[str]:
    columns: Table = table.__table__  # type: ignore[assignment]
    return [name for name in names if isinstance(columns.c[name].type, JSON)]


def _text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _plain(kind: Any) -> Any:
    """The type without its collation, which a list of columns after FROM does not take."""
    return Text() if isinstance(kind, Text) else kind


def _key(table: type[Base]) -> list[str]:
    return [each.name for each in table.__table__.primary_key]
