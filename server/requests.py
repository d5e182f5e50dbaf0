"""A GraphQL request, read from HTTP as the GraphQL-over-HTTP specification has it."""

import re
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.types import Receive

from server.departure import Departed
from server.document_hash import named_hash
from server.negotiation import JSON

LARGEST_BODY = 1024 * 1024
DOCUMENT_PARAMETERS = frozenset({"query", "documentId", "extensions"})
"""A URL that has one of them asks for an answer, and not for GraphiQL's page."""
CHARSET = re.compile(r'(?:^|;)\s*charset="?([^";\s]*)')


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """`query` or `sha256`, which names the document by the hash of its text, is there, or both are."""

    query: str | None
    sha256: str | None
    variables: dict[str, Any] | None
    operation_name: str | None


def from_url(query_string: bytes) -> GraphQLRequest:
    """The parameters of a GET request. Raises HTTPException with a 4xx status."""
    parameters: dict[str, Any] = {name: value for name, value in QueryParams(query_string).items() if value}
    for name in ("variables", "extensions"):
        if name in parameters:
            try:
                parameters[name] = orjson.loads(parameters[name])
            except orjson.JSONDecodeError:
                raise HTTPException(400, f"The parameter {name} must be JSON.") from None
    return _checked(parameters)


async def from_body(content_type: str, receive: Receive) -> GraphQLRequest:
    """The parameters of a POST request. Raises HTTPException with a 4xx status, and Departed."""
    if content_type != JSON and not _is_json_in_utf8(content_type):
        raise HTTPException(415, "Send the request as application/json in UTF-8.", {"accept": JSON})
    body = await _body(receive)
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HTTPException(400, "The body is not JSON.") from None
    if not isinstance(parsed, dict):
        raise HTTPException(400, "The body must be a JSON object with the key query.")
    return _checked(parsed)


def _is_json_in_utf8(content_type: str) -> bool:
    media_type, _, parameters = content_type.lower().partition(";")
    return media_type.strip() == JSON and all(charset in ("utf-8", "utf8") for charset in CHARSET.findall(parameters))


async def _body(receive: Receive) -> bytearray:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Departed
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, "The body is larger than 1 MiB.", {"connection": "close"})
    return body


def _checked(parameters: dict[str, Any]) -> GraphQLRequest:
    query, variables = parameters.get("query"), parameters.get("variables")
    operation_name, extensions = parameters.get("operationName"), parameters.get("extensions")
    if not isinstance(query, str | None):
        raise HTTPException(400, "The parameter query must be a text.")
    if not isinstance(variables, dict | None):
        raise HTTPException(400, "The parameter variables must be an object.")
    if not isinstance(operation_name, str | None):
        raise HTTPException(400, "The parameter operationName must be a text.")
    if not isinstance(extensions, dict | None):
        raise HTTPException(400, "The parameter extensions must be an object.")
    sha256 = named_hash(parameters, extensions or {}) if extensions or "documentId" in parameters else None
    if query is None and sha256 is None:
        raise HTTPException(400, "The parameter query is missing: send the text of a document.")
    return GraphQLRequest(query, sha256, variables, operation_name or None)
