"""What lists can be narrowed by: each gives the condition for a value that a caller gave."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_

from resolvers.reading.dialect import quoted
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Condition
from resolvers.reading.values import Given


def equals(column: str) -> Condition:
    return lambda scope, given: scope.row.c[column] == scope.request.text(given)


def is_set(column: str) -> Condition:
    """A flag; one that Stripe left out counts as false."""
    return lambda scope, value: scope.row.c[column].is_(True) if value else scope.row.c[column].is_not(True)


def is_value(column: str) -> Condition:
    """A value of an enum, which Stripe writes in lower case."""
    return lambda scope, value: scope.row.c[column] == quoted(value.lower())


def one_of(column: str) -> Condition:
    """Any of several values of an enum."""

    def condition(scope: Scope, given: Given) -> ColumnElement[bool]:
        lower = Given(lambda frame: [value and value.lower() for value in given.get(frame)])
        return scope.request.dialect.within(scope.row.c[column], scope.request.texts(lower))

    return condition


Bound = Callable[[ColumnElement[Any], ColumnElement[int]], ColumnElement[bool]]
BOUNDS: Mapping[str, tuple[Bound, Callable[[float], int]]] = {
    "gt": (lambda moment, seconds: moment > seconds, math.floor),
    "gte": (lambda moment, seconds: moment >= seconds, math.ceil),
    "lt": (lambda moment, seconds: moment < seconds, math.ceil),
    "lte": (lambda moment, seconds: moment <= seconds, math.floor),
}


def during(column: str) -> Condition:
    """A range of moments, against whole seconds."""

    def condition(scope: Scope, given: Mapping[str, Given | None]) -> ColumnElement[bool]:
        moment = scope.row.c[column]
        return and_(
            moment.is_not(None),
            *(_beyond(scope, moment, bound, *BOUNDS[name]) for name, bound in given.items() if bound is not None),
        )

    return condition


def _beyond(
    scope: Scope, moment: ColumnElement[Any], given: Given, compare: Bound, whole: Callable[[float], int]
) -> ColumnElement[bool]:
    def seconds(value: datetime) -> int:
        return whole(value.timestamp())

    return compare(moment, scope.request.slots.value(given, BigInteger(), seconds))
