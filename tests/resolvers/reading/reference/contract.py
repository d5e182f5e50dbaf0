"""The contract as everybody has it: the printed text."""

from functools import cache
from pathlib import Path

from graphql import GraphQLObjectType, GraphQLSchema, build_schema

PRINTED = Path(__file__).parents[4] / "schema" / "schema.graphql"


@cache
def contract() -> GraphQLSchema:
    return build_schema(PRINTED.read_text(encoding="utf-8"))


def object_type(name: str) -> GraphQLObjectType:
    type = contract().type_map[name]
    assert isinstance(type, GraphQLObjectType)
    return type
