"""A server that answers no documents but those of a folder, however they are spelled."""

import os
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse, print_ast, strip_ignored_characters

from server.document_hash import refuse_other_hash, sha256_of
from server.errors import DocumentRefused
from server.persisted_queries import PersistedQueries
from server.refusal import Refusal

SUFFIXES = (".graphql", ".gql")
LONGER_BY_SPELLING = 4
"""What is longer than the longest document by more than this is refused unread, since reading it takes time."""
NOT_TRUSTED = (
    "This server answers its trusted documents alone, and this is none of them: "
    "put it into the folder that TRUSTED_DOCUMENTS names, and restart the server."
)


class TrustedDocuments:
    """The documents of a folder, by the hashes of their spellings. Nothing that a request brings adds to them."""

    def __init__(self, documents: list[tuple[str, DocumentNode]]) -> None:
        self._texts = {sha256_of(form): text for text, parsed in documents for form in _forms(text, parsed)}
        self._longest = LONGER_BY_SPELLING * max(len(text) for text, _ in documents)
        self._spellings = PersistedQueries()

    def text(self, query: str | None, sha256: str | None) -> str:
        """The text, as it is in the folder, of the document that a request sends or names.

        Raises HTTPException with status 400 for a hash that is not that of the text, and DocumentRefused with the code
        DOCUMENT_NOT_TRUSTED. A hash alone that is not known is PERSISTED_QUERY_NOT_FOUND: it may be that of another
        spelling, and clients then send the text.
        """
        if query is None:
            return self._texts.get(sha256 or "") or self._spellings.text(None, sha256)
        if sha256 is not None:
            refuse_other_hash(sha256, query)
        spelling = sha256 or sha256_of(query)
        text = self._texts.get(spelling) or self._spellings.known(spelling)
        if text is None:
            text = self._of_another_spelling(query)
            self._spellings.remember(spelling, text)
        return text

    def remember(self, sha256: str, text: str) -> None:
        """Nothing: texts come from the folder alone."""

    def _of_another_spelling(self, query: str) -> str:
        if len(query) <= self._longest:
            with suppress(GraphQLError):
                text = self._texts.get(sha256_of(strip_ignored_characters(query)))
                if text is not None:
                    return text
        raise DocumentRefused(HTTPStatus.FORBIDDEN, NOT_TRUSTED, "DOCUMENT_NOT_TRUSTED")


def read_documents(folder: Path) -> list[tuple[str, DocumentNode]]:
    """Every document below a folder, as text and parsed. Raises Refusal when one of them, or the folder, is amiss."""
    documents = [_read(file) for file in _files(folder)]
    if not documents:
        raise Refusal(
            f"TRUSTED_DOCUMENTS names {folder}, which holds no documents: put *.graphql or *.gql files there."
        )
    return documents


def _files(folder: Path) -> list[Path]:
    try:
        found = [Path(parent, name) for parent, _, names in os.walk(folder, onerror=_fail) for name in names]
    except OSError as error:
        raise Refusal(
            f"TRUSTED_DOCUMENTS must be a folder that can be read, and {error.filename} is not: {error.strerror}."
        ) from None
    return sorted(path for path in found if path.suffix in SUFFIXES)


def _fail(error: OSError) -> None:
    raise error


def _read(file: Path) -> tuple[str, DocumentNode]:
    try:
        # Not read as text, which would turn the ends of its lines into others and so change its hash.
        text = file.read_bytes().decode()
        parsed = parse(text)
    except OSError as error:
        raise _refusal(file, f"which cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise _refusal(file, "which is not UTF-8") from None
    except GraphQLError as error:
        line = error.locations[0].line if error.locations else 1
        raise _refusal(file, f"which is no GraphQL document (line {line}: {error.message.rstrip('.')})") from None
    if not any(isinstance(definition, OperationDefinitionNode) for definition in parsed.definitions):
        raise _refusal(file, "which has no operation, as a document has, along with the fragments that it uses")
    return text, parsed


def _refusal(file: Path, reason: str) -> Refusal:
    return Refusal(f"TRUSTED_DOCUMENTS holds {file}, {reason}: correct it or take it out.")


def _forms(text: str, parsed: DocumentNode) -> Iterator[str]:
    """The spellings that a request may name by their hash alone."""
    printed = print_ast(parsed)
    yield from (text, text.strip(), printed, strip_ignored_characters(text), strip_ignored_characters(printed))
