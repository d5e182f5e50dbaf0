"""Lists are narrowed by what is given, and by nothing that is left out or null."""

from typing import Any

import pytest

from tests.resolvers.reading.stripe_objects import (
    DAY,
    NOW,
    charge,
    customer,
    invoice,
    item,
    price,
    product,
    subscription,
)
from tests.resolvers.reading.world import ADA, World


def listed(world: World, field: str, filter: str, **variables: Any) -> list[str]:
    answer = world.ask(f"{{ {field}(filter: {filter}) {{ nodes {{ id }} totalCount }} }}", **variables)
    ids = sorted(node["id"] for node in answer["nodes"])
    assert answer["totalCount"] == len(ids)
    return ids


def test_customers_are_narrowed_by_each_of_their_filters(world: World) -> None:
    world.put(
        customer("cus_1", subscriber="ada", email="A@example.com", delinquent=True),
        customer("cus_2", email="a@example.com", delinquent=False, created=NOW),
        customer("cus_3", email=None, delinquent=None),
    )
    world.put({"id": "cus_3", "object": "customer", "deleted": True})
    assert listed(world, "customers", "{}") == ["cus_1", "cus_2"]
    assert listed(world, "customers", '{email: "a@example.com"}') == ["cus_2"]
    assert listed(world, "customers", '{subscriber: "ada"}') == ["cus_1"]
    assert listed(world, "customers", '{subscriber: "eve"}') == []
    assert listed(world, "customers", "{delinquent: true}") == ["cus_1"]
    assert listed(world, "customers", "{delinquent: false}") == ["cus_2"]
    assert listed(world, "customers", "{deleted: true}") == ["cus_3"]
    assert listed(world, "customers", "{deleted: true, delinquent: false}") == ["cus_3"]
    assert listed(world, "customers", "{deleted: false}") == ["cus_1", "cus_2"]
    assert listed(world, "customers", '{created: {gte: "2026-10-28T09:30:00Z"}}') == ["cus_2"]
    everything = "{email: null, subscriber: null, delinquent: null, deleted: null, created: null}"
    assert listed(world, "customers", everything) == ["cus_1", "cus_2"]
    assert world.ask("{ customers(filter: null) { totalCount } }") == {"totalCount": 2}


def test_subscriptions_are_narrowed_by_each_of_their_filters(world: World) -> None:
    world.put(customer("cus_1", subscriber="ada"), product(), price(), product("prod_2"), price("price_2", "prod_2"))
    world.put(
        subscription("sub_1", cancel_at_period_end=True),
        subscription("sub_2", status="past_due", collection_method="send_invoice", items=[item("si_2", "price_2")]),
        subscription("sub_3", status="canceled", items=[item("si_3", ends=NOW + 9 * DAY), item("si_4", "price_2")]),
        subscription("sub_4", items=[]),
    )

    def ids(filter: str) -> list[str]:
        found = listed(world, "subscriptions", filter)
        own = world.ask(f"{{ viewer {{ subscriptions(filter: {filter}) {{ nodes {{ id }} }} }} }}", by=ADA)
        assert sorted(node["id"] for node in own["subscriptions"]["nodes"]) == found
        return found

    assert ids("{status: [PAST_DUE, CANCELED]}") == ["sub_2", "sub_3"]
    assert ids("{status: ACTIVE}") == ["sub_1", "sub_4"]
    assert ids("{status: []}") == []
    assert ids('{product: "prod_1"}') == ["sub_1", "sub_3"]
    assert ids('{product: "prod_2", status: [PAST_DUE]}') == ["sub_2"]
    assert ids('{price: "price_2"}') == ["sub_2", "sub_3"]
    assert ids('{price: "price_1", product: "prod_2"}') == ["sub_3"]
    assert ids("{collectionMethod: SEND_INVOICE}") == ["sub_2"]
    assert ids("{cancelAtPeriodEnd: true}") == ["sub_1"]
    assert ids("{cancelAtPeriodEnd: false}") == ["sub_2", "sub_3", "sub_4"]
    assert ids('{currentPeriodEnd: {lte: "2026-10-29T09:30:00Z"}}') == ["sub_1", "sub_2", "sub_3"]
    assert ids('{currentPeriodEnd: {lt: "2026-10-29T09:30:00Z"}}') == []
    assert ids("{currentPeriodEnd: {}}") == ["sub_1", "sub_2", "sub_3"]


