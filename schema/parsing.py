"""From a text to a document that may be carried out: parse, count, validate."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    get_operation_ast,
    parse,
    specified_rules,
    type_from_ast,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.utilities import coerce_input_literal
from graphql.validation.validate import ValidationAbortedError

from resolvers.reading.limits import Limits, too_complex
from resolvers.reading.selection import Operation, Selected, fields_of
from schema.documents import Document, Variable

MAX_ERRORS = 100
TOO_DEEP = "The document is nested too deeply. Ask in several operations."
TOO_MANY_TOKENS = "Parsing aborted"
INTROSPECTION = ("__schema", "__type")


class Refused(Exception):
    """A document that is not carried out, and why."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__()
        self.errors = errors


class Parser:
    """Reads texts by the schema, within the limits."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, introspection: bool) -> None:
        self._schema = schema
        self._limits = limits
        self._rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)

    def parse(self, text: str) -> DocumentNode:
        """The valid document. Raises Refused."""
        try:
            document = parse(text, max_tokens=self._limits.tokens)
        except GraphQLSyntaxError as error:
            if TOO_MANY_TOKENS in error.message:
                raise Refused(too_complex("The document is too long", "MAX_TOKENS", self._limits.tokens)) from None
            raise Refused(error) from None
        # Before validation, whose work grows faster than the document.
        count = Counts(document)
        if count.aliases > self._limits.aliases:
            raise Refused(too_complex(f"{count.aliases:,} aliases are too many", "MAX_ALIASES", self._limits.aliases))
        if count.directives > self._limits.directives:
            sentence = f"{count.directives:,} directives are too many"
            raise Refused(too_complex(sentence, "MAX_DIRECTIVES", self._limits.directives))
        errors = validate(self._schema, document, self._rules, max_errors=MAX_ERRORS)
        if errors and len(errors) <= MAX_ERRORS and isinstance(errors[-1], ValidationAbortedError):
            raise Refused(GraphQLError(TOO_DEEP))
        if errors:
            raise Refused(*errors)
        return document

    def operation(self, document: DocumentNode, name: str | None) -> OperationDefinitionNode:
        """The operation of that name, or the only one. Raises Refused."""
        operation = get_operation_ast(document, name)
        if operation is None:
            raise Refused(GraphQLError("Name one of the document's operations in operationName."))
        if self._schema.get_root_type(operation.operation) is None:
            raise Refused(GraphQLError(f"There are no operations of the kind {operation.operation.value}."))
        return operation

    def remembered(
        self, text: str, document: DocumentNode, operation: OperationDefinitionNode, name: str | None
    ) -> Document:
        """What is worth keeping of a query."""
        variables = []
        for definition in operation.variable_definitions or ():
            type: Any = type_from_ast(self._schema, definition.type)
            default = definition.default_value
            value = Undefined if default is None else coerce_input_literal(default, type)
            variables.append(Variable.of(definition.variable.name.value, type, value))
        kept = Document(text, name, Counts(document).introspects, tuple(variables))
        kept.weigh()
        return kept

    def variables(self, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> VariableValues:
        """The coerced variables. Raises Refused."""
        values = get_variable_values(self._schema, operation.variable_definitions or (), dict(given))
        if isinstance(values, list):
            raise Refused(*values)
        return values

    def selected(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: VariableValues
    ) -> list[Selected]:
        """The fields of the operation's root."""
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        return fields_of(Operation(self._schema, fragments, variables), root, [operation.selection_set])


class Counts:
    """What is in a document, fragments counted once."""

    def __init__(self, document: DocumentNode) -> None:
        self.aliases = 0
        self.directives = 0
        self.introspects = False
        left: list[Any] = list(document.definitions)
        while left:
            node = left.pop()
            self.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                self.aliases += node.alias is not None
                self.introspects |= node.name.value in INTROSPECTION
            inner: SelectionSetNode | None = getattr(node, "selection_set", None)
            left += inner.selections if inner else ()


def is_mutation(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.MUTATION
