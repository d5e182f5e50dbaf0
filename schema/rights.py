"""Who may select, give and call what: @operator in the printed schema is the one declaration that this reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from resolvers.reading.selection import Selected
from schema.field import Operator

FORBIDDEN = "FORBIDDEN"


def refusals(fields: Iterable[Selected], given: Mapping[str, Any]) -> Iterator[GraphQLError]:
    """One error for each thing that only operators may select, give or call. `given` are the variables as they came."""
    for field in fields:
        name = f"{field.parent.name}.{field.name}"
        if _is_for_operators(field.field):
            yield _refuse(f"{name} is for operators only.", field.nodes)
        for node in field.nodes:
            for argument in node.arguments or ():
                definition = field.field.args[argument.name.value]
                if _is_for_operators(definition) and not _is_null(argument.value, given):
                    yield _refuse(f"{name}({argument.name.value}:) is for operators only.", [argument])
                yield from _in_value(definition.type, argument.value, given)
        yield from refusals(field.below_on_any_type(), given)


def _in_value(type: GraphQLInputType, node: ValueNode, given: Mapping[str, Any]) -> Iterator[GraphQLError]:
    named = get_named_type(type)
    if not isinstance(named, GraphQLInputObjectType):
        return
    match node:
        case VariableNode():
            yield from _in_variable(named, given.get(node.name.value), node)
        case ListValueNode():
            for member in node.values:
                yield from _in_value(named, member, given)
        case ObjectValueNode():
            for field in node.fields:
                definition = named.fields[field.name.value]
                if _is_for_operators(definition) and not _is_null(field.value, given):
                    yield _refuse(f"{named.name}.{field.name.value} is for operators only.", [field])
                yield from _in_value(definition.type, field.value, given)


def _in_variable(type: GraphQLInputObjectType, value: Any, node: Node) -> Iterator[GraphQLError]:
    if isinstance(value, list):
        for member in value:
            yield from _in_variable(type, member, node)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            definition = type.fields.get(name)
            if definition is None or member is None:
                continue
            if _is_for_operators(definition):
                yield _refuse(f"{type.name}.{name} is for operators only.", [node])
            named = get_named_type(definition.type)
            if isinstance(named, GraphQLInputObjectType):
                yield from _in_variable(named, member, node)


def _is_for_operators(definition: Any) -> bool:
    declared = definition.extensions.get("strawberry-definition")
    return any(isinstance(directive, Operator) for directive in getattr(declared, "directives", ()))


def _is_null(node: ValueNode, given: Mapping[str, Any]) -> bool:
    if isinstance(node, VariableNode):
        return given.get(node.name.value) is None
    return isinstance(node, NullValueNode)


def _refuse(sentence: str, nodes: Sequence[Node]) -> GraphQLError:
    return GraphQLError(sentence, nodes, extensions={"code": FORBIDDEN})
