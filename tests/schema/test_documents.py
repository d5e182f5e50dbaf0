"""What is remembered of documents: enough for those that come again, and never more than there is room for."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.context import Caller
from schema.documents import Document, Documents
from schema.execution import Executor
from tests.resolvers.reading.everything import belongings, catalogue
from tests.resolvers.reading.world import ADA, EVE, OPERATOR, Database, World

KIB = 1024


def document(text: str, size: int = KIB) -> Document:
    return Document(text, None, introspects=False, variables=(), bytes=size)


def ask(documents: Documents, text: str, size: int = KIB) -> bool:
    """Ask for a document as the executor does; whether it was there."""
    found, _ = documents.find(text, None)
    if found is None:
        documents.remember(document(text, size))
    return found is not None


def test_documents_that_come_once_push_out_none_that_come_again() -> None:
    documents = Documents(entries=100, most_bytes=1000 * KIB)
    known = [f"known {number}" for number in range(50)]
    for _ in range(2):
        for text in known:
            ask(documents, text) or ask(documents, text)
    for number in range(10_000):
        assert not ask(documents, f"new {number}")
    assert all(ask(documents, text) for text in known)
    assert len(documents) <= 100


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), max_size=300))
def test_there_is_never_more_than_there_is_room_for(asked: list[tuple[int, int]]) -> None:
    documents = Documents(entries=20, most_bytes=200)
    for number, size in asked:
        ask(documents, str(number), size)
        assert len(documents) <= 20
        assert documents.bytes <= 200


def test_a_document_that_is_larger_than_the_room_is_answered_and_forgotten() -> None:
    documents = Documents(entries=10, most_bytes=100)
    for _ in range(3):
        assert not ask(documents, "large", 101)
    assert len(documents) == 0


@pytest.fixture
def world(on_sqlite: Database) -> World:
    """With an executor that has remembered nothing yet."""
    world = World.on(replace(on_sqlite, executor=Executor(introspection=True)))
    world.put(*catalogue(), *belongings("a", "ada"), *belongings("e", "eve"))
    return world


def plans(world: World) -> int:
    documents = world.database.executor.documents
    rooms = (documents._known, documents._new)
    return sum(len(each.plans) for room in rooms for kept in room.values() for each in kept.variants.values())


def test_values_share_a_plan_and_shapes_do_not(world: World) -> None:
    question = """query ($id: ID!, $n: Int, $status: [InvoiceStatusInput!], $yes: Boolean = true, $way: InvoiceOrder) {
        customer(id: $id) { id @include(if: $yes)
            invoices(first: $n, filter: {status: $status}, orderBy: $way) { nodes { id } } } }"""
    shapes: list[list[dict[str, Any]]] = [
        [{"id": "cus_a"}, {"id": "cus_e"}, {"id": "x", "yes": True}],
        [{"id": "cus_a", "n": 1}, {"id": "x", "n": 100}],
        [{"id": "cus_a", "status": []}, {"id": "cus_a", "status": ["OPEN", "PAID"]}, {"id": "cus_a", "status": "OPEN"}],
        [{"id": "cus_a", "yes": False}],
        [{"id": "cus_a", "n": None}],
        [{"id": "cus_a", "way": {"field": "TOTAL"}}, {"id": "cus_a", "way": {"field": "TOTAL", "direction": "DESC"}}],
        [{"id": "cus_a", "way": {"field": "TOTAL", "direction": "ASC"}}],
    ]
    for number, alike in enumerate(shapes, start=1):
        for variables in alike:
            world.ask(question, **variables)
            assert plans(world) == number, variables


def test_a_document_of_many_shapes_keeps_some_of_them(world: World) -> None:
    names = [f"v{number}" for number in range(8)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    question = f"query ({declared}) {{ viewer {{ id {' '.join(f'{n}: email @include(if: ${n})' for n in names)} }} }}"
    for number in range(100):
        chosen = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        shown = {name for name, is_shown in chosen.items() if is_shown}
        assert world.ask(question, by=ADA, **chosen).keys() == {"id", *shown}
    assert plans(world) <= 32


QUESTIONS = [
    '{ customer(id: "cus_a") { id description @include(if: false) metadata } }',
    "query ($id: ID!) { customer(id: $id) { id invoices { nodes { id } totalCount } } }",
    "query ($id: ID!) { node(id: $id) { id ... on Invoice { number } } }",
    'query ($id: ID!) { nodes(ids: [$id, "sub_a"]) { id } }',
    "{ products { nodes { id prices(active: null) { id } } } }",
    "{ viewer { id } }",
    'query ($id: ID!) { customerBySubscriber(subscriber: "ada") { id } charge(id: $id) { id failureCode } }',
]


@pytest.mark.parametrize("first", [OPERATOR, ADA, EVE], ids=["operator", "owner", "other"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_plan_that_was_made_for_one_caller_never_answers_another(
    world: World, on_sqlite: Database, question: str, first: Any
) -> None:
    """Whoever asks first, and however often: everybody hears what they hear where nobody else ever asks."""
    ids = ("cus_a", "in_a", "ch_a")
    expected: dict[tuple[Caller, str], Any] = {}
    for caller in (OPERATOR, ADA, EVE):
        alone = replace(world, database=replace(on_sqlite, executor=Executor(introspection=True)))
        expected |= {(caller, id): alone.answer(question, by=caller, id=id) for id in ids}
    for id in ids:
        for caller in (first, ADA, OPERATOR, EVE, first, EVE, ADA, OPERATOR):
            assert world.answer(question, by=caller, id=id) == expected[caller, id], caller
        assert "cus_a" not in str(expected[EVE, id])
        assert "in_a" not in str(expected[EVE, id])


def test_a_plan_follows_the_settings_that_it_was_made_for(world: World) -> None:
    question = '{ customer(id: "cus_a") { metadata } }'
    for _ in range(3):
        assert world.ask(question, by=ADA) == {"metadata": {}}
        shown = world.with_policy(public_metadata_keys=frozenset({"subscriber_id"}))
        assert shown.ask(question, by=ADA) == {"metadata": {"subscriber_id": "ada"}}


def test_a_flood_of_documents_is_answered_and_forgotten(world: World) -> None:
    small = Executor(introspection=True, remembered_documents=20, remembered_bytes=300 * KIB)
    flooded = replace(world, database=replace(world.database, executor=small))
    for _ in range(3):
        flooded.ask("{ viewer { id } }", by=ADA)
    for number in range(200):
        assert flooded.ask(f"{{ viewer {{ a{number}: id }} }}", by=ADA) == {f"a{number}": "cus_a"}
    assert len(small.documents) <= 20
    assert small.documents.bytes <= 300 * KIB
    assert small.documents.find("{ viewer { id } }", None)[1]


def test_a_refused_document_is_not_remembered(world: World) -> None:
    for _ in range(3):
        world.refusal("{ viewer { nope } }", by=ADA)
        world.refusal("{ customers { totalCount } }", by=ADA)
    assert len(world.database.executor.documents) == 0
