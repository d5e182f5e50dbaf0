"""Both databases give the same answer to any document that the contract allows."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import pytest
from graphql import GraphQLField, GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType, get_named_type

from resolvers.reading.postgresql import PostgreSQL
from schema.execution import Executor
from tests.resolvers.reading.conftest import GENEROUS
from tests.resolvers.reading.everything import NODES, belongings, catalogue
from tests.resolvers.reading.stripe_objects import DAY, NOW, charge, invoice, price, refund, subscription
from tests.resolvers.reading.world import ADA, OPERATOR, Database, World
from tests.schema.contract import contract, is_for_operators

LATE = {"upcomingInvoice", "paymentAction"}
"""They ask Stripe."""
WIDE = 60


class Documents:
    """Documents out of a seed: each a way from a root down, with every plain field on it, some of them often."""

    def __init__(self, seed: int, *, operator: bool) -> None:
        self._random = random.Random(seed)
        self._operator = operator

    def query(self) -> str:
        root = contract().query_type
        assert root is not None
        return f"{{ {self._below(root, self._random.randint(2, 10))} }}"

    def _below(self, type: GraphQLObjectType, levels: int) -> str:
        fields = {name: field for name, field in type.fields.items() if self._may_select(name, field)}
        plain = [self._call(name, field) for name, field in fields.items() if not self._leads_on(field)]
        if self._random.random() < 0.3 and plain:
            plain = [f"p{number}_{each}: {each}" if "(" not in each else each for number in range(3) for each in plain]
            plain += [f"w{number}: __typename" for number in range(WIDE - len(plain))]
        onward = [(name, field) for name, field in fields.items() if self._leads_on(field)]
        if levels and onward:
            name, field = self._random.choice(onward)
            plain.append(f"{self._call(name, field)} {{ {self._within(field, levels - 1)} }}")
        return " ".join(dict.fromkeys(plain)) or "__typename"

    def _within(self, field: GraphQLField, levels: int) -> str:
        type = get_named_type(field.type)
        if isinstance(type, GraphQLInterfaceType):
            type = self._random.choice(contract().get_possible_types(type))
            return f"... on {type.name} {{ {self._below(type, levels)} }}"
        assert isinstance(type, GraphQLObjectType)
        return self._below(type, levels)

    def _may_select(self, name: str, field: GraphQLField) -> bool:
        return name not in LATE and (self._operator or not is_for_operators(field))

    def _leads_on(self, field: GraphQLField) -> bool:
        return isinstance(get_named_type(field.type), GraphQLObjectType | GraphQLInterfaceType)

    def _call(self, name: str, field: GraphQLField) -> str:
        return f"{name}({', '.join(arguments)})" if (arguments := list(self._arguments(field))) else name

    def _arguments(self, field: GraphQLField) -> Iterator[str]:
        some_id = self._random.choice(list(NODES.values())).format("a")
        ids = f'["{some_id}", "SALE", "in_b"]'
        given = {"id": f'"{some_id}"', "ids": ids, "subscriber": '"ada"', "product": '"prod_1"', "lookupKey": '"gold"'}
        for name, argument in field.args.items():
            if name in ("first", "last") and self._random.random() < 0.4:
                yield f"{name}: {self._random.randint(0, 3)}"
                return
            if isinstance(argument.type, GraphQLNonNull) and name in given:
                yield f"{name}: {given[name]}"


def filled(database: Database) -> World:
    world = World.on(database, public_metadata_keys=frozenset({"shown"}), past_due_grace_days=2)
    world.put(*catalogue(), *chain(*(belongings(end, who) for end, who in (("a", "ada"), ("b", "eve"), ("c", None)))))
    metadata = {"shown": "1", "hidden": "2"}
    world.put(
        *(invoice(f"in_x{n}", "cus_a", created=NOW - n // 2, total=n * 7, due_date=n or None) for n in range(7)),
        *(charge(f"ch_x{n}", "cus_a", created=NOW - n // 3, amount=n, metadata=metadata) for n in range(7)),
        *(refund(f"re_x{n}", "ch_a", created=NOW) for n in range(3)),
        *(subscription(f"sub_x{n}", "cus_a", status="past_due", created=NOW - n * DAY) for n in range(2)),
        price("price_g", lookup_key="gold", billing_scheme="tiered", unit_amount=None, metadata=metadata),
    )
    return world


@pytest.fixture(scope="module")
def both(on_sqlite: Database, on_postgres: Database) -> tuple[World, World]:
    return filled(on_sqlite), filled(on_postgres)


@pytest.mark.parametrize("seed", range(60))
def test_sqlite_and_postgresql_answer_alike(both: tuple[World, World], seed: int) -> None:
    caller = OPERATOR if seed % 2 else ADA
    document = Documents(seed, operator=caller.is_operator).query()
    sqlite, postgres = (world.answer(document, by=caller) for world in both)
    assert sqlite == postgres, document
    for error in sqlite.get("errors", []):
        assert error["message"] == "", document


@pytest.mark.parametrize("seed", range(100, 140))
def test_sets_of_rows_answer_as_sub_selects_do(
    both: tuple[World, World], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Where nothing may be nested, everything is found as a set, as it is only in very deep documents otherwise."""
    caller = OPERATOR if seed % 2 else ADA
    document = Documents(seed, operator=caller.is_operator).query()
    _, postgres = both
    expected = postgres.answer(document, by=caller)
    monkeypatch.setattr(PostgreSQL, "depth", 1)
    executor = Executor(introspection=True, limits=GENEROUS)
    flat = replace(postgres, database=replace(postgres.database, executor=executor))
    assert flat.answer(document, by=caller) == expected, document
