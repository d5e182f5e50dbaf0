"""What a subscriber may not see does not exist for them; accounts and modes never mix."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, Undefined, get_named_type

from db.accounts import Account
from resolvers.context import Caller
from tests.resolvers.reading.everything import NODES, belongings, catalogue
from tests.resolvers.reading.stripe_objects import charge, customer, price, product, subscription
from tests.resolvers.reading.world import ADA, EVE, OPERATOR, World
from tests.schema.contract import contract, is_for_operators, object_types

NOBODY = replace(ADA, id="nobody")
LATE = {"upcomingInvoice", "paymentAction"}
"""They ask Stripe, which the tests of this room do not have."""


@pytest.fixture
def two(world: World) -> World:
    world.put(*catalogue(), *belongings("a", "ada"), *belongings("e", "eve"))
    return world


def scalars_of(type: GraphQLObjectType) -> str:
    own = [name for name, field in type.fields.items() if not (field.args or is_for_operators(field))]
    plain = [name for name in own if not isinstance(get_named_type(type.fields[name].type), GraphQLObjectType)]
    return " ".join(["__typename", *plain])


def relations_of(type: GraphQLObjectType, levels: int) -> Iterator[str]:
    """Every field that leads to objects, with everything that is below it."""
    for name, field in type.fields.items():
        below = get_named_type(field.type)
        if not isinstance(below, GraphQLObjectType) or name in LATE or is_for_operators(field):
            continue
        needed = [
            each
            for each, a in field.args.items()
            if isinstance(a.type, GraphQLNonNull) and a.default_value is Undefined
        ]
        arguments = "".join(f'({each}: "prod_1")' for each in needed)
        yield f"{name}{arguments} {{ {everything_of(below, levels)} }}"


def everything_of(type: GraphQLObjectType, levels: int) -> str:
    # A page's own levels lead nowhere by themselves.
    spent = 0 if type.name.endswith(("Connection", "Edge")) else 1
    deeper = relations_of(type, levels - spent) if levels >= spent else ()
    return " ".join([scalars_of(type), *deeper])


def test_nothing_of_anothers_is_reached_from_ones_own_by_any_relation(two: World) -> None:
    hub = contract().type_map["Customer"]
    assert isinstance(hub, GraphQLObjectType)
    seen = "".join(json.dumps(two.ask(f"{{ viewer {{ {relation} }} }}", by=ADA)) for relation in relations_of(hub, 1))
    for id in (*NODES.values(), "il_{}", "inpay_{}", "di_{}", "di_cus_{}"):
        if "{}" in id:
            assert f'"{id.format("a")}"' in seen, id
            assert id.format("e") not in seen


@pytest.mark.parametrize("by", [EVE, NOBODY], ids=["eve", "nobody"])
def test_what_is_anothers_cannot_be_told_from_what_does_not_exist(two: World, by: Caller) -> None:
    question = """query ($customer: ID!, $subscription: ID!, $invoice: ID!, $charge: ID!, $who: ID!, $ids: [ID!]!) {
        customer(id: $customer) { id } subscription(id: $subscription) { id } invoice(id: $invoice) { id }
        charge(id: $charge) { id } customerBySubscriber(subscriber: $who) { id } nodes(ids: $ids) { id }
        node(id: $customer) { __typename } }"""

    def asked(end: str, who: str) -> tuple[object, list[str]]:
        ids = [id.format(end) for id in NODES.values() if "{}" in id] + [f"il_{end}", f"inpay_{end}", f"di_{end}"]
        kinds = {"customer": "cus", "subscription": "sub", "invoice": "in", "charge": "ch"}
        names: dict[str, Any] = {kind: f"{prefix}_{end}" for kind, prefix in kinds.items()}
        with two.database.statements() as sent:
            answer = two.answer(question, by=by, **names, who=who, ids=ids)
        return answer, [statement.sql for statement in sent]

    answer, statements = asked("a", "ada")
    assert (answer, statements) == asked("x", "xim")
    roots = dict.fromkeys(("customer", "subscription", "invoice", "charge", "customerBySubscriber", "node"))
    assert answer == {"data": {**roots, "nodes": [None] * 11}}


def test_no_filter_of_a_list_reaches_beyond_ones_own(two: World) -> None:
    question = """{ viewer { foreign: invoices(filter: {subscription: "sub_e"}) { nodes { id } totalCount }
        own: invoices(filter: {subscription: "sub_a"}) { nodes { id } totalCount }
        subscriptions(filter: {product: "prod_1"}) { nodes { id } totalCount } charges { nodes { id } totalCount }
        paymentMethods(type: "card") { id } } }"""
    assert two.ask(question, by=ADA) == {
        "foreign": {"nodes": [], "totalCount": 0},
        "own": {"nodes": [{"id": "in_a"}], "totalCount": 1},
        "subscriptions": {"nodes": [{"id": "sub_a"}], "totalCount": 1},
        "charges": {"nodes": [{"id": "ch_a"}], "totalCount": 1},
        "paymentMethods": [{"id": "pm_a"}],
    }


def test_a_subscriber_finds_themselves_by_their_own_id_alone(two: World) -> None:
    question = "query ($who: ID!) { customerBySubscriber(subscriber: $who) { id } }"
    assert two.ask(question, by=ADA, who="ada") == {"id": "cus_a"}
    for who in ("eve", "ADA", "ada ", "", "%", "a_a"):
        assert two.ask(question, by=ADA, who=who) is None
    assert two.ask("{ viewer { id } }", by=OPERATOR) is None
    assert two.ask("{ viewer { id } }", by=replace(OPERATOR, id="ada")) is None


@pytest.mark.parametrize("elsewhere", ["account", "mode"])
def test_another_account_and_the_other_mode_are_other_worlds(world: World, elsewhere: str) -> None:
    here = world.services.account
    other = world.elsewhere(
        Account(f"{here.id}_other", here.livemode) if elsewhere == "account" else Account(here.id, True)
    )
    other.put(*catalogue(), *belongings("a", "ada"))
    other.put(price("price_2", lookup_key="gold"), subscription("sub_b", "cus_b"))
    # The same ids, and references that would lead across.
    world.put(customer("cus_b", subscriber="eve", invoice_settings={"default_payment_method": "pm_a"}))
    world.put(charge("ch_b", "cus_b", payment_intent="pi_a", payment_method="pm_a"))
    question = """query ($ids: [ID!]!) {
        customers { totalCount nodes { id } } subscriptions { totalCount } invoices { totalCount }
        products(active: null) { totalCount } nodes(ids: $ids) { id } customerBySubscriber(subscriber: "ada") { id }
        priceByLookupKey(lookupKey: "gold") { id } mirror { resources { name rows } }
        charge(id: "ch_b") { invoice { id } paymentMethod { id } }
        customer(id: "cus_b") {
            defaultPaymentMethod { id } isSubscribedTo(product: "prod_1") subscriptions { totalCount }
            hasAnyActiveSubscription access(product: "prod_1") { reason } validSubscriptions { id } subscriber } }"""
    ids = [id.format("a") for id in NODES.values()]
    answer = world.ask(question, ids=ids)
    assert answer.pop("nodes") == [None] * len(ids)
    rows = {each["name"]: each["rows"] for each in answer.pop("mirror")["resources"] if each["rows"]}
    assert rows == {"customers": 1, "charges": 1}
    assert answer == {
        "customers": {"totalCount": 1, "nodes": [{"id": "cus_b"}]},
        "subscriptions": {"totalCount": 0},
        "invoices": {"totalCount": 0},
        "products": {"totalCount": 0},
        "customerBySubscriber": None,
        "priceByLookupKey": None,
        "charge": {"invoice": None, "paymentMethod": None},
        "customer": {
            "defaultPaymentMethod": None,
            "isSubscribedTo": False,
            "subscriptions": {"totalCount": 0},
            "hasAnyActiveSubscription": False,
            "access": {"reason": "NEVER_SUBSCRIBED"},
            "validSubscriptions": [],
            "subscriber": "eve",
        },
    }
    assert world.ask("{ viewer { id } }", by=ADA) is None
    assert other.ask("{ viewer { id charges { totalCount } } }", by=ADA) == {
        "id": "cus_a",
        "charges": {"totalCount": 1},
    }


def test_an_object_that_names_no_customer_belongs_to_nobody(world: World) -> None:
    world.put(customer("cus_a", subscriber="ada"), charge("ch_1", customer=None))  # type: ignore[arg-type]
    assert world.ask('{ charge(id: "ch_1") { id } node(id: "ch_1") { id } }', by=ADA) == {"charge": None, "node": None}


@pytest.mark.parametrize("code", ["fraudulent", "lost_card", "stolen_card", "merchant_blacklist"])
def test_card_holders_are_not_told_why_their_bank_is_suspicious(world: World, code: str) -> None:
    failed: dict[str, Any] = {"status": "failed", "paid": False, "failure_message": "Your card was stolen."}
    world.put(
        customer(subscriber="ada"),
        charge("ch_1", failure_code="card_declined", outcome={"reason": code, "type": "issuer_declined"}, **failed),
        charge("ch_2", failure_code=code, outcome=None, **failed),
        charge("ch_3", failure_code="expired_card", outcome={"reason": "expired_card"}, **failed),
        charge("ch_4"),
    )
    question = '{ nodes(ids: ["ch_1", "ch_2", "ch_3", "ch_4"]) { ... on Charge { failureCode failureMessage } } }'
    masked = {"failureCode": "generic_decline", "failureMessage": world.ask(question, by=ADA)[0]["failureMessage"]}
    assert "stolen" not in masked["failureMessage"]
    plain = {"failureCode": "expired_card", "failureMessage": "Your card was stolen."}
    none = {"failureCode": None, "failureMessage": None}
    assert world.ask(question, by=ADA) == [masked, masked, plain, none]
    told = [each["failureCode"] for each in world.ask(question, by=OPERATOR)]
    assert told == ["card_declined", code, "expired_card", None]


def test_metadata_of_every_type_is_narrowed_to_the_public_keys(world: World) -> None:
    told = {"public": "1", "secret": "2"}
    world.put(
        customer("cus_a", subscriber="ada", metadata={"subscriber_id": "ada", **told}),
        *({**each, "metadata": told} for each in belongings("a")[1:]),
        product(metadata=told),
        price(metadata=told),
    )
    shown = world.with_policy(public_metadata_keys=frozenset({"public"}))
    types = [type for type in object_types() if "metadata" in type.fields]
    ids = [NODES[type.name].format("a") for type in types]
    parts = " ".join(f"... on {type.name} {{ metadata }}" for type in types)
    question = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {parts} }} }}"
    for each in shown.ask(question, by=ADA, ids=ids):
        assert each["metadata"] in ({"public": "1"}, {})
    for each in world.ask(question, by=ADA, ids=ids):
        assert each["metadata"] == {}
    assert world.ask(question, by=OPERATOR, ids=ids)[0]["metadata"]["secret"] == "2"
