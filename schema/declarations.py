"""Collects what the types declare, for those who read by it."""

from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema

from resolvers.reading.sources import Declarations, MirroredType, Source


def declarations_of(schema: GraphQLSchema) -> Declarations:
    """What each type is a row of, and where each field's value comes from, by their GraphQL names."""
    types: dict[str, MirroredType] = {}
    fields: dict[tuple[str, str], Source] = {}
    for type in schema.type_map.values():
        if not isinstance(type, GraphQLObjectType):
            continue
        definition: Any = type.extensions.get("strawberry-definition")
        mirrored = getattr(definition.origin, "__mirrored__", None) if definition else None
        if mirrored is not None:
            types[type.name] = mirrored
        for name, field in type.fields.items():
            declared: Any = field.extensions.get("strawberry-definition")
            if declared is not None and "source" in declared.metadata:
                fields[type.name, name] = declared.metadata["source"]
    return Declarations(types, fields)
