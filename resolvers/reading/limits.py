"""What a document asks for and no read can give: told before anything runs, also before a mutation acts."""

from collections.abc import Iterable, Iterator

from graphql import GraphQLError

from resolvers.reading.paging import MOST, Page
from resolvers.reading.selection import Selected
from resolvers.reading.sources import Connection, Declarations, NodeById

MOST_LEVELS = 60
"""How deep fields may nest: an answer takes about ten calls of functions within each other for each level."""
MOST_FIELDS = 5_000
"""How many fields may be selected, fragments written out: each may spread another twice, and so double them."""


def impossible(fields: Iterable[Selected], declarations: Declarations) -> Iterator[GraphQLError]:
    """One error for each page that cannot be, each list of ids that is too long, and each branch that is too deep.

    Raises the error of a document that selects too much as a whole.
    """
    return _Inspection(declarations).of(fields, MOST_LEVELS)


class _Inspection:
    def __init__(self, declarations: Declarations) -> None:
        self._declarations = declarations
        self._seen = 0

    def of(self, fields: Iterable[Selected], levels: int) -> Iterator[GraphQLError]:
        for field in fields:
            self._seen += 1
            if self._seen > MOST_FIELDS:
                raise _refuse(f"More than {MOST_FIELDS} fields are selected. Ask in several operations.", field)
            if levels == 0:
                yield _refuse(
                    f"Fields are nested in more than {MOST_LEVELS} levels here. Ask in several operations.", field
                )
                return
            match self._declarations.fields.get((field.parent.name, field.name)):
                case Connection() as source:
                    try:
                        Page(field, source)
                    except GraphQLError as error:
                        yield error
                case NodeById(many=True) if len(ids := field.arguments["ids"]) > MOST:
                    yield _refuse(f"At most {MOST} ids can be asked for at once: {len(ids)} are too many.", field)
            yield from self.of(field.below_on_any_type(), levels - 1)


def _refuse(sentence: str, field: Selected) -> GraphQLError:
    return GraphQLError(sentence, field.nodes, extensions={"code": "INVALID_INPUT"})
