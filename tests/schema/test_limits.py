"""What a document may ask for: each limit has a setting, an error that names it, and does its work before any read."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from resolvers.reading.limits import Limits
from schema.execution import Executor
from server.settings import Settings
from server.wiring import limits
from tests.resolvers.reading.everything import belongings, catalogue
from tests.resolvers.reading.world import ADA, OPERATOR, Database, World

QUERIES = Path(__file__).parents[2] / "benchmarks" / "queries"


def limited(database: Database, **changed: int) -> World:
    executor = Executor(introspection=True, limits=Limits(**changed))
    world = World.on(replace(database, executor=executor))
    world.put(*catalogue(), *belongings("a", "ada"))
    return world


@pytest.mark.parametrize(
    ("limit", "allowed", "refused"),
    [
        ("depth", "{ viewer { subscription { id } } }", "{ viewer { subscription { items { id } } } }"),
        (
            "depth",
            "{ viewer { ...F } } fragment F on Customer { balance { decimal } }",
            "{ viewer { ...F } } fragment F on Customer { subscription { items { id } } }",
        ),
        (
            "aliases",
            "{ viewer { a: id b: id c: id } }",
            "{ viewer { a: id b: id ...F } } fragment F on Customer { c: id d: id }",
        ),
        (
            "root_fields",
            "{ a: viewer { id } b: __typename __typename }",
            "{ a: viewer { id } ...F } fragment F on Query { b: __typename c: viewer { id } node(id: 1) { id } }",
        ),
        (
            "directives",
            "{ viewer { id @include(if: true) email @skip(if: true) name @skip(if: true) } }",
            "{ viewer { ...F @include(if: true) } } "
            "fragment F on Customer { id @include(if: true) email @skip(if: true) @include(if: true) }",
        ),
        (
            "page_size",
            "{ viewer { invoices(first: 3) { totalCount } } }",
            "{ viewer { invoices(last: 4) { totalCount } } }",
        ),
        ("page_size", '{ nodes(ids: ["a", "b", "c"]) { id } }', '{ nodes(ids: ["a", "b", "c", "d"]) { id } }'),
    ],
)
def test_what_is_more_than_a_limit_is_refused_by_its_name(
    on_sqlite: Database, limit: str, allowed: str, refused: str
) -> None:
    world = limited(on_sqlite, **{limit: 3})
    assert "errors" not in world.answer(allowed, by=ADA)
    with world.database.statements() as sent:
        error = world.refusal(refused, by=ADA)
    assert sent == []
    assert f"MAX_{limit.upper()}" in error["message"]
    assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": f"MAX_{limit.upper()}", "maximum": 3}


def test_too_many_tokens_are_not_even_parsed(on_sqlite: Database) -> None:
    world = limited(on_sqlite, tokens=10)
    assert "errors" not in world.answer("{ viewer { id email name } }", by=ADA)
    error = world.refusal("{ viewer { id email name phone currency livemode created } }", by=ADA)
    assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": "MAX_TOKENS", "maximum": 10}
    assert "locations" not in error


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{ viewer { id } }", 2),
        ("{ viewer { id email } again: viewer { id } }", 5),
        ("{ viewer { a: id ...F ...F } } fragment F on Customer { id name }", 4),
        ("{ viewer { activeSubscriptions { id status } } }", 1 + 1 + 5 * 2),
        ("{ viewer { invoices(first: 7) { nodes { id } } } }", 1 + 1 + 1 + 7),
        (
            "{ viewer { invoices { edges { cursor node { id } } pageInfo { endCursor } totalCount } } }",
            1 + 1 + 1 + 20 * 3 + 2 + 1,
        ),
        ("{ viewer { invoices(last: 10) { nodes { lines(first: 10) { nodes { id } } } } } }", 3 + 10 * (2 + 10)),
        ("query ($n: Int = 4) { viewer { invoices(first: $n) { nodes { id } } } }", 3 + 4),
        ('{ nodes(ids: ["a", "b"]) { id ... on Invoice { number status } } }', 1 + 2 * 3),
        ("{ viewer { upcomingInvoice { currency } } }", 1 + 1 + 100 + 1),
        ("{ viewer { id @skip(if: true) email @include(if: false) } }", 1),
    ],
)
def test_the_cost_is_what_is_selected_as_often_as_pages_are_long(on_sqlite: Database, document: str, cost: int) -> None:
    assert "errors" not in limited(on_sqlite, cost=cost).answer(document, by=ADA) or "upcoming" in document
    error = limited(on_sqlite, cost=cost - 1).refusal(document, by=ADA)
    assert error["message"].startswith(f"The query costs {cost}, which is too much (MAX_COST is {cost - 1}).")
    assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": "MAX_COST", "maximum": cost - 1}


def test_the_cost_of_a_known_document_follows_its_variables(on_sqlite: Database) -> None:
    world = limited(on_sqlite, cost=30)
    question = "query ($n: Int!) { viewer { invoices(first: $n) { nodes { id } } } }"
    for _ in range(3):
        assert "errors" not in world.answer(question, by=ADA, n=27)
        assert "costs 31" in world.refusal(question, by=ADA, n=28)["message"]
        assert "101 are too many" in world.refusal(question, by=ADA, n=101)["message"]
        assert "cannot have -1 entries" in world.refusal(question, by=ADA, n=-1)["message"]


def test_what_a_mutation_answers_counts_before_it_acts(on_sqlite: Database) -> None:
    world = limited(on_sqlite, cost=50)
    with world.database.statements() as sent:
        error = world.refusal(
            'mutation { getOrCreateCustomer(input: {subscriber: "zoe"}) { customer { invoices { nodes { id total '
            "{ decimal } } } } } }"
        )
    assert sent == []
    assert "MAX_COST" in error["message"]


@pytest.mark.parametrize("name", ["q1", "q2", "q3"])
def test_an_account_page_and_a_list_of_customers_are_within_the_defaults(on_sqlite: Database, name: str) -> None:
    world = limited(on_sqlite)
    variables: dict[str, Any] = {"id": "cus_a", "product": "prod_1", "after": None}
    assert "errors" not in world.answer((QUERIES / f"{name}.graphql").read_text(), by=OPERATOR, **variables)


def test_each_limit_has_a_setting_with_its_default(no_settings: Path) -> None:
    assert limits(Settings()) == Limits()
    assert {f"max_{each.name}" for each in fields(Limits)} <= set(Settings.model_fields)


def test_the_cost_is_told_to_those_who_ask_for_it(on_sqlite: Database) -> None:
    world = limited(on_sqlite)
    told = {"cost": {"value": 2, "maximum": 50_000}}
    assert world.answer("{ viewer { id } }", by=ADA, tells_cost=True) == {
        "data": {"viewer": {"id": "cus_a"}},
        "extensions": told,
    }
    assert world.answer("{ viewer { __schema: id } }".replace("__schema: ", ""), by=ADA).keys() == {"data"}
    assert world.answer("{ viewer { id } __typename }", by=ADA, tells_cost=True)["extensions"]["cost"]["value"] == 3
    introspecting = world.answer("{ viewer { id } __schema { queryType { name } } }", by=ADA, tells_cost=True)
    assert introspecting["extensions"] == told
