"""Which types an object may be of, by its id."""

from collections.abc import Callable, Sequence

from graphql import GraphQLInterfaceType, get_named_type

from resolvers.reading.selection import Selected
from resolvers.reading.sources import Declarations, NodeById
from resolvers.reading.values import Frame, Given

Names = tuple[str, ...]


def candidates(field: Selected, declarations: Declarations) -> Callable[[Frame], Names]:
    """The names of the types that the ids of `node` or `nodes` may be of, by the values of a run.

    First come those that own a prefix, since people choose the ids of others.
    """
    interface = get_named_type(field.type)
    assert isinstance(interface, GraphQLInterfaceType)
    asked: Given = field.arguments["ids" if "ids" in field.arguments else "id"]
    names = [type.name for type in field.operation.schema.get_possible_types(interface)]
    prefixes = {name: declarations.types[name].prefixes for name in names}

    def fitting(frame: Frame) -> Names:
        value = asked.get(frame)
        ids = value if isinstance(value, list) else [value]
        found = [name for name in names if not prefixes[name] or any(id.startswith(prefixes[name]) for id in ids)]
        return tuple(sorted(found, key=lambda name: not prefixes[name]))

    return fitting


def all_candidates(fields: Sequence[Selected], declarations: Declarations) -> list[Callable[[Frame], Names]]:
    """Of every field of a root that finds objects by their ids alone."""
    sources = declarations.fields
    return [
        candidates(field, declarations)
        for field in fields
        if isinstance(sources.get((field.parent.name, field.name)), NodeById)
    ]
