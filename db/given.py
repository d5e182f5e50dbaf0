"""Conditions on whose a row is and on many values, all of them parameters: a statement is made once, however many.

Making a statement of SQLAlchemy's costs more than executing it. What is executed often is made once, kept by
`functools.cache`, and given its values when it is executed.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import ARRAY, Boolean, ColumnElement, Text, any_, bindparam, cast, func, select, tuple_

from db.accounts import Account


def owned(table: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a row of the table is of the account and mode that `owner` gives."""
    account = bindparam("given_account", type_=Text)
    return table.account == account, table.livemode == bindparam("given_livemode", type_=Boolean)


def owner(account: Account) -> dict[str, Any]:
    """The parameters of `owned`."""
    return {"given_account": account.id, "given_livemode": account.livemode}


def among(dialect: str, column: Any, name: str = "values") -> ColumnElement[bool]:
    """Whether the column is one of the values that `values` gives under that name."""
    if dialect == "postgresql":
        return column == any_(_array(name))  # type: ignore[no-any-return]
    return column.in_(select(_each(name).c.value))  # type: ignore[no-any-return]


def values(dialect: str, values: Iterable[str], name: str = "values") -> dict[str, Any]:
    """The parameter of `among`."""
    given = list(values)
    return {name: given if dialect == "postgresql" else orjson.dumps(given).decode()}


def pair_among(dialect: str, columns: tuple[Any, Any], name: str = "pairs") -> ColumnElement[bool]:
    """Whether the two columns are one of the pairs that `pairs` gives under that name."""
    if dialect == "postgresql":
        arrays = (_array(f"{name}_{place}") for place in (0, 1))
        rows = func.unnest(*arrays).table_valued("first", "second", name="given").render_derived()
        return tuple_(*columns).in_(select(rows.c.first, rows.c.second))
    each = _each(name)
    return tuple_(*columns).in_(select(*(func.json_extract(each.c.value, f"$[{place}]") for place in (0, 1))))


def pairs(dialect: str, pairs: Sequence[tuple[str, str]], name: str = "pairs") -> dict[str, Any]:
    """The parameters of `pair_among`."""
    if dialect == "postgresql":
        return {f"{name}_{place}": [pair[place] for pair in pairs] for place in (0, 1)}
    return {name: orjson.dumps([tuple(pair) for pair in pairs]).decode()}


def _array(name: str) -> Any:
    return cast(bindparam(name, type_=ARRAY(Text)), ARRAY(Text))


def _each(name: str) -> Any:
    return func.json_each(bindparam(name, type_=Text)).table_valued("value", name="given")
