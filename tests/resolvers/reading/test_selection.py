"""Whatever way a document asks, the answer has what was asked for, in its order."""

import json
from typing import Any

import pytest

from tests.resolvers.reading.stripe_objects import (
    DAY,
    NOW,
    card,
    charge,
    customer,
    invoice,
    line,
    price,
    product,
    subscription,
)
from tests.resolvers.reading.world import ADA, World


@pytest.fixture
def hub(world: World) -> World:
    world.put(
        customer(subscriber="ada", invoice_settings={"default_payment_method": "pm_1"}),
        card(),
        product(),
        price(),
        subscription(latest_invoice="in_1", default_payment_method="pm_1"),
        invoice(subscription="sub_1", lines=[line("il_1"), line("il_2")]),
        invoice("in_2", created=NOW - 2 * DAY),
        charge(payment_method="pm_1"),
    )
    return world


def test_fields_come_in_the_order_of_the_document(hub: World) -> None:
    answer = hub.ask("{ viewer { z: name id a: created subscription { status id } email } }", by=ADA)
    assert list(answer) == ["z", "id", "a", "subscription", "email"]
    assert list(answer["subscription"]) == ["status", "id"]


def test_one_field_can_be_asked_for_under_several_names_with_other_arguments(hub: World) -> None:
    answer = hub.ask(
        """{ viewer { one: invoices(first: 1) { nodes { id } } last: invoices(last: 1) { nodes { number: id } }
            paid: invoices(filter: {status: [PAID]}) { totalCount }
            open: invoices(filter: {status: OPEN}) { totalCount } } }""",
        by=ADA,
    )
    assert answer == {
        "one": {"nodes": [{"id": "in_1"}]},
        "last": {"nodes": [{"number": "in_2"}]},
        "paid": {"totalCount": 0},
        "open": {"totalCount": 2},
    }


def test_one_response_key_in_several_fragments_is_one_field_with_all_that_they_select(hub: World) -> None:
    answer = hub.ask(
        """query { viewer { ...A subscription { id } ...B ... { subscription { items { id } } } } }
        fragment A on Customer { subscription { status items { quantity ...I } } invoices(first: 1) { nodes { id } } }
        fragment B on Customer { subscription { ...S } invoices(first: 1) { nodes { status } totalCount } ...A }
        fragment S on Subscription { items { price { id } } latestInvoice { id } }
        fragment I on SubscriptionItem { price { product { id } } }""",
        by=ADA,
    )
    assert answer == {
        "subscription": {
            "status": "ACTIVE",
            "items": [{"quantity": 1, "price": {"product": {"id": "prod_1"}, "id": "price_1"}, "id": "si_1"}],
            "id": "sub_1",
            "latestInvoice": {"id": "in_1"},
        },
        "invoices": {"nodes": [{"id": "in_1", "status": "OPEN"}], "totalCount": 2},
    }


def test_skip_and_include_decide_about_fields_fragments_and_pages(hub: World) -> None:
    question = """query ($yes: Boolean!, $no: Boolean = false) { viewer {
        id @include(if: $yes)  name @skip(if: $yes)  email @include(if: $no)  phone @skip(if: $yes) @include(if: $yes)
        ... @include(if: $no) { delinquent }  ...F @skip(if: $no)  ... on Node @include(if: $yes) { twice: id }
        invoices(first: 1) { totalCount @include(if: $no) nodes @skip(if: $yes) { id } edges { node { id } } } } }
        fragment F on Customer { livemode created @skip(if: $yes) }"""
    answer = hub.ask(question, by=ADA, yes=True)
    page = {"edges": [{"node": {"id": "in_1"}}]}
    assert answer == {"id": "cus_1", "livemode": False, "twice": "cus_1", "invoices": page}
    other = hub.ask(question, by=ADA, yes=False, no=True)
    assert set(other) == {"name", "email", "delinquent", "invoices"}
    assert other["invoices"] == {"totalCount": 2, "nodes": [{"id": "in_1"}], **page}


