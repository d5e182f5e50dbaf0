"""What an operation asks for: fields merged by response key, with their arguments, after @skip and @include."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    type_from_ast,
)
from graphql.execution.values import get_argument_values, get_directive_values

NUL = "\0"
TYPE = "type name"
"""The key under which an object of an abstract type tells which it is: one that no response key can be."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What selections are read against."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Any
    """Coerced variable values, as graphql-core hands them on."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One field of the answer."""

    response_key: str
    parent: GraphQLObjectType
    field: GraphQLField
    name: str
    arguments: Mapping[str, Any]
    nodes: Sequence[FieldNode]
    operation: Operation

    @property
    def type(self) -> GraphQLOutputType:
        return self.field.type

    def below(self, type: GraphQLObjectType | None = None) -> "list[Selected]":
        """What is selected on the field's objects; `type` is given where the field's own type is abstract."""
        named = type or get_named_type(self.field.type)
        assert isinstance(named, GraphQLObjectType)
        return fields_of(self.operation, named, [node.selection_set for node in self.nodes if node.selection_set])

    def below_on_any_type(self) -> "Iterator[Selected]":
        """The same for every type that the field's objects may have; nothing where it has no objects."""
        named = get_named_type(self.field.type)
        if is_abstract_type(named):
            for possible in self.operation.schema.get_possible_types(named):
                yield from self.below(possible)
        elif isinstance(named, GraphQLObjectType):
            yield from self.below()


def fields_of(
    operation: Operation, type: GraphQLObjectType, selection_sets: Sequence[SelectionSetNode]
) -> list[Selected]:
    """The fields that are selected on an object of the type, in the order of the document; __typename left out."""
    grouped: dict[str, list[FieldNode]] = {}
    spread: set[str] = set()
    for selection_set in selection_sets:
        for node in _field_nodes(operation, type, selection_set, spread):
            grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
    fields = []
    for key, nodes in grouped.items():
        name = nodes[0].name.value
        if name.startswith("__"):
            continue
        field = type.fields[name]
        arguments = as_mirrored(get_argument_values(field, nodes[0], operation.variables))
        fields.append(Selected(key, type, field, name, arguments, nodes, operation))
    return fields


def as_mirrored(value: Any) -> Any:
    """The value with its texts as the mirror would hold them: PostgreSQL takes no NUL, not even to compare with."""
    if isinstance(value, Mapping):
        return {name: as_mirrored(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_mirrored(member) for member in value]
    # Exactly text: enums are texts too, and name themselves.
    return value.replace(NUL, "\ufffd") if type(value) is str else value


def _field_nodes(
    operation: Operation, type: GraphQLObjectType, selection_set: SelectionSetNode, spread: set[str]
) -> Iterator[FieldNode]:
    """`spread` are the fragments that were spread here before: a second time adds nothing."""
    for node in selection_set.selections:
        if not _is_included(operation, node):
            continue
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            if _applies(operation, node, type):
                yield from _field_nodes(operation, type, node.selection_set, spread)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
            spread.add(node.name.value)
            fragment = operation.fragments[node.name.value]
            if _applies(operation, fragment, type):
                yield from _field_nodes(operation, type, fragment.selection_set, spread)


def _is_included(operation: Operation, node: Any) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, node, operation.variables)
    include = get_directive_values(GraphQLIncludeDirective, node, operation.variables)
    return not (skip and skip["if"]) and not (include and not include["if"])


def _applies(
    operation: Operation, fragment: FragmentDefinitionNode | InlineFragmentNode, type: GraphQLObjectType
) -> bool:
    if fragment.type_condition is None:
        return True
    condition = type_from_ast(operation.schema, fragment.type_condition)
    if is_abstract_type(condition):
        abstract: GraphQLAbstractType = condition
        return operation.schema.is_sub_type(abstract, type)
    return condition is type
