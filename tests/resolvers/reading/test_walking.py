"""Walking a connection visits every row once, whichever way, in whichever order, whatever arrives meanwhile."""

from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.reading.sources import Connection
from schema import build_schema
from schema.declarations import declarations_of
from tests.resolvers.reading.connections import (
    BY_AMOUNT,
    BY_NAME,
    CONNECTIONS,
    Listed,
    Row,
    in_order,
    some_rows,
)
from tests.resolvers.reading.stripe_objects import customer
from tests.resolvers.reading.world import Database, World

ON_ONE_DATABASE = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3)
WHOLE = st.integers(min_value=-(2**62), max_value=2**62)


def put(world: World, listed: Listed, rows: list[Row]) -> None:
    if listed.type == "Customer":
        world.put(customer())
    listed.put(world, rows)


def rows_of(listed: Listed, values: list[object]) -> list[Row]:
    # Shuffled, so that ids do not happen to come in the order in which rows arrived.
    return [(value, f"{listed.kind}_{number * 7 % 31:02}") for number, value in enumerate(values)]


def test_every_connection_and_order_of_the_contract_is_walked_here() -> None:
    schema = build_schema()._schema
    declared = {
        (type, field, name if len(source.orders) > 1 else None)
        for (type, field), source in declarations_of(schema).fields.items()
        if isinstance(source, Connection)
        for name in source.orders
    }
    assert declared == {(listed.type, listed.field, listed.order) for listed in CONNECTIONS}


@pytest.mark.parametrize("listed", CONNECTIONS, ids=str)
def test_a_walk_visits_every_row_once_in_order_both_ways(world: World, listed: Listed) -> None:
    rows = some_rows(listed)
    put(world, listed, rows)
    for descending in (True, False) if listed.order else (True,):
        expected = in_order(listed, rows, descending=descending)
        forward = list(listed.walk(world, 3, forward=True, descending=descending))
        assert list(chain(*forward)) == expected
        backward = list(listed.walk(world, 4, forward=False, descending=descending))
        assert list(chain(*reversed(backward))) == expected


@pytest.mark.parametrize("listed", [BY_NAME, BY_AMOUNT], ids=str)
@ON_ONE_DATABASE
@given(data=st.data())
def test_any_values_are_walked_in_any_size_of_page(database: Database, listed: Listed, data: st.DataObject) -> None:
    values: list[object] = data.draw(st.lists(st.none() | (TEXT if listed is BY_NAME else WHOLE), max_size=9))
    size = data.draw(st.integers(1, 4))
    descending = data.draw(st.booleans())
    world = World.on(database)
    rows = rows_of(listed, values)
    put(world, listed, rows)
    walked = listed.walk(world, size, forward=True, descending=descending)
    assert list(chain(*walked)) == in_order(listed, rows, descending=descending)


@ON_ONE_DATABASE
@given(data=st.data())
def test_rows_that_arrive_meanwhile_neither_hide_nor_repeat_another(database: Database, data: st.DataObject) -> None:
    world = World.on(database)
    few = st.none() | st.sampled_from([1, 2, 3])
    there = rows_of(BY_AMOUNT, data.draw(st.lists(few, min_size=3, max_size=8)))
    put(world, BY_AMOUNT, there)
    visited: list[str] = []
    forward, size = data.draw(st.booleans()), data.draw(st.integers(1, 3))
    for number, page in enumerate(BY_AMOUNT.walk(world, size, forward=forward)):
        visited += page
        if number < 4:
            BY_AMOUNT.put(world, [(data.draw(few), f"charge_late_{number}_{data.draw(st.integers(0, 99))}")])
    assert len(visited) == len(set(visited))
    assert {id for _, id in there} <= set(visited)
