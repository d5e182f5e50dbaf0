"""The contract as its readers have it: parsed from what is printed, with its @operator marks."""

from functools import cache
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, build_schema

from schema import print_contract


@cache
def contract() -> GraphQLSchema:
    return build_schema(print_contract())


def is_for_operators(definition: Any) -> bool:
    """Whether a field, an argument or a field of an input carries the mark."""
    return any(directive.name.value == "operator" for directive in definition.ast_node.directives or ())


def object_types() -> list[GraphQLObjectType]:
    """The types of answers, without those of introspection."""
    types = contract().type_map.values()
    return [each for each in types if isinstance(each, GraphQLObjectType) and not each.name.startswith("__")]
