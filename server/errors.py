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


def error_body(message: str, code: str, request_id: str) -> bytes:
    extensions = {"code": code, "requestId": request_id}
    return orjson.dumps({"errors": [{"message": message, "extensions": extensions}]})


def error_response(
    request: Request, status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A GraphQL response without data, in a media type that the client accepts."""
    body = error_body(message, CODES.get(status, status.name), request.state.request_id)
    media_type = negotiate(request.headers.get("accept"), (GRAPHQL_RESPONSE, JSON)) or JSON
    return Response(body, status.value, {"content-type": f"{media_type}; charset=utf-8", **(headers or {})})


def http_error(request: Request, error: Exception) -> Response:
    """Starlette's handler of HTTPException: ours, and those of its router."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    message = OF_THE_ROUTER.get(status, error.detail) if error.detail == status.phrase else error.detail
    return error_response(request, status, message, error.headers)
