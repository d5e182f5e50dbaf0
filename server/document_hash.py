"""The SHA-256 by which a request names its document: `persistedQuery`, as Apollo has it, or `documentId`."""

import hashlib
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException

from server.errors import DocumentRefused

HASH = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def named_hash(parameters: Mapping[str, Any], extensions: Mapping[str, Any]) -> str | None:
    """The hash that a request names its document by, if it does, as 64 hexadecimal digits in lower case.

    Raises HTTPException with status 400, and DocumentRefused for a version of `persistedQuery` other than 1.
    """
    document_id, persisted_query = parameters.get("documentId"), extensions.get("persistedQuery")
    by_id = None if document_id is None else _hash(document_id, "documentId")
    by_extension = None if persisted_query is None else _of_persisted_query(persisted_query)
    if by_id and by_extension and by_id != by_extension:
        raise HTTPException(400, "The parameters documentId and extensions.persistedQuery name different documents.")
    return by_id or by_extension


def refuse_other_hash(sha256: str, text: str) -> None:
    """Raises HTTPException with status 400 where the hash of `text` is not the one that came with it."""
    if sha256_of(text) != sha256:
        raise HTTPException(
            400, "The hash is not that of the query: send the SHA-256 of the text exactly as it is sent, in UTF-8."
        )


def _of_persisted_query(persisted_query: Any) -> str:
    if not isinstance(persisted_query, dict):
        raise HTTPException(400, "The parameter extensions.persistedQuery must be an object.")
    if persisted_query.get("version") != 1:
        # Clients know the word, not a sentence: they go on without persisted queries.
        raise DocumentRefused(HTTPStatus.BAD_REQUEST, "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
    return _hash(persisted_query.get("sha256Hash"), "extensions.persistedQuery.sha256Hash")


def _hash(value: Any, name: str) -> str:
    found = HASH.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise HTTPException(400, f"The parameter {name} must be a SHA-256: 64 hexadecimal digits in lower case.")
    return found[1]
