"""The lists of the contract that come in pages, and the places in them."""

from typing import NamedTuple

from graphql import GraphQLEnumType, GraphQLField, GraphQLInputObjectType, GraphQLObjectType, get_named_type

from tests.resolvers.reading.reference.contract import object_type


class Position(NamedTuple):
    """A place in the lists of a type that have an order. Each server has a cursor of its own for it."""

    type_name: str
    order: str
    id: str


def what_it_lists(field: GraphQLField) -> str:
    """The type of the entries, where the field is a list in pages; else the type of the field."""
    type = get_named_type(field.type)
    if isinstance(type, GraphQLObjectType) and "edges" in type.fields:
        type = get_named_type(type.fields["nodes"].type)
    return type.name


def orders_of(field: GraphQLField) -> list[str]:
    """What it can be sorted by, first what it is sorted by unless something else is asked for."""
    if "orderBy" not in field.args:
        return ["POSITION" if what_it_lists(field) == "InvoiceLine" else "CREATED"]
    order = get_named_type(field.args["orderBy"].type)
    assert isinstance(order, GraphQLInputObjectType)
    by = get_named_type(order.fields["field"].type)
    assert isinstance(by, GraphQLEnumType)
    return list(by.values)


def roots() -> dict[str, GraphQLField]:
    """The lists in pages that a query begins with, by name. Others list the same types, but for lines of invoices."""
    fields = object_type("Query").fields
    return {name: field for name, field in fields.items() if what_it_lists(field) != get_named_type(field.type).name}
