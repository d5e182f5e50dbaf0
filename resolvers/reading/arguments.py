"""The arguments of a field, as far as they decide about the statement, and as values to bind where they do not.

Enums, booleans, nulls and the presence of a value shape the statement, so they are here as they are. Every other
scalar, and every list, is a `Given`: a statement is the same for all of its values.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.utilities import coerce_input_literal
from graphql.utilities.coerce_input_value import coerce_default_value

from resolvers.reading.values import Frame, Given

Arguments = Mapping[str, Any]
Get = Callable[[Frame], Any]
Definition = GraphQLArgument | GraphQLInputField


def arguments_of(field: GraphQLField, node: FieldNode, variables: VariableValues) -> dict[str, Any]:
    """The field's arguments by name. The variables are an example for all values of the same shape.

    Raises GraphQLError for a null where none may be, which a variable may bring.
    """
    nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
    arguments = _members(field.args, nodes, variables.coerced)
    if any(is_required(field.args[name]) and value is None for name, value in arguments.items()):
        get_argument_values(field, node, variables)
    return arguments


def is_required(definition: GraphQLArgument) -> bool:
    return isinstance(definition.type, GraphQLNonNull)


def shape_of(type: GraphQLInputType, value: Any) -> Hashable:
    """What of a coerced value decides about statements: the same for all values that make the same statement."""
    if value is None:
        return None
    nullable = get_nullable_type(type)
    if isinstance(nullable, GraphQLInputObjectType):
        return tuple(
            (name, shape_of(field.type, value[name])) for name, field in nullable.fields.items() if name in value
        )
    if isinstance(nullable, GraphQLList) and isinstance(get_named_type(nullable), GraphQLInputObjectType):
        return tuple(shape_of(nullable.of_type, member) for member in value)
    shape: Hashable = value if _decides(nullable) else True
    return shape


def _decides(type: Any) -> bool:
    return isinstance(type, GraphQLEnumType) or type is GraphQLBoolean


def _members(
    definitions: Mapping[str, Definition], nodes: Mapping[str, ValueNode], variables: Mapping[str, Any]
) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, definition in definitions.items():
        value = _of_node(definition.type, nodes[name], variables) if name in nodes else Undefined
        if value is Undefined:
            value = _constant(definition.type, coerce_default_value(definition))
        if value is not Undefined:
            members[name] = value
    return members


def _of_node(type: GraphQLInputType, node: ValueNode, variables: Mapping[str, Any]) -> Any:
    nullable: Any = get_nullable_type(type)
    if isinstance(node, VariableNode):
        name = node.name.value
        return _lifted(type, variables[name], lambda frame: frame.variables[name]) if name in variables else Undefined
    if isinstance(node, NullValueNode):
        return None
    if isinstance(nullable, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
        nodes = {field.name.value: field.value for field in node.fields}
        return _members(nullable.fields, nodes, variables)
    if isinstance(nullable, GraphQLList) and isinstance(node, ListValueNode):
        return _list([_of_node(nullable.of_type, member, variables) for member in node.values])
    return _constant(type, coerce_input_literal(node, type))


def _constant(type: GraphQLInputType, value: Any) -> Any:
    return Undefined if value is Undefined else _lifted(type, value, lambda _frame: value, constant=True)


def _list(members: list[Any]) -> Given:
    gets = [_get(member) for member in members]
    return Given(lambda frame: [get(frame) for get in gets])


def _get(member: Any) -> Get:
    """Reads a member of a list again; a variable that is not given is null there."""
    if isinstance(member, Given):
        return member.get
    if isinstance(member, dict):
        gets = {name: _get(each) for name, each in member.items()}
        return lambda frame: {name: get(frame) for name, get in gets.items()}
    known = None if member is Undefined else member
    return lambda _frame: known


def _lifted(type: GraphQLInputType, value: Any, get: Get, *, constant: bool = False) -> Any:
    if value is None:
        return None
    nullable = get_nullable_type(type)
    if isinstance(nullable, GraphQLInputObjectType):
        return {
            name: _lifted(field.type, value[name], _member(get, name), constant=constant)
            for name, field in nullable.fields.items()
            if name in value
        }
    return value if _decides(nullable) else Given(get, constant)


def _member(get: Get, name: str) -> Get:
    return lambda frame: get(frame)[name]
