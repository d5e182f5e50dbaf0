"""How a document is refused, and what an error of one field does to the rest."""

import re
from dataclasses import replace
from typing import Any

import pytest
from graphql import get_introspection_query
from structlog.testing import capture_logs

from schema.execution import Executor
from tests.resolvers.reading.everything import belongings, catalogue
from tests.resolvers.reading.stripe_objects import NOW, charge, customer, subscription
from tests.resolvers.reading.world import ADA, OPERATOR, Database, World

INTROSPECTION = get_introspection_query()


@pytest.fixture
def world(on_sqlite: Database) -> World:
    world = World.on(on_sqlite)
    world.put(*catalogue(), *belongings("a", "ada"))
    return world


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("", "Syntax Error"),
        ("   # nothing", "Syntax Error"),
        ("{ viewer { id }", "Syntax Error"),
        ("{ viewer { id } } }", "Syntax Error"),
        ("{ viewer(\u2028) { id } }", "Syntax Error"),
        ("{ nope }", "Cannot query field 'nope' on type 'Query'."),
        ("{ viewer { id { x } } }", "must not have a selection"),
        ("{ viewer }", "must have a selection of subfields"),
        ("{ viewer { ...Nowhere } }", "Unknown fragment 'Nowhere'."),
        ("{ viewer { ...F } } fragment F on Customer { ...F }", "Cannot spread fragment 'F' within itself."),
        ("{ viewer { a: id a: name } }", "conflict"),
        ("{ customer { id } }", "of type 'ID!' is required"),
        ("query ($x: Int) { viewer { id } }", "never used"),
        ("{ customer(id: $x) { id } }", "not defined"),
        ("{ viewer { id @nope } }", "Unknown directive '@nope'."),
        ("subscription { x }", "not"),
        ("type T { x: Int }", "not executable"),
        ("fragment F on Customer { id }", "never used"),
        ('{ charges(filter: {status: ["PAID"]}) { totalCount } }', "Enum 'ChargeStatusInput'"),
        ("{ charges(filter: {nope: 1}) { totalCount } }", "unknown field 'nope'"),
        ("{ charges(first: 9999999999) { totalCount } }", "32-bit"),
    ],
)
def test_a_document_that_says_nothing_sensible_is_refused_with_a_reason(world: World, document: str, told: str) -> None:
    with world.database.statements() as sent:
        answer, executed = world.answer_executed(document)
    assert not executed
    assert "data" not in answer
    assert told in " ".join(error["message"] for error in answer["errors"])
    assert sent == []


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "'$id' has invalid value: Expected a value of non-null type 'ID!'"),
        ({"id": None}, "'$id' has invalid value"),
        ({"id": {"a": 1}}, "ID cannot represent"),
        ({"id": 1.5}, "ID cannot represent"),
        ({"id": "x", "n": "1"}, "Int cannot represent non-integer value"),
        ({"id": "x", "f": {"nope": 1}}, "unknown field 'nope'"),
        ({"id": "x", "f": {"status": ["MAYBE"]}}, "'MAYBE' does not exist in 'InvoiceStatusInput'"),
        ({"id": "x", "f": []}, "Expected"),
    ],
)
def test_variables_of_the_wrong_kind_are_refused_with_a_reason(
    world: World, variables: dict[str, Any], told: str
) -> None:
    document = """query ($id: ID!, $n: Int, $f: InvoiceFilter) {
        customer(id: $id) { invoices(first: $n, filter: $f) { totalCount } } }"""
    answer, executed = world.answer_executed(document, **variables)
    assert not executed
    assert told in " ".join(error["message"] for error in answer["errors"])


def test_a_variable_that_no_operation_declares_is_ignored_and_a_number_may_be_an_id(world: World) -> None:
    assert world.ask("query ($id: ID!) { customer(id: $id) { id } }", id=5, other="x") is None


