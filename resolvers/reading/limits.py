"""What a document asks for and no read can give: told before anything runs, also before a mutation acts."""

from collections.abc import Iterable, Iterator

from graphql import GraphQLError

from resolvers.reading.paging import MOST, Page
from resolvers.reading.selection import Selected
from resolvers.reading.sources import Connection, Declarations, NodeById

MOST_LEVELS = 60
"""How deep fields may nest: an answer takes about ten calls of functions within each other for each level."""


def impossible(
    fields: Iterable[Selected], declarations: Declarations, levels: int = MOST_LEVELS
) -> Iterator[GraphQLError]:
    """One error for each page that cannot be, each list of ids that is too long, and each branch that is too deep."""
    for field in fields:
        if levels == 0:
            sentence = f"Fields are nested in more than {MOST_LEVELS} levels here. Ask in several operations."
            yield _refuse(sentence, field)
            return
        match declarations.fields.get((field.parent.name, field.name)):
            case Connection() as source:
                try:
                    Page(field, source)
                except GraphQLError as error:
                    yield error
            case NodeById(many=True) if len(ids := field.arguments["ids"]) > MOST:
                yield _refuse(f"At most {MOST} ids can be asked for at once: {len(ids)} are too many.", field)
        yield from impossible(field.below_on_any_type(), declarations, levels - 1)


def _refuse(sentence: str, field: Selected) -> GraphQLError:
    return GraphQLError(sentence, field.nodes, extensions={"code": "INVALID_INPUT"})
