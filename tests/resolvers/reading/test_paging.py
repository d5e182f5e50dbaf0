"""What pages say of themselves, and how misuse is told."""

from typing import Any

import orjson
import pytest

from tests.resolvers.reading.stripe_objects import NOW, charge, customer, invoice, product
from tests.resolvers.reading.world import ADA, EVE, World

PAGE = "nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount"


@pytest.fixture
def five(world: World) -> World:
    world.put(*(customer(f"cus_{number}", created=number) for number in range(1, 6)))
    return world


def cursor(*parts: Any) -> str:
    return orjson.dumps(parts).hex()


def at(number: int) -> str:
    return cursor("CREATED", number, f"cus_{number}")


def page(world: World, arguments: str) -> tuple[list[str], bool, bool]:
    """The ids, and whether there is more before and after them."""
    answer = world.ask(f"{{ customers({arguments}) {{ {PAGE} }} }}")
    assert answer["totalCount"] == 5
    info = answer["pageInfo"]
    return [node["id"][-1] for node in answer["nodes"]], info["hasPreviousPage"], info["hasNextPage"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("first: 2", (["5", "4"], False, True)),
        ("first: 5", (["5", "4", "3", "2", "1"], False, False)),
        ("first: 100", (["5", "4", "3", "2", "1"], False, False)),
        ("last: 2", (["2", "1"], True, False)),
        ("last: 5", (["5", "4", "3", "2", "1"], False, False)),
        (f'first: 2, after: "{at(4)}"', (["3", "2"], True, True)),
        (f'first: 2, after: "{at(3)}"', (["2", "1"], True, False)),
        (f'last: 2, before: "{at(2)}"', (["4", "3"], True, True)),
        (f'last: 9, before: "{at(2)}"', (["5", "4", "3"], False, True)),
        (f'first: 9, after: "{at(5)}", before: "{at(2)}"', (["4", "3"], True, True)),
        (f'last: 1, after: "{at(5)}", before: "{at(2)}"', (["3"], True, True)),
        (f'first: 9, before: "{at(4)}"', (["5"], False, True)),
        (f'last: 9, after: "{at(2)}"', (["1"], True, False)),
        (f'first: 9, after: "{at(1)}"', ([], True, False)),
        (f'after: "{cursor("CREATED", 3, "cus_gone")}"', (["3", "2", "1"], True, False)),
        ("first: 0", ([], False, True)),
        ("first: null, last: null, after: null, before: null", (["5", "4", "3", "2", "1"], False, False)),
    ],
)
def test_a_page_knows_what_lies_around_it(five: World, arguments: str, expected: object) -> None:
    assert page(five, arguments) == expected


def test_an_empty_list_has_no_cursors(world: World) -> None:
    answer = world.ask(f"{{ customers {{ {PAGE} edges {{ cursor }} }} }}")
    info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert answer == {"nodes": [], "edges": [], "pageInfo": info, "totalCount": 0}


def test_a_page_has_twenty_entries_unless_asked_otherwise_and_at_most_a_hundred(world: World) -> None:
    world.put(*(product(f"prod_{number}") for number in range(105)))
    assert len(world.ask("{ products { nodes { id } } }")["nodes"]) == 20
    assert len(world.ask("{ products(first: 100) { nodes { id } } }")["nodes"]) == 100
    assert world.ask("{ products(first: 1) { totalCount } }") == {"totalCount": 105}


def test_parts_of_a_page_come_under_any_alias_and_several_times(five: World) -> None:
    answer = five.ask(
        """{ c: customers(first: 1) {
            a: nodes { id }  b: nodes { created email }  n: totalCount  __typename
            e: edges { at: cursor  x: node { id __typename } }  f: edges { y: node { name } z: node { livemode } }
            p: pageInfo { more: hasNextPage }  q: pageInfo { end: endCursor } } }"""
    )
    assert answer == {
        "a": [{"id": "cus_5"}],
        "b": [{"created": "1970-01-01T00:00:05Z", "email": "cus_5@example.com"}],
        "n": 5,
        "__typename": "CustomerConnection",
        "e": [{"at": at(5), "x": {"id": "cus_5", "__typename": "Customer"}}],
        "f": [{"y": {"name": "cus_5"}, "z": {"livemode": False}}],
        "p": {"more": True},
        "q": {"end": at(5)},
    }


