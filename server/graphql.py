"""/graphql, after the GraphQL-over-HTTP specification."""

import time

import structlog
from graphql import GraphQLError, OperationType, get_operation_ast, parse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from db.outage import DATABASE_AWAY
from resolvers.context import Caller, Context
from server.auth import Authenticator, Unauthenticated
from server.graphiql import GraphiQL
from server.jwks import KeysUnavailable
from server.negotiation import GRAPHQL_RESPONSE, HTML, JSON, negotiate
from server.persisted_queries import PersistedQueries
from server.requests import DOCUMENT_PARAMETERS, read_request
from server.trusted_documents import TrustedDocuments
from server.wiring import Wiring

log = structlog.stdlib.get_logger(__name__)


class GraphQL:
    """Answers queries by GET and POST, mutations by POST alone, and GraphiQL's page where there is one."""

    def __init__(
        self,
        wiring: Wiring,
        authenticator: Authenticator,
        documents: PersistedQueries | TrustedDocuments,
        page: GraphiQL | None,
    ) -> None:
        self._wiring = wiring
        self._authenticator = authenticator
        self._documents = documents
        self._page = page

    async def handle(self, request: Request) -> Response:
        accept = request.headers.get("accept")
        by_url = request.method != "POST"
        wants_page = self._page is not None and by_url and DOCUMENT_PARAMETERS.isdisjoint(request.query_params)
        media_type = negotiate(accept, (GRAPHQL_RESPONSE, JSON, HTML) if wants_page else (GRAPHQL_RESPONSE, JSON))
        if media_type is None:
            raise HTTPException(406, f"Answers come as {GRAPHQL_RESPONSE} or {JSON}: accept one of them.")
        if self._page is not None and media_type == HTML:
            return self._page.response(request)

        caller = await self._caller(request)
        asked = await read_request(request)
        query = self._documents.text(asked.query, asked.sha256)
        if by_url and _is_mutation(query, asked.operation_name):
            raise HTTPException(405, "Mutations are sent by POST.", {"allow": "POST"})
        wired = self._wiring.current()
        context = Context(wired.services, caller, request.state.request_id, int(time.time()))
        try:
            answer = await wired.executor.execute(
                query=query, variables=asked.variables, operation_name=asked.operation_name, context=context
            )
        except DATABASE_AWAY as error:
            log.error("the database is away", error=type(error).__name__)
            detail = "The database cannot be reached now: try again in a few seconds."
            raise HTTPException(503, detail, {"retry-after": "5"}) from error
        if asked.sha256 is not None and answer.executed:
            self._documents.remember(asked.sha256, query)
        status = 200 if answer.executed or media_type == JSON else 400
        return Response(answer.body, status, _headers(media_type, by_url))

    async def _caller(self, request: Request) -> Caller:
        try:
            return await self._authenticator.authenticate(request.headers.get("authorization"))
        except Unauthenticated as error:
            challenge = f'Bearer error="invalid_token", error_description="{error}"' if error.bad_token else "Bearer"
            raise HTTPException(401, str(error), {"www-authenticate": challenge}) from None
        except KeysUnavailable:
            detail = "The keys that tokens are checked with cannot be fetched now: try again in a few seconds."
            raise HTTPException(503, detail, {"retry-after": "10"}) from None


def _headers(media_type: str, by_url: bool) -> dict[str, str]:
    headers = {"content-type": f"{media_type}; charset=utf-8"}
    # The answer to a URL is not the same for the next who signs in with the same browser.
    return headers | {"cache-control": "no-store"} if by_url else headers


def _is_mutation(query: str, operation_name: str | None) -> bool:
    try:
        operation = get_operation_ast(parse(query, no_location=True), operation_name)
    except GraphQLError:
        return False
    return operation is not None and operation.operation is OperationType.MUTATION