def test_invoices_and_charges_are_narrowed_by_each_of_their_filters(world: World) -> None:
    world.put(
        customer(),
        invoice("in_1", subscription="sub_1", due_date=NOW),
        invoice("in_2", status="paid", collection_method="send_invoice"),
        invoice("in_3", status=None, due_date=NOW + DAY),
        charge("ch_1", disputed=True),
        charge("ch_2", status="failed", refunded=True),
        charge("ch_3", status="pending", created=NOW, refunded=None, disputed=None),
    )
    assert listed(world, "invoices", "{status: [OPEN, PAID]}") == ["in_1", "in_2"]
    assert listed(world, "invoices", "{status: []}") == []
    assert listed(world, "invoices", '{subscription: "sub_1"}') == ["in_1"]
    assert listed(world, "invoices", "{collectionMethod: SEND_INVOICE}") == ["in_2"]
    assert listed(world, "invoices", '{dueDate: {gt: "2026-10-28T09:30:00Z"}}') == ["in_3"]
    assert listed(world, "charges", "{status: [PENDING, FAILED]}") == ["ch_2", "ch_3"]
    assert listed(world, "charges", "{disputed: true}") == ["ch_1"]
    assert listed(world, "charges", "{disputed: false}") == ["ch_2", "ch_3"]
    assert listed(world, "charges", "{refunded: true}") == ["ch_2"]
    assert listed(world, "charges", "{refunded: false}") == ["ch_1", "ch_3"]


@pytest.mark.parametrize(
    ("range", "found"),
    [
        ('{gt: "2026-10-28T09:30:00Z"}', ["ch_2"]),
        ('{gte: "2026-10-28T09:30:00Z"}', ["ch_1", "ch_2"]),
        ('{lt: "2026-10-28T09:30:01Z"}', ["ch_0", "ch_1"]),
        ('{lte: "2026-10-28T09:30:01Z"}', ["ch_0", "ch_1", "ch_2"]),
        ('{gt: "2026-10-28T09:29:59.5Z", lt: "2026-10-28T09:30:00.5Z"}', ["ch_1"]),
        ('{gte: "2026-10-28T09:30:00.000001Z"}', ["ch_2"]),
        ('{lte: "2026-10-28T09:30:00.999Z"}', ["ch_0", "ch_1"]),
        ('{gt: "2026-10-28T11:30:00+02:00"}', ["ch_2"]),
        ('{gt: "2026-10-28T09:30:01Z", lt: "2026-10-28T09:30:00Z"}', []),
        ('{gte: "0001-01-01T00:00:00Z", lte: "9999-12-31T23:59:59Z"}', ["ch_0", "ch_1", "ch_2"]),
        ("{gt: null}", ["ch_0", "ch_1", "ch_2"]),
    ],
)
def test_a_range_of_moments_counts_in_whole_seconds_and_any_offset(world: World, range: str, found: list[str]) -> None:
    world.put(*(charge(f"ch_{number}", created=NOW + number - 1) for number in (0, 1, 2)))
    assert listed(world, "charges", f"{{created: {range}}}") == found


@pytest.mark.parametrize(
    "moment",
    ["", "yesterday", "2026-10-28", "2026-10-28T09:30:00", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"],
)
def test_what_is_no_moment_is_refused_as_literal_and_as_variable(world: World, moment: str) -> None:
    literal = world.refusal(f'{{ charges(filter: {{created: {{gt: "{moment}"}}}}) {{ totalCount }} }}')
    by_variable = world.refusal(
        "query ($moment: DateTime) { charges(filter: {created: {gt: $moment}}) { totalCount } }", moment=moment
    )
    for error in (literal, by_variable):
        assert "DateTime" in error["message"]
    assert world.refusal(
        "query ($moment: DateTime) { charges(filter: {created: {gt: $moment}}) { totalCount } }", moment=5
    )
