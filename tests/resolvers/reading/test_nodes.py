"""node and nodes find anything by its id, whatever people chose the id to be."""

import pytest
from graphql import GraphQLInterfaceType

from schema import build_schema
from tests.resolvers.reading.everything import NODES, belongings, catalogue
from tests.resolvers.reading.stripe_objects import coupon, customer, price, product
from tests.resolvers.reading.world import ADA, World

QUESTION = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


@pytest.fixture
def full(world: World) -> World:
    world.put(*catalogue(), *belongings("a", "ada"))
    return world


def test_every_type_that_has_ids_is_found_by_them(full: World) -> None:
    node = build_schema()._schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {type.name for type in build_schema()._schema.get_possible_types(node)} == NODES.keys()
    ids = [id.format("a") for id in NODES.values()]
    expected = [{"__typename": name, "id": id} for name, id in zip(NODES, ids, strict=True)]
    assert full.ask(QUESTION, ids=ids) == expected
    for found in expected:
        assert full.ask("query ($id: ID!) { node(id: $id) { __typename id } }", id=found["id"]) == found


def test_ids_are_answered_in_their_order_with_repeats_and_gaps(full: World) -> None:
    answer = full.ask(QUESTION, ids=["SALE", "nope", "cus_a", "", "SALE", "cus_nope", "prod_1"])
    assert [each and each["id"] for each in answer] == ["SALE", None, "cus_a", None, "SALE", None, "prod_1"]
    assert full.ask(QUESTION, ids=[]) == []


def test_each_type_tells_its_own_and_all_tell_what_nodes_have_in_common(full: World) -> None:
    question = """query ($ids: [ID!]!) { nodes(ids: $ids) { ...Common
        ... on Customer { email subscription { id } }  ... on Coupon { percentOff }
        ... on Invoice { total { formatted } lines { nodes { id } } }  ... on Node { again: id } } }
        fragment Common on Node { id }"""
    assert full.ask(question, ids=["in_a", "SALE", "cus_a", "ch_a"]) == [
        {"id": "in_a", "total": {"formatted": "$10.00"}, "lines": {"nodes": [{"id": "il_a"}]}, "again": "in_a"},
        {"id": "SALE", "percentOff": "10", "again": "SALE"},
        {"id": "cus_a", "email": "cus_a@example.com", "subscription": {"id": "sub_a"}, "again": "cus_a"},
        {"id": "ch_a", "again": "ch_a"},
    ]


def test_people_may_choose_any_id_for_coupons_and_products(world: World) -> None:
    odd = ["free shirt", "50%", "a/b?c=d&e", "ünïcödé", "'; DROP TABLE coupons; --", ":name", "{}", '"', "\\", "in_"]
    world.put(*(coupon(id) for id in odd), *(product(f"{id}-shirt") for id in odd), price("gold", "50%-shirt"))
    wanted = [*odd, *(f"{id}-shirt" for id in odd), "gold"]
    answer = world.ask(QUESTION, ids=wanted)
    assert [each["id"] for each in answer] == wanted
    assert [each["__typename"] for each in answer] == ["Coupon"] * 10 + ["Product"] * 10 + ["Price"]
    assert world.ask('{ price(id: "gold") { product { id } } }') == {"product": {"id": "50%-shirt"}}


def test_a_prefix_of_stripes_goes_before_an_id_that_somebody_chose(world: World) -> None:
    world.put(customer("cus_1"), coupon("cus_1"), product("same"), coupon("same"))
    assert world.ask('{ node(id: "cus_1") { __typename } }') == {"__typename": "Customer"}
    assert world.ask('{ node(id: "same") { __typename } }')["__typename"] in ("Coupon", "Product")
    # The coupon is still reached by where it is used.
    world.put(customer("cus_1", metadata={"pending_coupon": "cus_1"}))
    assert world.ask('{ customer(id: "cus_1") { pendingCoupon { __typename id } } }')["pendingCoupon"]["id"] == "cus_1"


def test_a_hundred_ids_are_answered_and_one_more_is_refused(world: World) -> None:
    world.put(*(product(f"prod_{number}") for number in range(100)))
    ids = [f"prod_{number}" for number in range(100)]
    question = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { name prices { id } metadata } } }"
    assert [each["name"] for each in world.ask(question, ids=ids)] == ids
    with world.database.statements() as sent:
        error = world.refusal(question, ids=[*ids, "one_more"])
    assert error["message"] == (
        "101 ids are too many to be asked for at once (MAX_PAGE_SIZE is 100). Ask in several operations, or for less."
    )
    assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": "MAX_PAGE_SIZE", "maximum": 100}
    assert sent == []


def test_an_alias_cannot_pretend_to_be_the_type(full: World) -> None:
    answer = full.ask('{ node(id: "cus_a") { __typename: id ... on Customer { email } } }')
    assert answer == {"__typename": "cus_a", "email": "cus_a@example.com"}


def test_a_subscriber_finds_their_own_and_the_catalogue(full: World) -> None:
    full.put(*belongings("e", "eve"))
    own = [id.format("a") for id in NODES.values()]
    assert [each and each["id"] for each in full.ask(QUESTION, by=ADA, ids=own)] == [*own[:-1], None]
    foreign = [id.format("e") for id in NODES.values() if "{}" in id]
    assert full.ask(QUESTION, by=ADA, ids=foreign) == [None] * len(foreign)
