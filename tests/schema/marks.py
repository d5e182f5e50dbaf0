"""Every @operator mark of the contract, and every way in which a document can touch it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    Undefined,
    get_named_type,
    get_nullable_type,
)

from tests.schema.contract import contract, is_for_operators, object_types

SCALARS: dict[str, tuple[Any, str]] = {
    "ID": ("x", '"x"'),
    "String": ("x", '"x"'),
    "Int": (1, "1"),
    "Boolean": (True, "true"),
    "DateTime": ("2030-01-01T00:00:00Z", '"2030-01-01T00:00:00Z"'),
    "Decimal": ("1", '"1"'),
    "JSON": ({"a": "b"}, '{a: "b"}'),
}
Path = tuple[str, ...]
"""Names of input fields, from an argument's type down to a marked field."""


@dataclass(frozen=True)
class Case:
    """A document that touches a mark, and the variables that it is sent with."""

    mark: str
    way: str
    document: str
    variables: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.mark} {self.way}"


def example(type: GraphQLInputType, path: Path = (), leaf: str | None = None) -> tuple[Any, str]:
    """The least value that gives the field at the path, as JSON and as a literal; `leaf` is that field's literal."""
    nullable = get_nullable_type(type)
    if isinstance(nullable, GraphQLList):
        value, literal = example(nullable.of_type, path, leaf)
        return [value], f"[{literal}]"
    if isinstance(nullable, GraphQLEnumType):
        name = next(iter(nullable.values))
        return name, name
    if not isinstance(nullable, GraphQLInputObjectType):
        return SCALARS[nullable.name]
    values, literals = {}, []
    for name, field in nullable.fields.items():
        needed = isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined
        if path[:1] != (name,) and not needed:
            continue
        below = path[1:] if path[:1] == (name,) else ()
        values[name], literal = example(field.type, below, leaf)
        literals.append(f"{name}: {leaf if leaf and path == (name,) else literal}")
    return values, f"{{{', '.join(literals)}}}"


def marked_paths(type: GraphQLInputType, seen: tuple[str, ...] = ()) -> Iterator[Path]:
    named = get_named_type(type)
    if not isinstance(named, GraphQLInputObjectType) or named.name in seen:
        return
    for name, field in named.fields.items():
        if is_for_operators(field):
            yield (name,)
        for below in marked_paths(field.type, (*seen, named.name)):
            yield (name, *below)


def type_at(type: GraphQLInputType, path: Path) -> GraphQLInputType:
    for name in path:
        named = get_named_type(type)
        assert isinstance(named, GraphQLInputObjectType)
        type = named.fields[name].type
    return type


def call(name: str, field: GraphQLField, given: dict[str, str]) -> str:
    """The field with its needed arguments, the given ones in their own words, selecting nothing but its type."""
    arguments = dict(given)
    for each, argument in field.args.items():
        if each not in given and isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined:
            arguments[each] = example(argument.type)[1]
    listed = f"({', '.join(f'{each}: {value}' for each, value in arguments.items())})" if arguments else ""
    below = " { __typename }" if hasattr(get_named_type(field.type), "fields") else ""
    return f"{name}{listed}{below}"


def around(type: GraphQLObjectType, selection: str) -> tuple[str, str]:
    """The kind of operation that leads to the type, and a selection at its root."""
    if type is contract().query_type:
        return "query", selection
    if type is contract().mutation_type:
        return "mutation", selection
    root = contract().query_type
    assert root is not None
    for name, field in root.fields.items():
        if get_named_type(field.type) is type and not is_for_operators(field):
            return "query", call(name, field, {}).replace("__typename", selection)
    return "query", f'node(id: "x") {{ ... on {type.name} {{ {selection} }} }}'


def cases() -> Iterator[Case]:
    for type in object_types():
        for name, field in type.fields.items():
            if is_for_operators(field):
                yield from _selecting(type, name, field)
            for argument_name, argument in field.args.items():
                if is_for_operators(argument):
                    yield from _giving(type, name, field, argument_name, argument, ())
                for path in marked_paths(argument.type):
                    yield from _giving(type, name, field, argument_name, argument, path)


def _selecting(type: GraphQLObjectType, name: str, field: GraphQLField) -> Iterator[Case]:
    mark, selected = f"{type.name}.{name}", call(name, field, {})
    kind, plain = around(type, selected)
    yield Case(mark, "plainly", f"{kind} {{ {plain} }}", {})
    _, renamed = around(type, f"__typename other: {selected}")
    yield Case(mark, "under an alias, behind another field", f"{kind} {{ {renamed} }}", {})
    _, spread = around(type, "...F")
    fragments = f"fragment F on {type.name} {{ ... {{ ...G }} }} fragment G on {type.name} {{ {selected} }}"
    yield Case(mark, "inside fragments", f"{kind} {{ {spread} }} {fragments}", {})
    _, included = around(type, f"... @include(if: $yes) {{ {selected} }}")
    yield Case(mark, "included by a variable", f"{kind} ($yes: Boolean!) {{ {included} }}", {"yes": True})


def _giving(
    type: GraphQLObjectType, name: str, field: GraphQLField, argument_name: str, argument: GraphQLArgument, path: Path
) -> Iterator[Case]:
    inner = type_at(argument.type, path)
    owner = get_named_type(type_at(argument.type, path[:-1])).name if path else f"{type.name}.{name}"
    mark = f"{owner}.{path[-1]} of {name}" if path else f"{owner}({argument_name}:)"
    value, literal = example(argument.type, path)
    inner_value, inner_literal = example(inner)

    def document(given: str, variable: str = "", *, fragment: bool = False) -> str:
        kind, selection = around(type, call(name, field, {argument_name: given}))
        if fragment:
            kind, inside = around(type, "...F")
            called = call(name, field, {argument_name: given})
            return f"{kind} {variable} {{ {inside} }} fragment F on {type.name} {{ {called} }}"
        return f"{kind} {variable} {{ {selection} }}"

    through = example(argument.type, path, "$v")[1] if path else "$v"
    nullable = str(get_nullable_type(inner))
    yield Case(mark, "literally", document(literal), {})
    yield Case(mark, "literally in a fragment", document(literal, fragment=True), {})
    yield Case(mark, "by a variable", document("$v", f"($v: {argument.type})"), {"v": value})
    yield Case(mark, "by a variable's default", document("$v", f"($v: {argument.type} = {literal})"), {})
    yield Case(mark, "by a nested variable", document(through, f"($v: {inner})"), {"v": inner_value})
    needed = f"{nullable}!" if isinstance(inner, GraphQLNonNull) else nullable
    default = document(through, f"($v: {needed} = {inner_literal})", fragment=True)
    yield Case(mark, "by a nested variable's default in a fragment", default, {})
    if len(path) > 1:
        way, variables = "by a variable that is no list where one is due", {"v": _without_lists(value)}
        yield Case(mark, way, document("$v", f"($v: {argument.type})"), variables)


def _without_lists(value: Any) -> Any:
    """A list of one is coerced from its member."""
    if isinstance(value, list):
        return _without_lists(value[0])
    return {name: _without_lists(each) for name, each in value.items()} if isinstance(value, dict) else value
