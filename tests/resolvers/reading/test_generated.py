"""What the differential test stands on: the reference is on its own, and the documents are about everything."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    Node,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    visit,
)

from tests.guards.test_structure import imported_rooms
from tests.resolvers.reading import reference
from tests.resolvers.reading.generated.dice import Dice
from tests.resolvers.reading.generated.documents import NOT_FROM_THE_MIRROR, Document, Writer
from tests.resolvers.reading.generated.facts import random_facts
from tests.resolvers.reading.generated.reducing import reduced
from tests.resolvers.reading.reference.contract import contract, object_type
from tests.resolvers.reading.sides import ReferenceSide

DOCUMENTS = 3000


def written(seed: str) -> list[Document]:
    """Documents that different callers may ask, about one world."""
    facts = random_facts(seed)
    writer = Writer(ReferenceSide(facts).vocabulary)
    callers = [None, *facts.subscribers()]
    return [writer.document(Dice(f"{seed} {number}"), callers[number % len(callers)]) for number in range(DOCUMENTS)]


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return written("generated")


def test_the_reference_shares_no_code_with_the_product() -> None:
    modules = list(Path(next(iter(reference.__path__))).glob("*.py"))
    assert modules
    for module in modules:
        assert imported_rooms(ast.parse(module.read_text())) == set(), module


def test_the_documents_ask_for_every_field_with_every_argument_and_filter(documents: list[Document]) -> None:
    asked: set[str] = set()
    for document in documents:
        info = TypeInfo(contract())
        visit(parse(document.text), TypeInfoVisitor(info, _Asking(info, asked)))
    assert set(_to_be_asked(object_type("Query"), set())) - asked == set()


def test_a_seed_gives_the_same_documents_again(documents: list[Document]) -> None:
    again = written("generated")
    assert [each.text for each in again] == [each.text for each in documents]
    values = [[each.values(Dice("values")) for each in batch] for batch in (again, documents)]
    assert values[0] == values[1]


def test_a_document_is_reduced_to_what_shows_the_same() -> None:
    text = """query ($n: Int, $yes: Boolean!) { viewer { ...F name invoices(first: $n, last: null) { totalCount } } }
        fragment F on Customer { id ... on Node @skip(if: $yes) { id } address { city } email }"""
    smallest = reduced(text, lambda shorter: "totalCount" in shorter and "last" in shorter)
    assert " ".join(smallest.split()) == "{ viewer { invoices(last: null) { totalCount } } }"


class _Asking(Visitor):
    """Notes what is asked for: Invoice.lines, Invoice.lines(first), InvoiceFilter.status."""

    def __init__(self, info: TypeInfo, asked: set[str]) -> None:
        super().__init__()
        self._info = info
        self._asked = asked
        self._field = ""

    def enter(self, node: Node, *_where: Any) -> None:
        if isinstance(node, FieldNode):
            self._field = f"{self._info.get_parent_type()}.{node.name.value}"
            self._asked.add(self._field)
        elif isinstance(node, ArgumentNode) and not self._info.get_directive():
            self._asked.add(f"{self._field}({node.name.value})")
        elif isinstance(node, ObjectFieldNode):
            self._asked.add(f"{self._info.get_parent_input_type()}.{node.name.value}")


def _to_be_asked(type: GraphQLNamedType, seen: set[str]) -> Iterator[str]:
    """The same for everything to which the type leads."""
    if type.name in seen or not isinstance(type, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return
    seen.add(type.name)
    for name, field in type.fields.items():
        if name in NOT_FROM_THE_MIRROR:
            continue
        yield f"{type.name}.{name}"
        yield from _to_be_asked(get_named_type(field.type), seen)
        for argument, given in field.args.items() if isinstance(field, GraphQLField) else ():
            yield f"{type.name}.{name}({argument})"
            yield from _to_be_asked(get_named_type(given.type), seen)
    for possible in contract().get_possible_types(type) if isinstance(type, GraphQLInterfaceType) else ():
        yield from _to_be_asked(possible, seen)
