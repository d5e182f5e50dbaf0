"""The server answers any document over any objects as the reference does, which was written without it.

STRIPE_GRAPHQL_TEST_SEED chooses other worlds and documents, STRIPE_GRAPHQL_TEST_CASES how many documents there are on
SQLite; PostgreSQL gets a tenth of them. `scripts/test-long` sets both.
"""

import gc
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog

from tests.resolvers.reading.generated.dice import Dice
from tests.resolvers.reading.generated.documents import Document, Writer
from tests.resolvers.reading.generated.facts import Facts, random_facts
from tests.resolvers.reading.generated.reducing import reduced
from tests.resolvers.reading.generated.sandboxed import sandbox_facts
from tests.resolvers.reading.sides import ProductSide, Question, ReferenceSide
from tests.resolvers.reading.stripe_objects import DAY
from tests.resolvers.reading.world import Database

SEED = os.environ.get("STRIPE_GRAPHQL_TEST_SEED", "1")
CASES = int(os.environ.get("STRIPE_GRAPHQL_TEST_CASES", "900"))
AGAIN = f"STRIPE_GRAPHQL_TEST_SEED={SEED} STRIPE_GRAPHQL_TEST_CASES={CASES}"
ON_SQLITE, ON_POSTGRESQL, ON_SANDBOX = 300, 100, 200
"""How many documents a world gets."""
MOMENTS_LATER = [0, 0, 0, 1, 600, DAY]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Nulls where none may be are wanted here; to tell of them in the log takes longer than everything else."""
    before = structlog.get_config()
    structlog.configure(processors=[_drop])
    yield
    structlog.configure(**before)


def _drop(_logger: Any, _method: str, _event: Any) -> Any:
    raise structlog.DropEvent


@pytest.fixture(autouse=True)
def seldom_collected() -> Iterator[None]:
    """Every document is new, and leaves something in some cache: to look through all that again and again is slow."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 1_000)
    yield
    gc.set_threshold(*before)


@pytest.mark.parametrize("number", range(max(1, CASES // ON_SQLITE)))
def test_any_document_is_answered_on_sqlite_as_the_reference_answers_it(on_sqlite: Database, number: int) -> None:
    seed = f"{SEED} sqlite {number}"
    Comparison(on_sqlite, random_facts(seed)).of_documents(ON_SQLITE, seed)


@pytest.mark.parametrize("number", range(max(1, CASES // 10 // ON_POSTGRESQL)))
def test_any_document_is_answered_on_postgresql_as_the_reference_answers_it(on_postgres: Database, number: int) -> None:
    seed = f"{SEED} postgresql {number}"
    Comparison(on_postgres, random_facts(seed)).of_documents(ON_POSTGRESQL, seed)


def test_what_the_sandbox_makes_is_read_as_the_reference_reads_it(on_sqlite: Database) -> None:
    Comparison(on_sqlite, sandbox_facts()).of_documents(ON_SANDBOX, f"{SEED} sandbox")


class Comparison:
    """Asks both sides the same."""

    def __init__(self, database: Database, facts: Facts) -> None:
        self._facts = facts
        self._product = ProductSide(database, facts)
        self._reference = ReferenceSide(facts)

    def of_documents(self, count: int, seed: str) -> None:
        writer = Writer(self._reference.vocabulary)
        for number in range(count):
            dice = Dice(f"{seed} {number}")
            subscriber = dice.pick([None, *self._facts.subscribers()])
            document = writer.document(dice, subscriber)
            self._ask(self._question(document, dice, subscriber))
            if dice.happens(10):
                # What was kept of the first time must not show up in the answer to others.
                for who in (None, dice.pick(self._facts.subscribers())) if subscriber else (None,):
                    self._ask(self._question(document, dice, who))

    def _question(self, document: Document, dice: Dice, subscriber: str | None) -> Question:
        now = self._facts.now + dice.pick(MOMENTS_LATER)
        values = document.values(dice)
        return Question(document.text, values, document.positions, document.operation, subscriber, now)

    def _ask(self, question: Question) -> None:
        if self._product.answer(question) != self._reference.answer(question):
            pytest.fail(self._report(self._smallest(question)), pytrace=False)

    def _smallest(self, question: Question) -> Question:
        kind = self._product.answer(question)[:9]

        def still_shows(text: str) -> bool:
            smaller = replace(question, text=text)
            answer = self._product.answer(smaller)
            return answer[:9] == kind and answer != self._reference.answer(smaller)

        return replace(question, text=reduced(question.text, still_shows))

    def _report(self, question: Question) -> str:
        text, values = self._product.as_sent(question)
        used = {name: value for name, value in values.items() if f"${name}" in text}
        who = "an operator" if question.subscriber is None else f"subscriber {question.subscriber!r}"
        return "\n".join(
            [
                f"The server and the reference do not answer alike. {AGAIN} repeats it.",
                f"\n{text}",
                f"\nby {who} at {question.now}, with {json.dumps(used, ensure_ascii=False)}",
                f"\nThe server: {self._product.answer(question)}",
                f"\nThe reference: {self._reference.answer(question)}",
            ]
        )
