"""Synthetic objects as the rows that the mirror's door would have written. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Table

from benchmarks.synthetic import NOW, SUBSCRIBER_KEY, arrivals, catalogue
from db.base import Base
from db.row import typed_columns
from db.subscribers import Subscriber
from db.tables import RESOURCES, Mirrored, StoredObject
from mirror.stored import Stored, stored_forms

ACCOUNT = "acct_benchmark"
API_VERSION = "2026-10-28.endive"
TYPED: Mapping[str, type[Mirrored]] = {table.object_name: table for table in RESOURCES}

Rows = dict[str, list[tuple[Any, ...]]]
"""Rows by the name of their table, each in the order of its columns."""


def table(of: type[Base]) -> Table:
    return of.__table__  # type: ignore[return-value]


STORED: tuple[type[Base], ...] = (StoredObject, Subscriber, *RESOURCES)
TABLES: Mapping[str, Table] = {each.__tablename__: table(each) for each in STORED}


def rows_of_catalogue() -> Rows:
    return _rows(catalogue())


def rows_of_customers(part: int, first: int, end: int) -> Rows:
    """What arrives in the part, of the customers with these numbers."""
    return _rows(stripe_object for number in range(first, end) for stripe_object in arrivals(part, number))


def _rows(stripe_objects: Iterable[dict[str, Any]]) -> Rows:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for stripe_object in stripe_objects:
        for form in stored_forms(stripe_object):
            rows["objects"].append(_object(form))
            rows[TYPED[form.key.type].__tablename__].append(_row(form, stripe_object))
            if form.key.type == "customer":
                rows["subscribers"].append(_link(form))
    return {
        name: [tuple(row.get(column.name) for column in TABLES[name].columns) for row in each]
        for name, each in rows.items()
    }


def _owned(**values: Any) -> dict[str, Any]:
    return {"account": ACCOUNT, "livemode": False, **values}


def _object(form: Stored) -> dict[str, Any]:
    return _owned(
        **form.key._asdict(),
        data=orjson.dumps(form.data).decode(),
        api_version=API_VERSION,
        earliest=NOW,
        latest=NOW,
        revision=1,
        deleted=False,
    )


def _row(form: Stored, whole: Mapping[str, Any]) -> dict[str, Any]:
    row = _owned(id=form.key.id, deleted=False, observed_at=NOW, **typed_columns(TYPED[form.key.type], form.data))
    row["position"] = form.position
    match form.key.type:
        case "customer":
            row["claimed_subscriber"] = form.data["metadata"][SUBSCRIBER_KEY]
        case "subscription":
            first_to_end = min(whole["items"]["data"], key=lambda item: (item["current_period_end"], item["id"]))
            row["current_period_start"] = first_to_end["current_period_start"]
            row["current_period_end"] = first_to_end["current_period_end"]
    return row


def _link(form: Stored) -> dict[str, Any]:
    return _owned(subscriber=form.data["metadata"][SUBSCRIBER_KEY], generation=0, customer=form.key.id)
