"""Every connection of the contract in every order, with rows to put into it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.resolvers.reading import stripe_objects as stripe
from tests.resolvers.reading.world import World

Row = tuple[Any, str]
"""What a row is sorted by, None where Stripe tells nothing, and its id."""
PAGE = """edges { cursor node { id } } nodes { id } totalCount
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage }"""


@dataclass(frozen=True)
class Listed:
    """A connection in one order: where it is found, and how a row of it is made of the value it is sorted by."""

    type: str
    field: str
    order: str | None
    key: str
    kind: str

    def __str__(self) -> str:
        return f"{self.type}.{self.field}-{self.order or self.key}"

    def put(self, world: World, rows: Sequence[Row]) -> None:
        match self.key:
            case "position":
                world.put(stripe.invoice(lines=[stripe.line(id) for _, id in rows]))
            case "current_period_end":
                items = {id: [] if ends is None else [stripe.item(f"si_{id}", ends=ends)] for ends, id in rows}
                world.put(*(stripe.subscription(id, items=items[id]) for _, id in rows))
            case key:
                world.put(*(getattr(stripe, self.kind)(id, **{key: value}) for value, id in rows))

    def page(self, world: World, arguments: str, *, descending: bool = True) -> dict[str, Any]:
        if self.order is not None:
            arguments += f", orderBy: {{field: {self.order}, direction: {'DESC' if descending else 'ASC'}}}"
        listed = f"{self.field}({arguments}) {{ {PAGE} }}"
        around = {"Query": "%s", "Customer": 'customer(id: "cus_1") { %s }', "Invoice": 'invoice(id: "in_1") { %s }'}
        answer: dict[str, Any] = world.ask("{ " + around[self.type] % listed + " }")
        found: dict[str, Any] = answer if self.type == "Query" else answer[self.field]
        assert [edge["node"] for edge in found["edges"]] == found["nodes"]
        cursors = [edge["cursor"] for edge in found["edges"]] or [None]
        assert (found["pageInfo"]["startCursor"], found["pageInfo"]["endCursor"]) == (cursors[0], cursors[-1])
        return found

    def walk(self, world: World, size: int, *, forward: bool, descending: bool = True) -> Iterator[list[str]]:
        """The ids of page after page, each page in the order of the list."""
        arguments = f"first: {size}" if forward else f"last: {size}"
        here, more, towards = ("endCursor", "hasNextPage", "after") if forward else _BACKWARD
        place = ""
        for _ in range(100):
            page = self.page(world, arguments + place, descending=descending)
            yield [node["id"] for node in page["nodes"]]
            if not page["pageInfo"][more]:
                return
            place = f', {towards}: "{page["pageInfo"][here]}"'
        raise AssertionError("The walk does not end.")


_BACKWARD = ("startCursor", "hasPreviousPage", "before")
ORDERS = {
    "subscriptions": (("CREATED", "created"), ("CURRENT_PERIOD_END", "current_period_end")),
    "invoices": (("CREATED", "created"), ("DUE_DATE", "due_date"), ("TOTAL", "total")),
    "charges": (("CREATED", "created"), ("AMOUNT", "amount")),
}
BY_NAME = Listed("Query", "customers", "NAME", "name", "customer")
BY_AMOUNT = Listed("Customer", "charges", "AMOUNT", "amount", "charge")
CONNECTIONS = [
    Listed("Query", "customers", "CREATED", "created", "customer"),
    Listed("Query", "customers", "EMAIL", "email", "customer"),
    BY_NAME,
    Listed("Query", "products", None, "created", "product"),
    Listed("Invoice", "lines", None, "position", "line"),
    *(
        Listed(type, field, order, key, field.removesuffix("s"))
        for field, orders in ORDERS.items()
        for order, key in orders
        for type in ("Query", "Customer")
    ),
]
NUMBERS = [None, 7, 7, 3, 0, None, 7, -2, 2**40, 3]
TEXTS = [None, "b", "b", "B", "", None, "b", "é", "\U0001f600", "\uffee"]
ENDS = ["b", "B", "a", "aa", "1", "Z", "_", "z", "10", "A"]
PREFIXES = {"customer": "cus", "product": "prod", "line": "il", "subscription": "sub", "invoice": "in", "charge": "ch"}


def some_rows(listed: Listed) -> list[Row]:
    """Rows with equal values, with none, and with ids that differ in case only."""
    values = TEXTS if listed.key in ("email", "name") else NUMBERS
    return [(value, f"{PREFIXES[listed.kind]}_{end}") for value, end in zip(values, ENDS, strict=True)]


def in_order(listed: Listed, rows: Sequence[Row], *, descending: bool = True) -> list[str]:
    """By value and id, by code point; nothing told counts as the least, "" or 0."""
    if listed.key == "position":
        return [id for _, id in rows]
    nothing: Any = "" if listed.key in ("email", "name") else 0
    keyed = sorted(((nothing if value is None else value, id) for value, id in rows), reverse=descending)
    return [id for _, id in keyed]
