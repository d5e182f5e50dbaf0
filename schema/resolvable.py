"""The schema as graphql-core runs it where the database's text is not the whole answer."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema, is_abstract_type, is_introspection_type

from resolvers.reading.money import UnknownLocale, formatted, refuse_locale
from resolvers.reading.plain import shape
from resolvers.reading.selection import TYPE
from resolvers.reading.sources import Late
from schema import build_schema
from schema.answering import Execution, selected
from schema.declarations import declarations_of


def resolvable_schema() -> GraphQLSchema:
    """The contract, with every field of an answer taken from what was read for it, by its response key."""
    schema: GraphQLSchema = build_schema()._schema
    declarations = declarations_of(schema)
    for type in schema.type_map.values():
        if is_abstract_type(type):
            type.resolve_type = _type_name
        if not isinstance(type, GraphQLObjectType) or is_introspection_type(type) or type is schema.mutation_type:
            continue
        type.is_type_of = None
        for name, field in type.fields.items():
            source = declarations.fields.get((type.name, name))
            field.resolve = _late(source) if isinstance(source, Late) else _by_response_key
    money: Any = schema.type_map["Money"]
    money.fields["formatted"].resolve = _formatted
    return schema


def _type_name(value: Mapping[str, Any], _info: GraphQLResolveInfo[Execution], _type: Any) -> str:
    return str(value[TYPE])


def _by_response_key(source: Mapping[str, Any], info: GraphQLResolveInfo[Execution], **_arguments: Any) -> Any:
    return source[str(info.path.key)]


def _formatted(source: Mapping[str, Any], info: GraphQLResolveInfo[Execution], *, locale: str) -> str:
    units, currency = source[str(info.path.key)]
    try:
        return formatted(units, currency, locale)
    except UnknownLocale as error:
        raise refuse_locale(error) from None


def _late(late: Late) -> Any:
    async def resolve(source: Mapping[str, Any], info: GraphQLResolveInfo[Execution], **arguments: Any) -> Any:
        execution: Execution = info.context
        needed = source[str(info.path.key)]
        value = await late.resolve(execution.context, needed, arguments)
        return await shape(execution.reader, execution.context, value, selected(info))

    return resolve
