"""Automatic persisted queries: a client names a document by its hash, and sends the text only where it is not known."""

import sys
from collections import OrderedDict
from http import HTTPStatus

from server.document_hash import refuse_other_hash
from server.errors import DocumentRefused

MOST_TEXTS = 1_000
MOST_BYTES = 8 * 1024 * 1024


class PersistedQueries:
    """Texts by their hash, in this process. The ones that were asked for longest ago make room for others."""

    def __init__(self, *, most_texts: int = MOST_TEXTS, most_bytes: int = MOST_BYTES) -> None:
        self._most_texts = most_texts
        self._most_bytes = most_bytes
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0

    def text(self, query: str | None, sha256: str | None) -> str:
        """The document that a request means: the text that it sends, or the one that it names.

        Raises HTTPException with status 400 for a hash that is not that of the text, and DocumentRefused with the code
        PERSISTED_QUERY_NOT_FOUND, on which clients send the text.
        """
        if query is not None:
            if sha256 is not None:
                refuse_other_hash(sha256, query)
            return query
        known = self.known(sha256) if sha256 is not None else None
        if known is None:
            # Clients know the word, not a sentence.
            raise DocumentRefused(HTTPStatus.BAD_REQUEST, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return known

    def known(self, sha256: str) -> str | None:
        """The text that is kept by this name, which counts as asked for."""
        if sha256 in self._texts:
            self._texts.move_to_end(sha256)
        return self._texts.get(sha256)

    def remember(self, sha256: str, text: str) -> None:
        """Keep a text by its hash. Whoever calls has seen that it is worth it: that it has been executed."""
        if sha256 in self._texts:
            return
        self._texts[sha256] = text
        self._bytes += sys.getsizeof(text)
        while len(self._texts) > self._most_texts or self._bytes > self._most_bytes:
            _, dropped = self._texts.popitem(last=False)
            self._bytes -= sys.getsizeof(dropped)