def test_a_list_can_be_counted_without_reading_it(five: World) -> None:
    with five.database.statements() as sent:
        assert five.ask('{ customers(filter: {email: "cus_3@example.com"}) { totalCount } }') == {"totalCount": 1}
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("first: 1, last: 1", "Give first or last, not both."),
        ("first: 101", "A page has at most 100 entries (MAX_PAGE_SIZE): 101 are too many."),
        ("last: 101", "A page has at most 100 entries (MAX_PAGE_SIZE): 101 are too many."),
        ("first: -1", "A page cannot have -1 entries. Ask for 0 to 100."),
        ("last: -2147483648", "A page cannot have -2147483648 entries. Ask for 0 to 100."),
    ],
)
def test_an_impossible_page_is_refused_before_anything_is_read(five: World, arguments: str, told: str) -> None:
    with five.database.statements() as sent:
        error = five.refusal(f"{{ mirror {{ apiVersion }} customers({arguments}) {{ nodes {{ id }} }} }}")
    assert error["message"] == told
    assert error["extensions"]["code"] == ("QUERY_TOO_COMPLEX" if "101" in arguments else "INVALID_INPUT")
    assert error["locations"] == [{"line": 1, "column": 25}]
    assert sent == []


GARBAGE = [
    "",
    "x",
    "====",
    "äöü",
    "a" * 100_000,
    "\\u0000",
    cursor(),
    cursor("CREATED", 1),
    cursor("CREATED", 1, "cus_1", "more"),
    cursor("CREATED", "1", "cus_1"),
    cursor("CREATED", None, "cus_1"),
    cursor("CREATED", True, "cus_1"),
    cursor("CREATED", 1.5, "cus_1"),
    cursor("CREATED", 2**63, "cus_1"),
    cursor("CREATED", 1, 5),
    cursor("CREATED", 1, ["cus_1"]),
    cursor("CREATED", 1, "cus_\0"),
    (b"{").hex(),
    (b"\xff\xfe").hex(),
    (b'["CREATED",1,"\\ud800"]').hex(),
    (b"[" * 5000).hex(),
    (b'["CREATED",99999999999999999999999,"x"]').hex(),
    (b'{"a":1,"b":2,"c":3}').hex(),
]


@pytest.mark.parametrize("argument", ["after", "before"])
@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_no_cursor(five: World, argument: str, garbage: str) -> None:
    error = five.refusal(f'{{ customers({argument}: "{garbage}") {{ nodes {{ id }} }} }}')
    assert error["message"] in (f"{argument} is not a cursor of this API.", f"{argument} is not a cursor of this list.")
    assert error["extensions"] == {"code": "INVALID_INPUT"}


def test_a_cursor_of_another_order_is_refused(five: World) -> None:
    ordered = five.ask("{ customers(orderBy: {field: EMAIL}) { edges { cursor } } }")["edges"][0]["cursor"]
    error = five.refusal("query ($c: String) { customers(after: $c) { nodes { id } } }", c=ordered)
    assert error["message"] == "after is a cursor of a list in another order."
    wrong = cursor("EMAIL", 5, "cus_5")
    error = five.refusal(f'{{ customers(before: "{wrong}", orderBy: {{field: EMAIL}}) {{ nodes {{ id }} }} }}')
    assert error["message"] == "before is not a cursor of this list."
    unknown = cursor("created", 5, "cus_5")
    assert "another order" in five.refusal(f'{{ customers(before: "{unknown}") {{ nodes {{ id }} }} }}')["message"]


@pytest.mark.parametrize(
    "impossible",
    [
        "invoices(first: 1000) { totalCount }",
        "invoices { nodes { lines(last: $many) { pageInfo { hasNextPage } } } }",
        "subscription { customer { charges(first: 1, last: $many) { totalCount } } }",
    ],
)
def test_an_impossible_page_is_refused_wherever_it_is(five: World, impossible: str) -> None:
    with five.database.statements() as sent:
        five.refusal(f"query ($many: Int) {{ viewer {{ ...F }} }} fragment F on Customer {{ {impossible} }}", many=500)
    assert sent == []


def test_a_cursor_that_somebody_else_made_only_says_where_and_shows_nothing_of_theirs(world: World) -> None:
    world.put(customer("cus_a", subscriber="ada"), customer("cus_e", subscriber="eve"))
    for number in range(4):
        world.put(charge(f"ch_a{number}", "cus_a", created=NOW + number))
        world.put(charge(f"ch_e{number}", "cus_e", created=NOW + number))
    question = (
        "query ($c: String) { viewer { charges(first: 9, after: $c) { nodes { id } totalCount edges { cursor } } } }"
    )
    hers = world.ask(question, by=ADA)["charges"]["edges"][0]["cursor"]
    assert world.ask(question, by=EVE, c=hers)["charges"]["nodes"] == [{"id": id} for id in ("ch_e2", "ch_e1", "ch_e0")]
    assert world.ask(question, by=EVE, c=hers)["charges"]["totalCount"] == 4


def test_equal_moments_are_told_apart_by_id(world: World) -> None:
    world.put(customer(), *(invoice(f"in_{letter}", created=NOW) for letter in "bAaB"))
    answer = world.ask('{ customer(id: "cus_1") { invoices { nodes { id } } } }')
    assert [node["id"] for node in answer["invoices"]["nodes"]] == ["in_b", "in_a", "in_B", "in_A"]
