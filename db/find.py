"""Rows by many values of one column, with a statement that is made once."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account
from db.base import Base
from db.given import among, owned, owner, values


async def find(
    connection: AsyncConnection,
    account: Account,
    table: type[Base],
    names: tuple[str, ...],
    by: str,
    given: Iterable[str],
    *conditions: ColumnElement[bool],
    alive: bool = False,
) -> list[Row[*tuple[Any, ...]]]:
    """The named columns of the account's rows whose column `by` is one of the values, in no order.

    Conditions are to be the same objects each time, since the statement is kept by them. `alive` leaves out what is
    marked deleted.
    """
    dialect = connection.dialect.name
    statement = _statement(dialect, table, names, by, conditions, alive)
    return list(await connection.execute(statement, owner(account) | values(dialect, given)))


@lru_cache(maxsize=512)
def _statement(
    dialect: str,
    table: type[Base],
    names: tuple[str, ...],
    by: str,
    conditions: tuple[ColumnElement[bool], ...],
    alive: bool,
) -> Any:
    columns = table.__table__.c
    statement = select(*(columns[name] for name in names)).where(
        *owned(columns), among(dialect, columns[by]), *conditions
    )
    return statement.where(columns.deleted.is_(False)) if alive else statement
