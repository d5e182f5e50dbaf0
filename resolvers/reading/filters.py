"""What lists can be narrowed by: each gives the condition for a value that a caller gave."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_

from resolvers.reading.scope import Scope
from resolvers.reading.sources import Condition


def equals(column: str) -> Condition:
    return lambda scope, value: scope.row.c[column] == value


def is_set(column: str) -> Condition:
    """A flag; one that Stripe left out counts as false."""
    return lambda scope, value: scope.row.c[column].is_(True) if value else scope.row.c[column].is_not(True)


def one_of(column: str) -> Condition:
    """One or several values of an enum, which Stripe writes in lower case."""

    def condition(scope: Scope, value: Any) -> ColumnElement[bool]:
        values = value if isinstance(value, list) else [value]
        return scope.row.c[column].in_([each.lower() for each in values])

    return condition


def during(column: str) -> Condition:
    """A range of moments, against whole seconds."""

    def condition(scope: Scope, value: Mapping[str, datetime | None]) -> ColumnElement[bool]:
        moment = scope.row.c[column]
        bounds = {name: each.timestamp() for name, each in value.items() if each is not None}
        within = {
            "gt": lambda seconds: moment > math.floor(seconds),
            "gte": lambda seconds: moment >= math.ceil(seconds),
            "lt": lambda seconds: moment < math.ceil(seconds),
            "lte": lambda seconds: moment <= math.floor(seconds),
        }
        return and_(moment.is_not(None), *(within[name](seconds) for name, seconds in bounds.items()))

    return condition
