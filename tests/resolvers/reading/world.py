"""A mirror with what a test put into it, read through the executor on a real database. Stripe is never called."""

import asyncio
import itertools
import json
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from db.accounts import Account
from db.reads import Reads
from mirror.apply import Mirror
from mirror.gateway import API_VERSION, Gateway
from mirror.known import known_objects
from mirror.needs import Needs
from mirror.order import Seen
from mirror.stored import Stored, stored_forms
from mirror.write import Writer
from resolvers.context import Caller, CallerKind, Context, Policy, Services
from schema.execution import Executor
from tests.resolvers.reading.stripe_objects import NOW

T = TypeVar("T")
OPERATOR = Caller(CallerKind.OPERATOR, "op")
ADA = Caller(CallerKind.SUBSCRIBER, "ada")
EVE = Caller(CallerKind.SUBSCRIBER, "eve")
ACCOUNTS = itertools.count()


class Sent(NamedTuple):
    """A statement on its way to the database, and the values that are bound in it."""

    sql: str
    bound: tuple[Any, ...]


class Noted:
    """Reads that note what they send while somebody wants to know."""

    def __init__(self, reads: Reads) -> None:
        self.inner = reads
        self.sent: list[Sent] | None = None

    async def text(self, sql: str, values: Sequence[tuple[str, Any]], *, short: bool, often: bool) -> str:
        if self.sent is not None:
            self.sent.append(Sent(sql, tuple(value for _, value in values)))
        return await self.inner.text(sql, values, short=short, often=often)

    async def close(self) -> None:
        await self.inner.close()


@dataclass(frozen=True)
class Database:
    """One database for many tests: each has an account of its own, which keeps them apart."""

    engine: AsyncEngine
    reads: Noted
    runner: asyncio.Runner
    executor: Executor
    gateway: Gateway

    @property
    def name(self) -> str:
        return self.engine.dialect.name

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    @contextmanager
    def statements(self) -> Iterator[list["Sent"]]:
        """What is sent to the database while the block runs, by the engine and beneath it."""
        sent: list[Sent] = []

        def note(_connection: Any, _cursor: Any, statement: str, bound: Sequence[Any], *_: Any) -> None:
            sent.append(Sent(statement, tuple(bound)))

        event.listen(self.engine.sync_engine, "before_cursor_execute", note)
        self.reads.sent = sent
        try:
            yield sent
        finally:
            self.reads.sent = None
            event.remove(self.engine.sync_engine, "before_cursor_execute", note)


@dataclass(frozen=True)
class World:
    """The rows of one account and mode."""

    database: Database
    services: Services

    @classmethod
    def on(cls, database: Database, **policy: Any) -> "World":
        account = Account(f"acct_{next(ACCOUNTS)}", livemode=False)
        services = _services(database, account, Policy(**policy))
        return cls(database, services)

    def elsewhere(self, account: Account) -> "World":
        """The same database, for another account or mode."""
        services = _services(self.database, account, self.services.policy)
        return replace(self, services=services)

    def with_policy(self, **policy: Any) -> "World":
        services = _services(self.database, self.services.account, replace(self.services.policy, **policy))
        return replace(self, services=services)

    def put(self, *stripe_objects: dict[str, Any], at: int = NOW) -> None:
        """Put Stripe's objects into the mirror, as they were true at a moment."""
        self.database.run(self._put(stripe_objects, at))

    async def _put(self, stripe_objects: tuple[dict[str, Any], ...], at: int) -> None:
        forms = {form.key: form for each in stripe_objects for form in stored_forms(each)}
        seen = Seen(at, at, API_VERSION)
        account, key = self.services.account, self.services.policy.subscriber_metadata_key
        async with self.database.engine.begin() as connection:
            for part, owner in (await Needs(connection, account).parts_not_listed(list(forms.values()))).items():
                forms[part] = Stored(part, {}, deleted=True, parent=owner)
            known = await known_objects(connection, account, forms)
            await Writer(connection, account, known, key).write([(form, seen) for form in forms.values()])

    def answer(
        self,
        document: str,
        /,
        *,
        by: Caller = OPERATOR,
        at: int = NOW,
        operation: str | None = None,
        tells_cost: bool = False,
        **variables: Any,
    ) -> dict[str, Any]:
        """The whole answer, as a client gets it: `data`, and `errors` if there are any."""
        return self.answer_executed(document, by=by, at=at, operation=operation, tells_cost=tells_cost, **variables)[0]

    def answer_executed(
        self,
        document: str,
        /,
        *,
        by: Caller = OPERATOR,
        at: int = NOW,
        operation: str | None = None,
        tells_cost: bool = False,
        **variables: Any,
    ) -> tuple[dict[str, Any], bool]:
        """The same, and whether anything ran."""
        context = Context(self.services, by, "req-1", at)
        answer = self.database.run(
            self.database.executor.execute(
                query=document,
                variables=variables,
                operation_name=operation,
                context=context,
                tells_cost=tells_cost,
            )
        )
        body: dict[str, Any] = json.loads(answer.body)
        return body, answer.executed

    def ask(self, document: str, /, *, by: Caller = OPERATOR, at: int = NOW, **variables: Any) -> Any:
        """The data of an answer without errors; its one root, where there is one."""
        answer = self.answer(document, by=by, at=at, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return next(iter(data.values())) if len(data) == 1 else data

    def refusal(self, document: str, /, *, by: Caller = OPERATOR, at: int = NOW, **variables: Any) -> dict[str, Any]:
        """The one error of a request that was refused before anything ran."""
        answer, executed = self.answer_executed(document, by=by, at=at, **variables)
        assert not executed, answer
        assert "data" not in answer
        (error,) = answer["errors"]
        refused: dict[str, Any] = error
        return refused


def _services(database: Database, account: Account, policy: Policy) -> Services:
    mirror = Mirror(database.engine, database.gateway, account, subscriber_key=policy.subscriber_metadata_key)
    return Services(database.engine, database.reads, database.gateway, mirror, account, policy)
