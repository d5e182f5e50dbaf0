"""The copies of an account: which customers were copied, and how often."""

import gc
from typing import Any

import orjson

from sandbox.account.objects import Object
from sandbox.account.replicas import (
    EMAIL,
    NAME,
    PREFIX,
    SUBSCRIBER,
    Cold,
    Pattern,
    Replica,
    marked,
    prefix_of,
    scrambled,
    token_of,
)
from sandbox.account.state import State
from sandbox.account.tables import created_of

# What a customer has, by the index that leads there from the customer or from one of these.
OWNED: tuple[tuple[str, str, str], ...] = (
    ("payment_method", "customer", "customer"),
    ("setup_intent", "customer", "customer"),
    ("discount", "customer", "customer"),
    ("subscription", "customer", "customer"),
    ("subscription_item", "subscription", "subscription"),
    ("discount", "subscription", "subscription"),
    ("subscription_schedule", "customer", "customer"),
    ("invoiceitem", "customer", "customer"),
    ("invoice", "customer", "customer"),
    ("line_item", "invoice", "invoice"),
    ("invoice_payment", "invoice", "invoice"),
    ("credit_note", "invoice", "invoice"),
    ("credit_note_line_item", "credit_note", "credit_note"),
    ("payment_intent", "customer", "customer"),
    ("charge", "customer", "customer"),
    ("balance_transaction", "source", "charge"),
    ("refund", "charge", "charge"),
    ("balance_transaction", "source", "refund"),
    ("customer_balance_transaction", "customer", "customer"),
    ("entitlements.active_entitlement", "customer", "customer"),
)
GIVEN = "Ada Alan Barbara Dorothy Edsger Frances Grace Hedy Ida Jean John Katherine Ken Lynn Margaret Mary Niklaus"
FAMILY = "Allen Backus Bartik Boole Conway Dahl Dijkstra Hamilton Holberton Hopper Kay Liskov Meyer Perlman Turing"
GIVEN_NAMES, FAMILY_NAMES = GIVEN.split(), FAMILY.split()
HOUR = 3_600
DAY = 24 * HOUR


class Original:
    """What one customer's life comes to: its rows as patterns, what is still to come, and how late a copy may be."""

    def __init__(self, patterns: list[Pattern], timers: list[tuple[int, str, str]], room: int) -> None:
        self.patterns = patterns
        self.timers = timers
        self.room = room


class Copies:
    """`count` copies, numbered from `first`, of originals taken in turn. The same numbers give the same copies."""

    def __init__(self, originals: list[Original], first: int, count: int) -> None:
        self.originals = originals
        self.first = first
        self.count = count

    def put_into(self, state: State, *, timers: bool) -> None:
        """Puts the rows of all copies into a state, and what they wait for if that is not kept elsewhere."""
        gc.disable()
        try:
            self._put_into(state, timers=timers)
        finally:
            # Millions of small objects that never go away: the collector would look through them again and again.
            gc.freeze()
            gc.enable()

    def _put_into(self, state: State, *, timers: bool) -> None:
        numbers = range(self.first, self.first + self.count)
        made = [(self.originals[number % len(self.originals)], number) for number in numbers]
        replicas = [(original, replica_of(number, original.room)) for original, number in made]
        for kind in sorted({pattern.kind for original in self.originals for pattern in original.patterns}):
            patterns = {id(one): [row for row in one.patterns if row.kind == kind] for one in self.originals}
            state.table(kind).add_copies(
                Cold(pattern, replica) for original, replica in replicas for pattern in patterns[id(original)]
            )
        if timers:
            state.timers.set_many(
                ("", due + replica.shift, action, replica.fill(row))
                for original, replica in replicas
                for due, action, row in original.timers
            )

    @property
    def written(self) -> bytes:
        """As JSON."""
        originals = [
            {
                "patterns": [[row.kind, row.id, row.created, row.places, row.body.decode()] for row in one.patterns],
                "room": one.room,
            }
            for one in self.originals
        ]
        return orjson.dumps({"first": self.first, "count": self.count, "originals": originals})


def read(kept: Any) -> Copies:
    """From JSON; what they wait for is kept with all other timers."""
    originals = [
        Original(
            [
                Pattern(kind, id, created, [(name, value) for name, value in places], body.encode())
                for kind, id, created, places, body in one["patterns"]
            ],
            [],
            one["room"],
        )
        for one in kept["originals"]
    ]
    return Copies(originals, kept["first"], kept["count"])


def original_of(state: State, customer: Object, subscriber: str) -> Original | None:
    """A customer of the state as an original; None when copies could not be some hours later on the same day."""
    rows = owned(state, customer)
    ids = [row["id"] for row in rows]
    texts = {
        customer["email"]: EMAIL,
        subscriber: SUBSCRIBER,
        customer["name"]: NAME,
        customer["invoice_prefix"]: PREFIX,
    }
    timers = [
        (due, action, marked(id.encode(), [id], {}).decode())
        for _, due, _, action, id in state.timers.waiting()
        if id in ids
    ]
    patterns = []
    for row in rows:
        table = state.table(row["object"])
        places = [(name, marked(value.encode(), ids, texts).decode()) for name, value in table.places_of(row)]
        body = marked(orjson.dumps(row), ids, texts)
        id = marked(row["id"].encode(), [row["id"]], {}).decode()
        patterns.append(Pattern(row["object"], id, created_of(row), places, body))
    moments = {moment for pattern in patterns for moment in pattern.moments}
    now = state.clock.now()
    room = min(
        min(DAY - 1 - moment % DAY for moment in moments), now - max(moment for moment in moments if moment <= now)
    )
    return Original(patterns, timers, room) if room >= HOUR else None


def owned(state: State, customer: Object) -> list[Object]:
    """A customer and all that hangs on it."""
    found = {(customer["object"], customer["id"]): customer}
    for kind, index, owner in OWNED:
        for row in [row for (of, _), row in found.items() if of == owner]:
            for below in state.table(kind).shown(index, row["id"]):
                found[kind, below["id"]] = below
    return list(found.values())


def replica_of(number: int, room: int) -> Replica:
    """What a copy has of its own."""
    name, email, subscriber = person(number)
    return Replica(token_of(number), prefix_of(number), name, email, subscriber, scrambled(number) % room)


def person(number: int) -> tuple[str, str, str]:
    """Name, e-mail address and subscriber id of the customer with a number."""
    lot = scrambled(number)
    given = GIVEN_NAMES[lot % len(GIVEN_NAMES)]
    family = FAMILY_NAMES[lot // len(GIVEN_NAMES) % len(FAMILY_NAMES)]
    subscriber = f"{given}.{family}.{number}".lower()
    return f"{given} {family} {number}", f"{subscriber}@example.com", subscriber