def test_the_operation_is_chosen_by_its_name(world: World) -> None:
    document = "query A { viewer { id } } query B { viewer { email } }"
    assert world.answer(document, by=ADA, operation="B") == {"data": {"viewer": {"email": "cus_a@example.com"}}}
    for operation in (None, "C", ""):
        answer, executed = world.answer_executed(document, by=ADA, operation=operation)
        assert not executed
        assert answer == {"errors": [{"message": "Name one of the document's operations in operationName."}]}
    assert world.answer("query A { viewer { id } }", by=ADA)["data"] == {"viewer": {"id": "cus_a"}}


def test_introspection_is_there_for_everyone_or_for_no_one(world: World, on_sqlite: Database) -> None:
    assert world.ask(INTROSPECTION, by=ADA)["queryType"]["name"] == "Query"
    closed = Executor(introspection=False)
    shut = World(replace(on_sqlite, executor=closed), world.services)
    answer, executed = shut.answer_executed(INTROSPECTION, by=OPERATOR)
    assert not executed
    assert "introspection has been disabled" in answer["errors"][0]["message"]
    assert shut.answer('{ __type(name: "Customer") { name } }')["errors"]
    assert shut.ask("{ __typename viewer { __typename } }", by=ADA) == {
        "__typename": "Query",
        "viewer": {"__typename": "Customer"},
    }


def test_a_null_where_none_may_be_takes_the_nearest_parent_that_may(world: World) -> None:
    world.put(charge("ch_x", "cus_a", status=None, created=NOW))
    with capture_logs() as logged:
        answer, executed = world.answer_executed(
            """{ viewer { id charges { nodes { id status } } }
                node(id: "ch_x") { id ... on Charge { status } } products { totalCount } }""",
            by=ADA,
        )
    assert executed
    assert answer["data"] == {"viewer": None, "node": None, "products": {"totalCount": 1}}
    paths: list[list[object]] = [["node", "status"], ["viewer", "charges", "nodes", 0, "status"]]
    assert sorted(error["path"] for error in answer["errors"]) == paths
    assert sorted(entry["path"] for entry in logged) == paths


def test_a_fault_of_ours_is_masked_carries_the_request_id_and_is_told_in_the_log(world: World) -> None:
    world.put(charge("ch_x", "cus_a", status=None))
    with capture_logs() as logged:
        answer = world.answer('{ charge(id: "ch_x") { id status } viewer { id } }', by=ADA)
    assert answer == {
        "data": {"charge": None, "viewer": {"id": "cus_a"}},
        "errors": [
            {
                "message": "Something went wrong here. Ask for help with the request id req-1.",
                "path": ["charge", "status"],
                "locations": [{"line": 1, "column": 27}],
                "extensions": {"code": "INTERNAL", "requestId": "req-1"},
            }
        ],
    }
    (entry,) = logged
    assert (entry["event"], entry["log_level"]) == ("a field failed", "error")
    assert "non-nullable field Charge.status" in str(entry["exc_info"])


def test_an_error_of_a_field_that_may_be_null_leaves_the_rest(world: World) -> None:
    """An Int of GraphQL's has 32 bits."""
    (item,) = subscription("sub_x")["items"]["data"]
    world.put(subscription("sub_x", "cus_a", items=[{**item, "quantity": 2**31}]))
    answer = world.answer('{ subscription(id: "sub_x") { status items { id quantity } } }', by=ADA)
    assert answer["data"] == {"subscription": {"status": "ACTIVE", "items": [{"id": "si_x", "quantity": None}]}}
    (error,) = answer["errors"]
    assert error["path"] == ["subscription", "items", 0, "quantity"]


def test_json_that_nests_too_deeply_for_a_mutation_is_refused_before_it_acts(world: World) -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    with world.database.statements() as sent:
        answer, executed = world.answer_executed(
            """mutation ($i: GetOrCreateCustomerInput!) {
                getOrCreateCustomer(input: $i) { created userErrors { code } } }""",
            i={"subscriber": "bob", "metadata": {"a": deep}},
        )
    assert executed
    assert answer == {"data": {"getOrCreateCustomer": {"created": False, "userErrors": [{"code": "INVALID_INPUT"}]}}}
    assert sent == []