def test_an_operation_may_end_up_with_nothing_to_read(hub: World) -> None:
    question = "query ($no: Boolean!) { viewer @include(if: $no) { id } }"
    with hub.database.statements() as sent:
        assert hub.ask(question, by=ADA, no=False) == {}
        assert hub.ask("{ __typename }", by=ADA) == "Query"
    assert sent == []
    assert hub.ask("query ($no: Boolean!) { viewer { id @include(if: $no) } }", by=ADA, no=False) == {}


def test_variables_and_their_defaults_reach_every_place_of_a_value(hub: World) -> None:
    question = """query (
        $n: Int = 1, $status: [InvoiceStatusInput!] = [PAID], $since: DateTime, $way: OrderDirection! = ASC
    ) { viewer { invoices(first: $n, filter: {status: $status, created: {gte: $since}},
            orderBy: {field: CREATED, direction: $way}) { nodes { id } } } }"""
    assert hub.ask(question, by=ADA) == {"invoices": {"nodes": []}}
    shown = hub.ask(question, by=ADA, status="OPEN", n=5)
    assert shown == {"invoices": {"nodes": [{"id": "in_2"}, {"id": "in_1"}]}}
    recent = hub.ask(question, by=ADA, status=None, n=None, since="2026-10-27T11:30:00+02:00", way="DESC")
    assert recent == {"invoices": {"nodes": [{"id": "in_1"}]}}


def test_typename_is_told_at_every_level(hub: World) -> None:
    answer = hub.ask(
        """{ __typename viewer { __typename t: __typename subscription { __typename items { __typename } }
            invoices(first: 1) { __typename pageInfo { __typename } edges { __typename node { __typename } } }
            balance { __typename } } node(id: "in_1") { __typename } }""",
        by=ADA,
    )
    edge = {"__typename": "InvoiceEdge", "node": {"__typename": "Invoice"}}
    invoices = {"__typename": "InvoiceConnection", "pageInfo": {"__typename": "PageInfo"}, "edges": [edge]}
    items = [{"__typename": "SubscriptionItem"}]
    assert answer == {
        "__typename": "Query",
        "viewer": {
            "__typename": "Customer",
            "t": "Customer",
            "subscription": {"__typename": "Subscription", "items": items},
            "invoices": invoices,
            "balance": {"__typename": "Money"},
        },
        "node": {"__typename": "Invoice"},
    }


def test_several_roots_are_read_in_one_statement(hub: World) -> None:
    with hub.database.statements() as sent:
        answer = hub.ask(
            '{ viewer { id } a: customer(id: "cus_1") { id } b: customer(id: "nope") { id } invoice(id: "in_1") { id } '
            'products { totalCount } node(id: "ch_1") { id } }',
            by=ADA,
        )
    assert answer == {
        "viewer": {"id": "cus_1"},
        "a": {"id": "cus_1"},
        "b": None,
        "invoice": {"id": "in_1"},
        "products": {"totalCount": 1},
        "node": {"id": "ch_1"},
    }
    assert len(sent) == 1


@pytest.mark.parametrize("width", [50, 51, 101, 1000])
def test_an_object_may_be_as_wide_as_a_document_allows(hub: World, width: int) -> None:
    names = ["id", "created", "email", "delinquent"]
    fields = " ".join(f"f{number}: {names[number % 4]}" for number in range(width))
    one = hub.ask("{ viewer { id created email delinquent } }", by=ADA)
    expected = {f"f{number}": one[names[number % 4]] for number in range(width)}
    assert hub.ask(f"{{ viewer {{ {fields} }} }}", by=ADA) == expected


def test_wide_objects_may_be_nested_and_hold_money(hub: World) -> None:
    amounts = " ".join(f'a{number}: amount {{ formatted(locale: "de") }}' for number in range(60))
    many = " ".join(f"i{number}: id" for number in range(120))
    answer = hub.ask(
        f"""{{ viewer {{ {many} charges {{ nodes {{ {amounts} customer {{ {many} subscription {{ {many} }} }} }} }}
            defaultPaymentMethod {{ {many} }} }} missing: customer(id: "nope") {{ {many} }} }}""",
        by=ADA,
    )
    assert answer["missing"] is None
    (paid,) = answer["viewer"]["charges"]["nodes"]
    assert paid["a59"] == {"formatted": "10,00\xa0$"}
    assert paid["customer"]["subscription"]["i119"] == "sub_1"
    assert answer["viewer"]["defaultPaymentMethod"]["i119"] == "pm_1"


