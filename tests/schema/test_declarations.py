"""What types declare fits the tables and the contract, so that nothing of it fails only when somebody asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLField, GraphQLInputObjectType, GraphQLObjectType, get_named_type
from graphql.execution.values import VariableValues

from db.tables import Mirrored
from resolvers.reading.paging import node_type
from resolvers.reading.selection import Operation, Selected
from resolvers.reading.sources import (
    Amount,
    Children,
    Column,
    Connection,
    Embedded,
    Listed,
    OrderBy,
    Path,
    Picked,
    Reference,
    Source,
)
from schema import build_schema
from schema.declarations import declarations_of
from tests.schema.contract import contract, object_types

SCHEMA = build_schema()._schema
DECLARATIONS = declarations_of(SCHEMA)
NOT_STRIPES = {"AccessReason", "PaymentIntentKind", "UserErrorCode", "OrderDirection"}
"""Enums of our own."""


@dataclass(frozen=True)
class Declared:
    parent: GraphQLObjectType
    name: str
    field: GraphQLField
    source: Source
    table: type[Mirrored] | None

    def __str__(self) -> str:
        return f"{self.parent.name}.{self.name}"

    def column(self, name: str, table: type[Mirrored] | None = None) -> Any:
        used = table or self.table
        assert used is not None, self
        return used.__table__.columns[name]

    def target(self) -> type[Mirrored]:
        return DECLARATIONS.types[get_named_type(self.field.type).name].table


def tables() -> dict[str, type[Mirrored]]:
    """Of which table the rows are that each type speaks of, also the types of what is inside a row."""
    found = {name: mirrored.table for name, mirrored in DECLARATIONS.types.items()}
    for (type, name), source in DECLARATIONS.fields.items():
        inner = get_named_type(SCHEMA.type_map[type].fields[name].type).name  # type: ignore[attr-defined]
        if isinstance(source, Embedded):
            found[inner] = found[type]
        elif isinstance(source, Picked) and source.table is not None:
            found[inner] = source.table
    return found


def declared() -> Iterator[Declared]:
    speaking_of = tables()
    for (name, field_name), source in DECLARATIONS.fields.items():
        type = SCHEMA.type_map[name]
        assert isinstance(type, GraphQLObjectType)
        yield Declared(type, field_name, type.fields[field_name], source, speaking_of.get(name))


FIELDS = list(declared())


def of_kind(*kinds: type) -> list[Declared]:
    return [each for each in FIELDS if isinstance(each.source, kinds)]


def test_every_field_of_a_query_and_of_what_is_mirrored_says_where_its_value_comes_from() -> None:
    missing = [
        f"{name}.{field}"
        for name in (*tables(), "Query")
        for field in SCHEMA.type_map[name].fields  # type: ignore[attr-defined]
        if (name, field) not in DECLARATIONS.fields
    ]
    assert missing == []


def test_every_table_that_has_a_type_is_spoken_of_by_one() -> None:
    used = [mirrored.table for mirrored in DECLARATIONS.types.values()]
    assert len(used) == len(set(used))


def test_no_two_types_own_the_same_prefix_of_ids() -> None:
    prefixes = [prefix for mirrored in DECLARATIONS.types.values() for prefix in mirrored.prefixes]
    assert len(prefixes) == len(set(prefixes))
    assert all(prefix.endswith("_") for prefix in prefixes)


@pytest.mark.parametrize("each", of_kind(Column, Amount, Listed), ids=str)
def test_a_column_that_is_named_is_there(each: Declared) -> None:
    parts = (each.source.units, each.source.currency) if isinstance(each.source, Amount) else (each.source,)
    for part in parts:
        if isinstance(part, Column):
            each.column(part.name)
        elif isinstance(part, Listed):
            each.column(part.column)


@pytest.mark.parametrize("each", of_kind(Reference), ids=str)
def test_a_reference_leads_to_the_kind_of_object_that_its_column_holds(each: Declared) -> None:
    assert isinstance(each.source, Reference)
    target = each.target()
    if isinstance(each.source.column, str):
        assert each.column(each.source.column).info["to"] == target.object_name


@pytest.mark.parametrize("each", of_kind(Children, Connection), ids=str)
def test_what_lists_are_sorted_by_is_a_column_that_cannot_be_null_for_cursors(each: Declared) -> None:
    source = each.source
    operation = Operation(SCHEMA, {}, VariableValues({}, {}))
    if isinstance(source, Connection):
        field = Selected(each.name, each.parent, each.field, each.name, {}, (), operation)
        table, orders = DECLARATIONS.types[node_type(field).name].table, list(source.orders.values())
    else:
        assert isinstance(source, Children)
        table, orders = each.target(), [source.order]
    for order in orders:
        assert isinstance(order, OrderBy)
        assert each.column(order.column, table).nullable == (order.null_as is not None)


@pytest.mark.parametrize("each", of_kind(Connection), ids=str)
def test_every_filter_and_order_that_the_contract_offers_is_declared(each: Declared) -> None:
    assert isinstance(each.source, Connection)
    offered = {name: get_named_type(argument.type) for name, argument in each.field.args.items()}
    assert {"first", "after", "last", "before"} <= offered.keys()
    if "filter" in offered:
        assert isinstance(offered["filter"], GraphQLInputObjectType)
        assert each.source.filters.keys() == offered["filter"].fields.keys()
    if "orderBy" in offered:
        assert isinstance(offered["orderBy"], GraphQLInputObjectType)
        fields = get_named_type(offered["orderBy"].fields["field"].type)
        assert isinstance(fields, GraphQLEnumType)
        assert list(each.source.orders) == list(fields.values)
        assert next(iter(fields.values)) == "CREATED"


@pytest.mark.parametrize("each", of_kind(Path, Embedded), ids=str)
def test_a_path_is_made_of_keys_that_need_no_escape(each: Declared) -> None:
    assert isinstance(each.source, Path | Embedded)
    assert all(key.isidentifier() for key in each.source.keys)


def test_enums_of_stripes_end_in_unrecognized_and_inputs_do_not_have_it() -> None:
    for type in contract().type_map.values():
        if isinstance(type, GraphQLEnumType) and not type.name.startswith("__") and type.name not in NOT_STRIPES:
            names = list(type.values)
            if type.name.endswith(("Input", "OrderField")):
                assert "UNRECOGNIZED" not in names, type.name
            else:
                assert names[-1] == "UNRECOGNIZED", type.name


def test_every_type_field_and_argument_is_described() -> None:
    bare = []
    for type in contract().type_map.values():
        if type.name.startswith("__") or type.name in ("ID", "Int", "String", "Boolean", "Float"):
            continue
        if not type.description:
            bare.append(type.name)
        bare += [f"{type.name}.{name}" for name, field in getattr(type, "fields", {}).items() if not field.description]
    told_by_their_type = {"input", "filter", "orderBy"}
    bare += [
        f"{type.name}.{name}({argument_name}:)"
        for type in object_types()
        for name, field in type.fields.items()
        for argument_name, argument in field.args.items()
        if not argument.description and argument_name not in told_by_their_type
    ]
    assert bare == []
