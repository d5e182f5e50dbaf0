"""What the contract marks @operator is refused to subscribers before anything runs, however it is asked for."""

from typing import Any

import pytest
from graphql import parse, validate

from tests.resolvers.reading.world import ADA, Database, World
from tests.schema.contract import contract, is_for_operators
from tests.schema.marks import Case, cases

CASES = list(cases())
ONE_EACH = {case.mark: case for case in CASES}.values()


def test_every_mark_is_covered_and_every_case_is_a_valid_document() -> None:
    marks = {case.mark.partition(" of ")[0] for case in CASES}
    for type in contract().type_map.values():
        for name, field in getattr(type, "fields", {}).items():
            if not type.name.startswith("__") and is_for_operators(field):
                assert f"{type.name}.{name}" in marks
    for case in CASES:
        assert validate(contract(), parse(case.document)) == [], case.document


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_subscriber_is_refused_before_anything_runs(on_sqlite: Database, case: Case) -> None:
    world = World.on(on_sqlite)
    with on_sqlite.statements() as sent:
        answer, executed = world.answer_executed(case.document, by=ADA, **case.variables)
    assert not executed
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}, answer
    name = case.mark.partition(" of ")[0]
    assert f"{name} is for operators only." in [error["message"] for error in answer["errors"]]
    assert sent == []


@pytest.mark.parametrize("case", ONE_EACH, ids=str)
def test_an_operator_is_answered(on_sqlite: Database, case: Case) -> None:
    answer, executed = World.on(on_sqlite).answer_executed(case.document, **case.variables)
    assert executed
    assert "errors" not in answer


def test_everything_that_is_refused_is_told_at_once_and_where(on_sqlite: Database) -> None:
    answer, executed = World.on(on_sqlite).answer_executed(
        """mutation ($input: SubscribeInput!) {
          createSetupIntent(input: {}) { clientSecret }
          subscribe(input: $input) { customer { description } }
          purgeCustomer(input: {customer: "cus_1"}) { customer { id } } }""",
        by=ADA,
        input={"items": [{"price": "p", "metadata": {}}, {"price": "q"}], "idempotencyKey": "k", "coupon": "c"},
    )
    assert not executed
    told = {error["message"].removesuffix(" is for operators only."): error["locations"] for error in answer["errors"]}
    assert told == {
        "SubscribeItemInput.metadata": [{"line": 3, "column": 28}],
        "SubscribeInput.coupon": [{"line": 3, "column": 28}],
        "Customer.description": [{"line": 3, "column": 49}],
        "Mutation.purgeCustomer": [{"line": 4, "column": 11}],
    }


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ viewer { description @include(if: false) } }", {}),
        ("query ($no: Boolean!) { mirror @include(if: $no) { apiVersion } }", {"no": False}),
        ("{ viewer { ... @skip(if: true) { description } } }", {}),
        ("mutation { createSetupIntent(input: {customer: null}) { clientSecret } }", {}),
        ("mutation ($c: ID) { createSetupIntent(input: {customer: $c}) { clientSecret } }", {}),
        ("mutation ($c: ID) { createSetupIntent(input: {customer: $c}) { clientSecret } }", {"c": None}),
        ('mutation ($c: ID = "cus_1") { createSetupIntent(input: {customer: $c}) { clientSecret } }', {"c": None}),
        ("mutation ($i: CreateSetupIntentInput!) { createSetupIntent(input: $i) { clientSecret } }", {"i": {}}),
        (
            "mutation ($i: CreateSetupIntentInput!) { createSetupIntent(input: $i) { clientSecret } }",
            {"i": {"customer": None}},
        ),
    ],
)
def test_what_is_not_selected_and_what_is_null_is_not_refused(
    on_sqlite: Database, document: str, variables: dict[str, Any]
) -> None:
    answer = World.on(on_sqlite).answer(document, by=ADA, **variables)
    assert "errors" not in answer


def test_only_the_operation_that_runs_is_judged(on_sqlite: Database) -> None:
    document = "query Mine { viewer { id } } query Theirs { viewer { description } } "
    world = World.on(on_sqlite)
    assert world.answer(document, by=ADA, operation="Mine") == {"data": {"viewer": None}}
    assert world.answer(document, by=ADA, operation="Theirs")["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
