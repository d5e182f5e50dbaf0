"""The product and the reference, side by side over the same objects."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resolvers.context import Caller, CallerKind
from tests.resolvers.reading.generated.facts import Facts
from tests.resolvers.reading.generated.lists import Position, orders_of, roots, what_it_lists
from tests.resolvers.reading.generated.vocabulary import Vocabulary
from tests.resolvers.reading.reference import paging
from tests.resolvers.reading.reference.answering import Reference
from tests.resolvers.reading.world import OPERATOR, Database, World

EDGES = "edges { cursor node { id } }"
LINES = f"{{ invoices(first: 100) {{ nodes {{ lines(first: 100) {{ {EDGES} }} }} }} }}"


@dataclass(frozen=True)
class Question:
    text: str
    values: Mapping[str, Any]
    positions: list[Position]
    """What <cursor 0>, <cursor 1>, … stand for in the text and among the values."""
    operation: str | None
    subscriber: str | None
    """None for an operator."""
    now: int

    def with_cursors(self, cursor: Callable[[Position], str]) -> tuple[str, dict[str, Any]]:
        """Document and variables as they are sent to one side, with that side's own cursors."""
        cursors = {f"<cursor {number}>": cursor(position) for number, position in enumerate(self.positions)}

        def put(text: str) -> str:
            for written, meant in cursors.items():
                text = text.replace(written, meant)
            return text

        return put(self.text), _in_every_text(put, self.values)


class ProductSide:
    """What is tested, over objects of an account of its own."""

    def __init__(self, database: Database, facts: Facts) -> None:
        settings = facts.settings
        self._world = World.on(
            database,
            public_metadata_keys=settings.public_metadata_keys,
            past_due_grace_days=settings.past_due_grace_days,
            access_leeway_seconds=settings.access_leeway_seconds,
        )
        for at, objects in facts.put:
            self._world.put(*objects, at=at)
        self._cursors = dict(self._all_cursors())
        self._labels = {cursor: _label(position) for position, cursor in self._cursors.items()}

    def as_sent(self, question: Question) -> tuple[str, dict[str, Any]]:
        return question.with_cursors(self._cursors.__getitem__)

    def answer(self, question: Question) -> str:
        caller = Caller(CallerKind.SUBSCRIBER, question.subscriber) if question.subscriber else OPERATOR
        text, values = self.as_sent(question)
        try:
            answer = self._world.answer(text, by=caller, at=question.now, operation=question.operation, **values)
        except Exception as error:
            return json.dumps({"raised": f"{type(error).__name__}: {error}"[:500]})
        return _shown(answer, self._labels)

    def _all_cursors(self) -> Iterator[tuple[Position, str]]:
        for name, field in roots().items():
            for order in orders_of(field):
                for arguments in _all_of(name, order):
                    page = self._world.ask(f"{{ {name}({arguments}) {{ {EDGES} }} }}")
                    yield from _positions(page, what_it_lists(field), order)
        for invoice in self._world.ask(LINES)["nodes"]:
            yield from _positions(invoice["lines"], "InvoiceLine", "POSITION")


class ReferenceSide:
    def __init__(self, facts: Facts) -> None:
        self._reference = Reference(facts.settings, facts.links())
        for at, objects in facts.put:
            self._reference.put(*objects, at=at)
        self.vocabulary = Vocabulary(self._reference.books, facts.links())
        self._labels = {_cursor(position): _label(position) for position in self.vocabulary.positions}

    def answer(self, question: Question) -> str:
        text, values = question.with_cursors(_cursor)
        answer = self._reference.answer(
            text, values, subscriber=question.subscriber, now=question.now, operation=question.operation
        )
        return _shown(answer, self._labels)


def _cursor(position: Position) -> str:
    return paging.cursor(position.order, position.id)


def _label(position: Position) -> str:
    return f"<{position.order} {position.id}>"


def _all_of(name: str, order: str) -> Iterator[str]:
    """Arguments with which a list shows everything, together."""
    arguments = roots()[name].args
    usual = "first: 100" + ", active: null" * ("active" in arguments)
    by = f", orderBy: {{field: {order}}}" * ("orderBy" in arguments)
    yield usual + by
    if name == "customers":
        yield usual + by + ", filter: {deleted: true}"


def _positions(page: Mapping[str, Any], type_name: str, order: str) -> Iterator[tuple[Position, str]]:
    for edge in page["edges"]:
        yield Position(type_name, order, edge["node"]["id"]), edge["cursor"]


def _in_every_text(change: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _in_every_text(change, member) for name, member in value.items()}
    if isinstance(value, list):
        return [_in_every_text(change, member) for member in value]
    return change(value) if isinstance(value, str) else value


def _shown(answer: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The answer as text: cursors as what they point at, and of errors where they are."""
    errors = answer.get("errors", [])
    if "data" not in answer:
        return json.dumps({"refused": [error["message"] for error in errors]})
    data = _in_every_text(lambda text: labels.get(text, text), answer["data"])
    paths = sorted((error.get("path") for error in errors), key=str)
    return json.dumps({"data": data, "errors": paths}, ensure_ascii=False, indent=1)