@pytest.mark.parametrize(
    "document",
    [
        "{ viewer " + "{ subscription { customer " * 800 + "{ id }" + "} }" * 800 + " }",
        "{ node(id: " + "[" * 3000 + "]" * 900 + ") { id } }",
        "{ viewer { ...F0 } } "
        + " ".join(f"fragment F{n} on Customer {{ ...F{n + 1} }}" for n in range(450))
        + " fragment F450 on Customer { id }",
        "{ viewer " + "{ ... " * 900 + "{ id }" + " }" * 900 + " }",
    ],
    ids=["fields", "values", "fragments", "inline fragments"],
)
def test_a_document_that_nests_without_end_is_refused(world: World, document: str) -> None:
    answer, executed = world.answer_executed(document, by=ADA)
    assert not executed
    assert re.search("nested too deeply|MAX_TOKENS", answer["errors"][0]["message"])


def test_a_document_is_at_most_four_thousand_tokens_long(world: World) -> None:
    fields = " ".join(f"f{number}: id" for number in range(1300))
    assert len(world.ask(f"{{ viewer {{ {fields} }} }}", by=ADA)) == 1300
    refused = world.refusal(f"{{ viewer {{ {fields} {fields.replace('f', 'g')} }} }}", by=ADA)
    assert refused["message"] == (
        "The document is too long (MAX_TOKENS is 4,000). Ask in several operations, or for less."
    )
    assert refused["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": "MAX_TOKENS", "maximum": 4000}


def test_fields_nest_at_most_sixty_levels_also_in_what_a_mutation_answers(world: World) -> None:
    below = "{ customer " + "{ subscription { customer " * 30 + "{ id }" + "} }" * 30 + " }"
    with world.database.statements() as sent:
        error = world.refusal(f'mutation {{ getOrCreateCustomer(input: {{subscriber: "zoe"}}) {below} }}')
    assert error["message"].startswith("Fields are nested too deeply here (MAX_DEPTH is 60).")
    assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": "MAX_DEPTH", "maximum": 60}
    assert sent == []


def test_fragments_that_double_what_is_selected_are_refused_before_they_are_written_out(world: World) -> None:
    step = "a: subscription {{ customer {{ ...F{0} }} }} b: subscription {{ customer {{ ...F{0} }} }}"
    steps = [f"fragment F{number} on Customer {{ {step.format(number + 1)} }}" for number in range(29)]
    document = "{ viewer { ...F0 } } " + " ".join(steps) + " fragment F29 on Customer { id }"
    error = world.refusal(document, by=ADA)
    assert error["message"].startswith("Too many fields are selected (at most 5,000).")


def test_a_mutation_does_not_act_for_an_answer_that_cannot_be_given(world: World) -> None:
    with world.database.statements() as sent:
        error = world.refusal(
            """mutation { getOrCreateCustomer(input: {subscriber: "zoe"}) {
                customer { invoices(first: 101) { totalCount } } } }"""
        )
    assert error["message"] == "A page has at most 100 entries (MAX_PAGE_SIZE): 101 are too many."
    assert sent == []


def test_what_a_mutation_answers_is_read_as_a_query_is(world: World) -> None:
    """The customer is there, so Stripe is not asked."""
    question = """mutation { getOrCreateCustomer(input: {}) { __typename new: created userErrors { code }
        customer { id invoices(last: 1) { nodes { total { formatted } lines { totalCount } } } again: email }
        other: customer { subscription { items { price { product { name } } } } } } }"""
    world.put(customer("cus_a", subscriber="ada"))
    assert world.ask(question, by=ADA) == {
        "__typename": "GetOrCreateCustomerPayload",
        "new": False,
        "userErrors": [],
        "customer": {
            "id": "cus_a",
            "invoices": {"nodes": [{"total": {"formatted": "$10.00"}, "lines": {"totalCount": 1}}]},
            "again": "cus_a@example.com",
        },
        "other": {"subscription": {"items": [{"price": {"product": {"name": "prod_1"}}}]}},
    }
