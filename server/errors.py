"""What went wrong before or around GraphQL, told in GraphQL's shape."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.negotiation import GRAPHQL_RESPONSE, JSON, negotiate

CODES = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "TOO_LARGE",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL_ERROR",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
}
OF_THE_ROUTER = {
    HTTPStatus.NOT_FOUND: "There is nothing at this path: GraphQL is at /graphql.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This path does not take that method: the header Allow names those that it takes.",
}


class DocumentRefused(HTTPException):
    """The document of a request in good form is not there, or not allowed; `code` says to programs which.

    As with a document that does not validate, clients that accept application/json alone get status 200.
    """

    def __init__(self, status: HTTPStatus, message: str, code: str) -> None:
        # A cache that kept the answer to a GET would go on refusing what is there by then.
        super().__init__(status, message, {"cache-control": "no-store"})
        self.code = code


def error_body(message: str, code: str, request_id: str) -> bytes:
    extensions = {"code": code, "requestId": request_id}
    return orjson.dumps({"errors": [{"message": message, "extensions": extensions}]})


def error_response(
    request: Request,
    status: HTTPStatus,
    message: str,
    headers: Mapping[str, str] | None = None,
    *,
    code: str | None = None,
) -> Response:
    """A GraphQL response without data, in a media type that the client accepts. Without a `code` the status says it."""
    body = error_body(message, code or CODES.get(status, status.name), request.state.request_id)
    return Response(body, status.value, {"content-type": f"{_media_type(request)}; charset=utf-8", **(headers or {})})


def http_error(request: Request, error: Exception) -> Response:
    """Starlette's handler of HTTPException: ours, and those of its router."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if isinstance(error, DocumentRefused):
        status = HTTPStatus.OK if _media_type(request) == JSON else status
        return error_response(request, status, error.detail, error.headers, code=error.code)
    message = OF_THE_ROUTER.get(status, error.detail) if error.detail == status.phrase else error.detail
    return error_response(request, status, message, error.headers)


def _media_type(request: Request) -> str:
    return negotiate(request.headers.get("accept"), (GRAPHQL_RESPONSE, JSON)) or JSON
