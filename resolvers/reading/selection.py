"""What an operation asks for: fields merged by response key, with their arguments, after @skip and @include."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLString,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    type_from_ast,
)
from graphql.execution.values import VariableValues, get_directive_values

from resolvers.reading.arguments import arguments_of

TYPENAME = "__typename"
TYPENAME_FIELD = GraphQLField(GraphQLNonNull(GraphQLString))
TYPE = "\u0003"
"""The key under which an object of an abstract type tells which it is: one that no response key can be."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What selections are read against."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    """As graphql-core hands them on."""


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

    def refuse(self, sentence: str, code: str = "INVALID_INPUT") -> GraphQLError:
        """An error that points at the field; it keeps nothing of the document but its text."""
        places = [node.loc for node in self.nodes if node.loc]
        source = places[0].source if places else None
        return GraphQLError(
            sentence, source=source, positions=[place.start for place in places], extensions={"code": code}
        )

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
    """The fields that are selected on an object of the type, in the order of the document."""
    grouped: dict[str, list[FieldNode]] = {}
    spread: set[str] = set()
    for selection_set in selection_sets:
        for node in _field_nodes(operation, type, selection_set, spread):
            grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
    fields = []
    for key, nodes in grouped.items():
        name = nodes[0].name.value
        field = TYPENAME_FIELD if name == TYPENAME else type.fields.get(name)
        # What is left are __schema and __type, which are answered from the schema.
        if field is not None:
            arguments = arguments_of(field, nodes[0], operation.variables)
            fields.append(Selected(key, type, field, name, arguments, nodes, operation))
    return fields


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
