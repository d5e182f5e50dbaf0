"""From a document to the answer: find its plan, run its one statement, pass on what the database wrote."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    execute,
    value_from_ast_untyped,
)

from db.outage import DATABASE_AWAY
from db.reads import TookTooLong
from mirror.errors import StripeError
from mirror.measures import UNMEASURED, Measures
from resolvers.context import Context
from resolvers.outcome import Rejected
from resolvers.reading.finishing import finished, unfinished
from resolvers.reading.limits import Cost, Limits, cost_of, too_complex
from resolvers.reading.nodes import all_candidates
from resolvers.reading.plan import Plan, compile_operation, lacking
from resolvers.reading.reader import Reader, frame_of, shape_of_request
from resolvers.reading.selection import Selected
from resolvers.reading.values import Frame
from schema.answering import Execution
from schema.declarations import declarations_of
from schema.documents import Document, Documents, Misfit, Variant
from schema.parsing import TOO_DEEP, Parser, Refused, is_mutation
from schema.resolvable import resolvable_schema
from schema.rights import refusals

log = structlog.stdlib.get_logger(__name__)

QUERY, MUTATION = "query", "mutation"
INTERNAL = "INTERNAL"
TIMEOUT = "TIMEOUT"
REMEMBERED_DOCUMENTS = 1_000
REMEMBERED_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """The finished response. `executed` is False when it was refused before anything ran."""

    body: bytes
    executed: bool
    failed: bool = False
    """Whether it holds errors of what ran."""
    kind: str = "none"
    """query or mutation, where that was found out."""


class Executor:
    """Answers documents. A query takes one SQL statement, and so does the payload of each mutation."""

    def __init__(
        self,
        *,
        introspection: bool,
        limits: Limits = Limits(),  # noqa: B008
        remembered_documents: int = REMEMBERED_DOCUMENTS,
        remembered_bytes: int = REMEMBERED_BYTES,
        measures: Measures = UNMEASURED,
    ) -> None:
        self._measures = measures
        self._schema = resolvable_schema()
        self._declarations = declarations_of(self._schema)
        self._limits = limits
        self._reader = Reader(self._declarations, limits)
        self._parser = Parser(self._schema, limits, introspection=introspection)
        self.documents = Documents(entries=remembered_documents, most_bytes=remembered_bytes)
        self._turn = asyncio.Lock()

    async def execute(
        self,
        *,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Context,
        tells_cost: bool = False,
    ) -> Answer:
        """Raises what is not the document's fault: a database that is away, a statement that fails."""
        asked = _Asked(query, variables or {}, operation_name, context, tells_cost)
        try:
            return await self._answer(asked)
        except Refused as refused:
            return _answer({"errors": [error.formatted for error in refused.errors]}, executed=False)
        except GraphQLError as error:
            return _answer({"errors": [error.formatted]}, executed=False)
        except RecursionError:
            return _answer({"errors": [GraphQLError(TOO_DEEP).formatted]}, executed=False)
        except TookTooLong:
            log.warning("a read took too long")
            return _answer({"data": None, "errors": [_too_long(context)]}, executed=True, kind=QUERY)

    async def _answer(self, asked: "_Asked") -> Answer:
        document, known = self.documents.find(asked.query, asked.operation_name)
        if document is None:
            return await self._answer_new(asked)
        try:
            values = document.values(asked.variables)
        except Misfit:
            return await self._answer_new(asked)
        frame = frame_of(asked.context, values)
        variant = document.variants.get((shape_of_request(asked.context), document.shape(values)))
        plan = variant.find(frame) if variant else None
        if plan is None:
            return await self._answer_new(asked, document)
        return await self._run(asked, document, plan, frame, often=known)

    async def _answer_new(self, asked: "_Asked", document: Document | None = None) -> Answer:
        """Answer what has no plan yet."""
        # One after the other, and known documents first, so that many new ones do not keep those waiting.
        async with self._turn:
            await asyncio.sleep(0)
            read = self._parser.parse(asked.query)
            operation = self._parser.operation(read, asked.operation_name)
            values = self._parser.variables(operation, asked.variables)
            frame = frame_of(asked.context, values.coerced)
            fields = self._parser.selected(read, operation, values)
            cost = self._allowed(asked, operation, fields, frame)
            if not is_mutation(operation):
                document = document or self._parser.remembered(asked.query, read, operation, asked.operation_name)
                plan = self._planned(document, asked.context, fields, frame, cost)
        if document is None:
            return await self._complete(asked, read, {}, cost.of(frame), kind=MUTATION)
        return await self._run(asked, document, plan, frame, often=False)

    def _allowed(
        self, asked: "_Asked", operation: OperationDefinitionNode, fields: Sequence[Selected], frame: Frame
    ) -> Cost:
        """What the operation costs. Raises Refused for what is too much, or for operators only."""
        cost = cost_of(fields, self._declarations, self._limits)
        if not asked.context.caller.is_operator:
            errors = list(refusals(fields, _given(operation, asked.variables)))
            if errors:
                raise Refused(*errors)
        self._refuse_cost(cost.of(frame))
        return cost

    def _planned(
        self, document: Document, context: Context, fields: Sequence[Selected], frame: Frame, cost: Cost
    ) -> Plan:
        """A new plan for the document, which is remembered with it."""
        rights = shape_of_request(context)
        plan = compile_operation(fields, self._declarations, rights, self._limits, frame, cost)
        shape = rights, document.shape(frame.variables)
        variant = document.variants.get(shape) or Variant(all_candidates(fields, self._declarations))
        variant.keep(frame, plan)
        document.keep(shape, variant)
        self.documents.remember(document)
        return plan

    def _refuse_cost(self, cost: int) -> None:
        if cost > self._limits.cost:
            raise too_complex(f"The query costs {cost:,}, which is too much", "MAX_COST", self._limits.cost)

    async def _run(self, asked: "_Asked", document: Document, plan: Plan, frame: Frame, *, often: bool) -> Answer:
        cost = plan.cost.of(frame)
        self._refuse_cost(cost)
        text = await self._reader.run(asked.context, plan, frame, often=often)
        whole, failed = None, dict[str, Exception]()
        if plan.reads_through and (missing := lacking(plan, text, frame)):
            text, failed = await self._read_through(asked.context, plan, frame, text, missing)
        if not (plan.asks or document.introspects or failed):
            whole = finished(text, frame, plan.locales, tells_types=plan.tells_types)
        if whole is None:
            return await self._complete(asked, self._parser.parse(asked.query), unfinished(text) | failed, cost)
        extensions = f',"extensions":{_cost(cost, self._limits)}' if asked.tells_cost else ""
        return Answer(f'{{"data":{whole}{extensions}}}'.encode(), executed=True, kind=QUERY)

    async def _read_through(
        self, context: Context, plan: Plan, frame: Frame, text: str, missing: Mapping[str, str]
    ) -> tuple[str, dict[str, Exception]]:
        """What is told once Stripe was asked for what is missing, and why it could not be, by response key."""
        services = context.services
        came = await asyncio.gather(
            *(services.read_through.customer(services.gateway, services.mirror, id) for id in missing.values()),
            return_exceptions=True,
        )
        failed: dict[str, Exception] = {}
        for key, found in zip(missing, came, strict=True):
            if isinstance(found, Exception):
                failed[key] = found
            elif isinstance(found, BaseException):
                raise found
        if True in came:
            text = await self._reader.run(context, plan, frame, often=False)
        return text, failed

    async def _complete(
        self,
        asked: "_Asked",
        document: DocumentNode,
        root: Mapping[str, Any],
        cost: int | None = None,
        *,
        kind: str = QUERY,
    ) -> Answer:
        """Let graphql-core make the answer, of what was read: it knows where nulls and errors belong."""
        result = execute(
            self._schema,
            document,
            root_value=root,
            context_value=Execution(asked.context, self._reader, self._measures),
            variable_values=dict(asked.variables),
            operation_name=asked.operation_name,
        )
        answered = await result if hasattr(result, "__await__") else result
        for failed in answered.errors or ():
            if isinstance(failed.original_error, DATABASE_AWAY):
                raise failed.original_error
        body: dict[str, Any] = {"data": answered.data}
        if answered.errors:
            body["errors"] = [_shown(error, asked.context) for error in answered.errors]
        if asked.tells_cost and cost is not None:
            body["extensions"] = orjson.Fragment(_cost(cost, self._limits))
        return _answer(body, executed=True, kind=kind)


@dataclass(frozen=True, slots=True)
class _Asked:
    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    context: Context
    tells_cost: bool


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
    if isinstance(cause, TookTooLong):
        return shown | _too_long(context)
    log.error("a field failed", path=error.path, exc_info=cause)
    sentence = f"Something went wrong here. Ask for help with the request id {context.request_id}."
    return shown | {"message": sentence, "extensions": {"code": INTERNAL, "requestId": context.request_id}}


def _too_long(context: Context) -> dict[str, Any]:
    sentence = "Reading this took longer than it may (READ_TIMEOUT_SECONDS). Ask for less at once."
    return {"message": sentence, "extensions": {"code": TIMEOUT, "requestId": context.request_id}}


def _cost(cost: int, limits: Limits) -> str:
    return f'{{"cost":{{"value":{cost},"maximum":{limits.cost}}}}}'


def _answer(body: Mapping[str, Any], *, executed: bool, kind: str = "none") -> Answer:
    return Answer(orjson.dumps(body), executed, failed="errors" in body, kind=kind)
