"""A GraphQL request, read from HTTP as the GraphQL-over-HTTP specification has it."""

from dataclasses import dataclass
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.negotiation import JSON

LARGEST_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


async def read_request(request: Request) -> GraphQLRequest:
    """The parameters of a GET or POST request. Raises HTTPException with a 4xx status."""
    return _from_url(request) if request.method in ("GET", "HEAD") else await _from_body(request)


def _from_url(request: Request) -> GraphQLRequest:
    parameters: dict[str, Any] = {name: value for name, value in request.query_params.items() if value}
    for name in ("variables", "extensions"):
        if name in parameters:
            try:
                parameters[name] = orjson.loads(parameters[name])
            except orjson.JSONDecodeError:
                raise HTTPException(400, f"The parameter {name} must be JSON.") from None
    return _checked(parameters)


async def _from_body(request: Request) -> GraphQLRequest:
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    if media_type.strip() != JSON or charset not in ("", "utf-8", "utf8"):
        raise HTTPException(415, "Send the request as application/json in UTF-8.", {"accept": JSON})
    body = await _body(request)
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HTTPException(400, "The body is not JSON.") from None
    if not isinstance(parsed, dict):
        raise HTTPException(400, "The body must be a JSON object with the key query.")
    return _checked(parsed)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, "The body is larger than 1 MiB.", {"connection": "close"})
    return bytes(body)


def _checked(parameters: dict[str, Any]) -> GraphQLRequest:
    query, variables = parameters.get("query"), parameters.get("variables")
    operation_name = parameters.get("operationName")
    if not isinstance(query, str):
        raise HTTPException(400, "The parameter query is missing, or is not a text.")
    if not isinstance(variables, dict | None):
        raise HTTPException(400, "The parameter variables must be an object.")
    if not isinstance(operation_name, str | None):
        raise HTTPException(400, "The parameter operationName must be a text.")
    if not isinstance(parameters.get("extensions"), dict | None):
        raise HTTPException(400, "The parameter extensions must be an object.")
    return GraphQLRequest(query, variables, operation_name or None)
