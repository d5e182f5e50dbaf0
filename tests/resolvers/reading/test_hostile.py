"""What people may type, and worse, finds nothing or is refused, and is never SQL."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.resolvers.reading.connections import CONNECTIONS
from tests.resolvers.reading.everything import belongings, catalogue
from tests.resolvers.reading.stripe_objects import charge, coupon, customer, product
from tests.resolvers.reading.world import ADA, Database, World

EVERY_TEXT = """query ($t: String, $id: ID!, $ids: [ID!]!, $text: String!) {
    customer(id: $id) { id } bySubscriber: customerBySubscriber(subscriber: $id) { id } subscription(id: $id) { id }
    invoice(id: $id) { id } charge(id: $id) { id } product(id: $id) { id } price(id: $id) { id }
    byKey: priceByLookupKey(lookupKey: $text) { id } node(id: $id) { id } nodes(ids: $ids) { id }
    hub: customer(id: "cus_a") {
        isSubscribedTo(product: $id) access(product: $id) { reason } paymentMethods(type: $t) { id }
        subscriptions(filter: {product: $id, price: $id}) { totalCount }
        invoices(filter: {subscription: $id}) { totalCount } } }"""
FOR_OPERATORS = """query ($t: String, $id: ID) {
    customers(filter: {email: $t, subscriber: $id}) { totalCount nodes { id } }
    subscriptions(filter: {product: $id, price: $id}) { totalCount }
    invoices(filter: {subscription: $id}) { totalCount } }"""
HUB_OF_NOTHING: dict[str, Any] = {
    "isSubscribedTo": False,
    "access": {"reason": "NEVER_SUBSCRIBED"},
    "paymentMethods": [],
    "subscriptions": {"totalCount": 0},
    "invoices": {"totalCount": 0},
}
NOTHING = {
    **dict.fromkeys(
        ("customer", "bySubscriber", "subscription", "invoice", "charge", "product", "price", "byKey", "node")
    ),
    "nodes": [None],
    "hub": HUB_OF_NOTHING,
}
TEXTS = {
    "nul": "cus_a\0",
    "only nul": "\0",
    "replacement": "\ufffd",
    "quote": "' OR '1'='1",
    "statement": "'; DROP TABLE customers; --",
    "percent": "%",
    "bind": ":id $1 ? %(id)s",
    "json": '{"$ne": null}',
    "emoji": "👩‍💻" * 50,
    "astral": "\U0010ffff",
    "rtl": "\u202ecus_a",
    "empty": "",
    "blank": " ",
    "long": "x" * 300_000,
    "backslash": "\\",
    "newlines": "a\r\nb",
}


@pytest.fixture
def full(world: World) -> World:
    world.put(*catalogue(), *belongings("a", "ada"))
    return world


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_no_text_finds_what_it_does_not_name(full: World, text: str) -> None:
    variables: dict[str, Any] = {"t": text, "id": text, "ids": [text], "text": text}
    assert full.ask(EVERY_TEXT, by=ADA, **variables) == NOTHING
    counted = {"totalCount": 0}
    lists = {"customers": {**counted, "nodes": []}, "subscriptions": counted, "invoices": counted}
    assert full.ask(FOR_OPERATORS, t=text, id=text) == lists


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_at_all_is_answered(database: Database, text: str) -> None:
    world = World.on(database)
    answer = world.answer(EVERY_TEXT, by=ADA, t=text, id=text, ids=[text], text=text)
    assert answer == {"data": {**NOTHING, "hub": None}}


def test_texts_that_look_like_sql_are_stored_compared_and_shown_as_they_are(world: World) -> None:
    odd = "O'Brien\"; SELECT '%s' :id \\ $1 {} \u2028 👩‍💻"
    world.put(customer(subscriber=odd, name=odd, email=odd, metadata={"subscriber_id": odd, odd: odd}), product(odd))
    world.put(coupon(odd, name=odd))
    question = """query ($t: String, $id: ID!) { customers(filter: {email: $t}) { nodes { name metadata } }
        customerBySubscriber(subscriber: $id) { subscriber } product(id: $id) { id } }"""
    assert world.ask(question, t=odd, id=odd) == {
        "customers": {"nodes": [{"name": odd, "metadata": {"subscriber_id": odd, odd: odd}}]},
        "customerBySubscriber": {"subscriber": odd},
        "product": {"id": odd},
    }


def test_what_a_database_refuses_is_found_in_the_form_in_which_it_is_stored(world: World) -> None:
    world.put(customer(email="a\0b", name="x\0"))
    question = "query ($t: String) { customers(filter: {email: $t}) { nodes { email name } } }"
    stored = {"nodes": [{"email": "a\ufffdb", "name": "x\ufffd"}]}
    assert world.ask(question, t="a\0b") == stored
    assert world.ask(question, t="a\ufffdb") == stored


def test_texts_are_bound_and_never_written_into_the_statement(full: World) -> None:
    marker = "zqxj"
    variables: dict[str, Any] = {"t": marker, "id": marker, "ids": [marker, f"cus_{marker}"], "text": marker}
    with full.database.statements() as sent:
        full.ask(EVERY_TEXT, by=ADA, **variables)
        full.ask(FOR_OPERATORS, t=marker, id=marker)
        for listed in CONNECTIONS:
            if listed.key in ("email", "name"):
                full.put(customer(f"cus_{marker}", email=marker, name=marker))
                sent.clear()
                list(listed.walk(full, 1, forward=True))
    assert sent
    assert not [statement for statement in sent if marker in statement.sql]


@pytest.mark.parametrize("written", ['"\\ud800"', '"\\udc00\\ud800"', '"\\u{110000}"', '"\\x00"'])
def test_text_that_unicode_cannot_hold_is_a_syntax_error(world: World, written: str) -> None:
    assert "Syntax Error" in world.refusal(f"{{ customer(id: {written}) {{ id }} }}")["message"]


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**63, 10**40, 1.5, "1", True, [], {}])
def test_a_number_that_is_none_or_too_large_is_refused(full: World, number: Any) -> None:
    error = full.refusal("query ($n: Int) { charges(first: $n) { totalCount } }", n=number)
    assert "$n" in error["message"]
    if type(number) in (int, float):
        assert full.refusal(f"{{ charges(first: {number}) {{ totalCount }} }}")["message"]


def test_amounts_fill_sixty_four_bits(world: World) -> None:
    world.put(customer(balance=-(2**63) + 1), charge(amount=2**63 - 1, amount_refunded=-(2**63)))
    answer = world.ask(
        '{ charge(id: "ch_1") { amount { minorUnits decimal } amountRefunded { minorUnits } } '
        'customer(id: "cus_1") { credits { minorUnits } } }'
    )
    assert answer == {
        "charge": {
            "amount": {"minorUnits": 2**63 - 1, "decimal": "92233720368547758.07"},
            "amountRefunded": {"minorUnits": -(2**63)},
        },
        "customer": {"credits": {"minorUnits": 2**63 - 1}},
    }


def test_long_response_keys_are_answered_whole(full: World) -> None:
    long = "k" * 3000
    answer = full.ask(f"{{ {long}: viewer {{ {long}: id {long}2: invoices {{ {long}: totalCount }} }} }}", by=ADA)
    assert answer == {long: "cus_a", f"{long}2": {long: 1}}
