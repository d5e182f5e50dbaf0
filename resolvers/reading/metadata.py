"""Stripe's metadata: operators see all of it, subscribers the keys that the settings allow."""

from typing import Any

from sqlalchemy import ColumnElement, func

from resolvers.reading.dialect import quoted
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments


def metadata(scope: Scope, _arguments: Arguments) -> ColumnElement[Any]:
    text = func.coalesce(scope.row.c["metadata"], quoted("{}"))
    request = scope.request
    if request.is_operator:
        return text
    keys = sorted(request.policy.public_metadata_keys)
    return request.dialect.only_keys(text, keys) if keys else quoted("{}")
