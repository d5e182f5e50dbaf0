"""From a document to the answer: parse, validate, check rights, read in one statement, answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    execute,
    get_operation_ast,
    is_abstract_type,
    is_introspection_type,
    parse,
    specified_rules,
    validate,
    value_from_ast_untyped,
)
from graphql.execution.values import get_variable_values
from graphql.validation.validate import ValidationAbortedError

from db.outage import DATABASE_AWAY
from mirror.errors import StripeError
from resolvers.context import Context
from resolvers.outcome import Rejected
from resolvers.reading.limits import impossible
from resolvers.reading.plain import shape
from resolvers.reading.reader import Reader
from resolvers.reading.selection import TYPE, Operation, Selected, fields_of
from resolvers.reading.sources import Late
from schema import build_schema
from schema.answering import Execution, selected
from schema.declarations import declarations_of
from schema.rights import refusals

log = structlog.stdlib.get_logger(__name__)

MAX_TOKENS = 4_000
MAX_ERRORS = 100
INTERNAL = "INTERNAL"
TOO_DEEP = "The document is nested too deeply. Ask in several operations."


@dataclass(frozen=True, slots=True)
class Answer:
    """The finished response. `executed` is False when it was refused before anything ran."""

    body: bytes
    executed: bool


class Executor:
    """Answers documents. Reads take one SQL statement an operation, and one more for each mutation's payload."""

    def __init__(self, *, introspection: bool) -> None:
        self._schema = resolvable_schema()
        self._declarations = declarations_of(self._schema)
        self._reader = Reader(self._declarations)
        self._rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)

    async def execute(
        self,
        *,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Context,
    ) -> Answer:
        """Raises what is not the document's fault: a database that is away."""
        try:
            return await self._execute(query, dict(variables or {}), operation_name, context)
        except _Refused as refused:
            return _answer({"errors": [error.formatted for error in refused.errors]}, executed=False)
        except RecursionError:
            return _answer({"errors": [GraphQLError(TOO_DEEP).formatted]}, executed=False)

    async def _execute(
        self, query: str, variables: dict[str, Any], operation_name: str | None, context: Context
    ) -> Answer:
        document = self._parse(query)
        operation, fields = self._prepare(document, variables, operation_name, context)
        reads = operation.operation is OperationType.QUERY and fields
        root = await self._reader.read(context, fields) if reads else {}
        result = execute(
            self._schema,
            document,
            root_value=root,
            context_value=Execution(context, self._reader),
            variable_values=variables,
            operation_name=operation_name,
        )
        finished = await result if hasattr(result, "__await__") else result
        for failed in finished.errors or ():
            if isinstance(failed.original_error, DATABASE_AWAY):
                raise failed.original_error
        body: dict[str, Any] = {"data": finished.data}
        if finished.errors:
            body["errors"] = [_shown(error, context) for error in finished.errors]
        return _answer(body, executed=True)

    def _parse(self, query: str) -> DocumentNode:
        try:
            document = parse(query, max_tokens=MAX_TOKENS)
        except GraphQLError as error:
            raise _Refused([error]) from None
        errors = validate(self._schema, document, self._rules, max_errors=MAX_ERRORS)
        if errors and len(errors) <= MAX_ERRORS and isinstance(errors[-1], ValidationAbortedError):
            raise _Refused([GraphQLError(TOO_DEEP)])
        if errors:
            raise _Refused(errors)
        return document

    def _prepare(
        self, document: DocumentNode, variables: dict[str, Any], operation_name: str | None, context: Context
    ) -> tuple[OperationDefinitionNode, list[Selected]]:
        operation = get_operation_ast(document, operation_name)
        if operation is None:
            sentence = "Name one of the document's operations in operationName."
            raise _Refused([GraphQLError(sentence)])
        coerced = get_variable_values(self._schema, operation.variable_definitions or (), variables)
        if isinstance(coerced, list):
            raise _Refused(coerced)
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            raise _Refused([GraphQLError(f"There are no operations of the kind {operation.operation.value}.")])
        try:
            fields = fields_of(Operation(self._schema, fragments, coerced), root, [operation.selection_set])
            errors = list(impossible(fields, self._declarations))
            if not context.caller.is_operator:
                errors = list(refusals(fields, _given(operation, variables))) or errors
        except GraphQLError as error:
            raise _Refused([error]) from None
        if errors:
            raise _Refused(errors)
        return operation, fields


class _Refused(Exception):
    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


def resolvable_schema() -> GraphQLSchema:
    """The contract, with every field of an answer taken from what was read for it, by its response key."""
    schema: GraphQLSchema = build_schema()._schema
    declarations = declarations_of(schema)
    for type in schema.type_map.values():
        if is_abstract_type(type):
            type.resolve_type = _type_name
        if not isinstance(type, GraphQLObjectType) or is_introspection_type(type) or type is schema.mutation_type:
            continue
        type.is_type_of = None
        for name, field in type.fields.items():
            source = declarations.fields.get((type.name, name))
            field.resolve = _late(source) if isinstance(source, Late) else _by_response_key
    return schema


def _type_name(value: Mapping[str, Any], _info: GraphQLResolveInfo[Execution], _type: Any) -> str:
    return str(value[TYPE])


def _by_response_key(source: Mapping[str, Any], info: GraphQLResolveInfo[Execution], **_arguments: Any) -> Any:
    return source[str(info.path.key)]


def _late(late: Late) -> Any:
    async def resolve(source: Mapping[str, Any], info: GraphQLResolveInfo[Execution], **arguments: Any) -> Any:
        execution: Execution = info.context
        needed = source[str(info.path.key)]
        value = await late.resolve(execution.context, needed, arguments)
        return await shape(execution.reader, execution.context, value, selected(info))

    return resolve


def _given(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as they came, and the defaults of those that did not."""
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return defaults | dict(variables)


def _shown(error: GraphQLError, context: Context) -> dict[str, Any]:
    """The error as clients see it: what is nobody's fault but ours is told in the log, not to them."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return dict(error.formatted)
    shown: dict[str, Any] = {"path": error.path, "locations": error.formatted.get("locations")}
    if isinstance(cause, Rejected):
        told = cause.error
        return shown | {"message": told.message, "extensions": {"code": told.code.value}}
    if isinstance(cause, StripeError):
        log.warning("Stripe could not be asked", path=error.path, error=type(cause).__name__, exc_info=cause)
        sentence = "Stripe cannot be asked now. Try again in a moment."
        return shown | {"message": sentence, "extensions": {"code": "STRIPE_UNAVAILABLE"}}
    log.error("a field failed", path=error.path, exc_info=cause)
    sentence = f"Something went wrong here. Ask for help with the request id {context.request_id}."
    return shown | {"message": sentence, "extensions": {"code": INTERNAL, "requestId": context.request_id}}


def _answer(body: Mapping[str, Any], *, executed: bool) -> Answer:
    return Answer(orjson.dumps(body), executed)
