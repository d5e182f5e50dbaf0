"""/graphql, after the GraphQL-over-HTTP specification."""

import time
from collections.abc import Mapping

import structlog
from graphql import GraphQLError, OperationType, get_operation_ast, parse
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from db.outage import DATABASE_AWAY
from mirror.measures import Measures
from resolvers.context import Caller, Context
from schema.execution import Answer
from server.auth import Authenticator, Unauthenticated
from server.departure import Departed, Departure
from server.errors import http_error
from server.graphiql import GraphiQL
from server.jwks import KeysUnavailable
from server.negotiation import GRAPHQL_RESPONSE, HTML, JSON, negotiate
from server.persisted_queries import PersistedQueries
from server.requests import DOCUMENT_PARAMETERS, from_body, from_url
from server.trusted_documents import TrustedDocuments
from server.wiring import Wiring

CONTENT_TYPES = {media_type: f"{media_type}; charset=utf-8".encode() for media_type in (GRAPHQL_RESPONSE, JSON)}
# The answer to a URL is not the same for the next who signs in with the same browser.
NOT_STORED = (b"cache-control", b"no-store")

log = structlog.stdlib.get_logger(__name__)

OUTCOMES = {401: "unauthenticated", 503: "unavailable"}

Finished = tuple[int, str, bytes]
"""Status, media type and body."""


class GraphQL:
    """Answers queries by GET and POST, mutations by POST alone, and GraphiQL's page where there is one.

    An ASGI application, since Starlette's objects cost more than what a small query does.
    """

    def __init__(
        self,
        wiring: Wiring,
        authenticator: Authenticator,
        documents: PersistedQueries | TrustedDocuments,
        page: GraphiQL | None,
        measures: Measures,
    ) -> None:
        self._measures = measures
        self._wiring = wiring
        self._authenticator = authenticator
        self._documents = documents
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Of a header that is sent twice, the first counts.
        headers = dict(reversed(scope["headers"]))
        try:
            if self._page is not None and self._wants_page(scope, _text(headers, b"accept")):
                await self._page.response(Request(scope))(scope, receive, send)
                return
            status, media_type, body = await self._measured(scope, headers, receive)
        except HTTPException as error:
            await http_error(Request(scope), error)(scope, receive, send)
            return
        except Departed:
            return
        told = [(b"content-type", CONTENT_TYPES[media_type]), (b"content-length", b"%d" % len(body))]
        if scope["method"] != "POST":
            told.append(NOT_STORED)
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": body})

    def _wants_page(self, scope: Scope, accept: str | None) -> bool:
        if scope["method"] == "POST" or not DOCUMENT_PARAMETERS.isdisjoint(QueryParams(scope["query_string"])):
            return False
        return negotiate(accept, (GRAPHQL_RESPONSE, JSON, HTML)) == HTML

    async def _measured(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> Finished:
        began = time.perf_counter()
        kind, outcome = "none", "fault"
        try:
            answer, finished = await self._answer(scope, headers, receive)
            kind, outcome = answer.kind, _outcome(answer)
        except HTTPException as error:
            outcome = OUTCOMES.get(error.status_code, "refused")
            raise
        except Departed:
            outcome = "departed"
            raise
        finally:
            self._measures.request(kind, outcome, time.perf_counter() - began)
        return finished

    async def _answer(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> tuple[Answer, Finished]:
        media_type = negotiate(_text(headers, b"accept"), (GRAPHQL_RESPONSE, JSON))
        if media_type is None:
            raise HTTPException(406, f"Answers come as {GRAPHQL_RESPONSE} or {JSON}: accept one of them.")
        caller = await self._caller(_text(headers, b"authorization"))
        if scope["method"] == "POST":
            asked = await from_body(_text(headers, b"content-type") or "", receive)
            query = self._documents.text(asked.query, asked.sha256)
        else:
            asked = from_url(scope["query_string"])
            query = self._documents.text(asked.query, asked.sha256)
            if _is_mutation(query, asked.operation_name):
                raise HTTPException(405, "Mutations are sent by POST.", {"allow": "POST"})
        wired = self._wiring.current()
        context = Context(wired.services, caller, scope["state"]["request_id"], int(time.time()))
        try:
            with Departure(receive):
                answer = await wired.executor.execute(
                    query=query,
                    variables=asked.variables,
                    operation_name=asked.operation_name,
                    context=context,
                    tells_cost=headers.get(b"x-query-cost", b"").lower() == b"true",
                )
        except DATABASE_AWAY as error:
            log.error("the database is away", error=type(error).__name__)
            detail = "The database cannot be reached now: try again in a few seconds."
            raise HTTPException(503, detail, {"retry-after": "5"}) from error
        if asked.sha256 is not None and answer.executed:
            self._documents.remember(asked.sha256, query)
        return answer, (200 if answer.executed or media_type == JSON else 400, media_type, answer.body)

    async def _caller(self, authorization: str | None) -> Caller:
        try:
            return await self._authenticator.authenticate(authorization)
        except Unauthenticated as error:
            challenge = f'Bearer error="invalid_token", error_description="{error}"' if error.bad_token else "Bearer"
            raise HTTPException(401, str(error), {"www-authenticate": challenge}) from None
        except KeysUnavailable:
            detail = "The keys that tokens are checked with cannot be fetched now: try again in a few seconds."
            raise HTTPException(503, detail, {"retry-after": "10"}) from None


def _outcome(answer: Answer) -> str:
    if not answer.executed:
        return "refused"
    return "errors" if answer.failed else "ok"


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


def _is_mutation(query: str, operation_name: str | None) -> bool:
    try:
        operation = get_operation_ast(parse(query, no_location=True), operation_name)
    except GraphQLError:
        return False
    return operation is not None and operation.operation is OperationType.MUTATION