def test_a_fragment_that_spreads_another_twice_at_every_step_is_read_once(hub: World) -> None:
    steps = 50
    chain = [f"fragment F{n} on Customer {{ ...F{n + 1} ...F{n + 1} }}" for n in range(steps)]
    document = "{ viewer { ...F0 } } " + " ".join(chain) + f" fragment F{steps} on Customer {{ id }}"
    assert hub.ask(document, by=ADA) == {"id": "cus_1"}


def nested(levels: int, steps: list[tuple[str, str]], innermost: str) -> str:
    text = innermost
    for number in reversed(range(levels)):
        before, after = steps[number % len(steps)]
        text = f"{before} {{ {text} }}{after}"
    return text


ROUNDS: dict[str, list[tuple[str, str]]] = {
    "one to one": [("subscription", ""), ("customer", "")],
    "lists": [("activeSubscriptions", ""), ("customer", "")],
    "pages": [("subscriptions { nodes", " }"), ("customer", "")],
    "edges": [('invoices(last: 1, filter: {subscription: "sub_1"}) { edges { node', " } }"), ("customer", "")],
    "picked": [('access(product: "prod_1")', ""), ("subscription", ""), ("customer", "")],
}


@pytest.mark.parametrize("levels", [6, 15, 18])
@pytest.mark.parametrize("name", ROUNDS)
def test_objects_nest_far_deeper_than_sub_selects_reach(hub: World, name: str, levels: int) -> None:
    rounds = len(ROUNDS[name])
    document = nested(levels // rounds * rounds, ROUNDS[name], "id")
    answer: Any = hub.ask(f"{{ viewer {{ {document} }} }}", by=ADA)
    assert json.dumps(answer).count('"id": "cus_1"') == 1
    assert "null" not in json.dumps(answer)


def test_values_are_found_at_the_bottom_of_a_deep_answer(hub: World) -> None:
    answer: Any = hub.ask(
        """{ viewer { subscriptions { nodes { customer { subscription { customer { invoices(first: 1) { nodes {
            subscription { latestInvoice { lines(first: 2) { nodes { id price { product {
            prices { id product { name } } } } } totalCount } total { formatted } } } } } } } } } } } }""",
        by=ADA,
    )
    (node,) = answer["subscriptions"]["nodes"]
    (deep,) = node["customer"]["subscription"]["customer"]["invoices"]["nodes"]
    bottom = deep["subscription"]["latestInvoice"]
    prices = {"price": {"product": {"prices": [{"id": "price_1", "product": {"name": "prod_1"}}]}}}
    assert bottom == {
        "lines": {"nodes": [{"id": "il_1", **prices}, {"id": "il_2", **prices}], "totalCount": 2},
        "total": {"formatted": "$10.00"},
    }


def test_the_answer_of_a_deep_document_takes_one_statement(hub: World) -> None:
    document = nested(24, ROUNDS["one to one"], "id")
    with hub.database.statements() as sent:
        hub.ask(f"{{ viewer {{ {document} }} }}", by=ADA)
    assert len(sent) == 1


@pytest.mark.parametrize(
    "document",
    [
        'access(product: "p") { until }',
        'isSubscribedTo(product: "p")',
        "address { city } balance { decimal }",
        "subscription { items { price { unitAmountDecimal tiers { flatAmount { decimal } } } } }",
        "paymentMethods { label card { expYear } }",
        "charges { nodes { failureMessage } }",
    ],
)
def test_the_deepest_value_is_within_what_sqlite_takes_wherever_it_stands(hub: World, document: str) -> None:
    """Its parser's stack has 100 places: step by step the values come to lie where a set has to begin."""
    for ones in range(4):
        for manies in range(3):
            for way, count in (("subscription", ones), ("activeSubscriptions", manies)):
                wrapped = nested(2 * count, [(way, ""), ("customer", "")], document)
                hub.ask(f"{{ viewer {{ {wrapped} }} }}", by=ADA)
