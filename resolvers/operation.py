"""One mutation at work: its steps, each sent to Stripe once, and the leases that it holds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from db import leases, operations
from db.leases import LEASE_MS
from db.operations import FoundStep, LeaseLost
from mirror.apply import Also
from mirror.errors import Misconfigured, Unavailable, Uncertain
from mirror.gateway import Answer, Call
from mirror.gateway.made_by import made_by
from mirror.order import Seen
from mirror.stored import SECRETS
from resolvers.context import Services
from resolvers.outcome import Rejected, UserError, UserErrorCode

log = structlog.get_logger()

KEY_LIFE_MS = 23 * 3600 * 1000
"""Stripe keeps idempotency keys for at least 24 hours; after that a repeated call would be a second act."""
HEARTBEAT_SECONDS = LEASE_MS / 3000
PATIENCE_SECONDS = 5.0
"""How long a mutation waits for another one on the same customer."""

Prepare = Callable[[], Awaitable[Call]]
Done = Callable[[Mapping[str, Any]], bool]


class Operation:
    """What a verb works with. Its id goes into the metadata of what the verb creates, under the key `operation`."""

    def __init__(self, services: Services, id: str, owner: str, found: list[FoundStep]) -> None:
        self.id = id
        self.services = services
        self.answers: list[Answer] = []
        """Everything that Stripe answered, to be put into the mirror with the outcome."""
        self.along: list[Also] = []
        """What else to write in the transaction that stores the outcome, after the mirror."""
        self._owner = owner
        self._steps = {step.name: step for step in found}
        self._calls = {step.name: Call(**step.call) for step in found if step.call is not None}
        self._is_untouched = not found
        self._held: set[str] = set()

    @property
    def may_have_acted(self) -> bool:
        """Whether a step was carried out, or may have been."""
        return bool(self._calls)

    @property
    def is_untouched(self) -> bool:
        """Whether no step was ever begun."""
        return self._is_untouched

    def has_begun(self, name: str) -> bool:
        return name in self._calls

    def params_of(self, name: str) -> Mapping[str, Any]:
        """The parameters with which a step was sent, in whichever run of the operation."""
        return self._calls[name].params

    async def step(self, name: str, prepare: Prepare | Call, *, done: Done | None = None) -> Answer:
        """Send one call that changes something, or give its recorded answer when it was sent before.

        `prepare` makes the call, with every check that depends on the state of the world; it is not asked again once
        the step has begun, since then the recorded parameters count. `done` tells from an object that was only looked
        at whether the step has been carried out on it; it is not needed for what creates an object.
        Raises the gateway's errors, and LeaseLost.
        """
        step = self._steps.get(name)
        if step is not None and name in self._calls:
            answer = await self._go_on(step, self._calls[name], done)
        else:
            call = prepare if isinstance(prepare, Call) else await prepare()
            answer = await self._begin(name, step.idempotency_key if step else f"{self.id}:{name}", call)
        self.answers.append(answer)
        return answer

    async def take_back(self, name: str) -> None:
        """Forget a step that Stripe refused, so that it can begin anew with other parameters."""
        step = self._steps.get(name)
        await self._undo(name, _next(self.id, name, step.idempotency_key if step else f"{self.id}:{name}"))

    async def fetch(self, type: str, id: str) -> Answer:
        """The object as it is at Stripe now. It goes into the mirror with the outcome."""
        answer = await self.services.gateway.fetch(type, id)
        self.answers.append(answer)
        return answer

    async def pages(self, call: Call) -> list[dict[str, Any]]:
        """All objects of a list at Stripe. They go into the mirror with the outcome."""
        objects: list[dict[str, Any]] = []
        async for page in self.services.gateway.pages(call):
            self.answers.append(page)
            objects.extend(page.data["data"])
        return objects

    async def hold(self, name: str) -> None:
        """Be the only operation that holds the lease of that name, until this one ends.

        Raises Rejected with IN_PROGRESS when another one does not let go of it in time.
        """
        loop = asyncio.get_running_loop()
        patience = loop.time() + min(PATIENCE_SECONDS, self.services.policy.stripe_timeout_seconds)
        while True:
            async with self.services.engine.begin() as connection:
                if await leases.hold(connection, self.services.account, name, self.id):
                    self._held.add(name)
                    return
            if loop.time() > patience:
                sentence = "Another change for this customer is being carried out. Ask again in a moment."
                raise Rejected(UserError(UserErrorCode.IN_PROGRESS, sentence, retryable=True))
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """Keep the leases as long as the block runs."""
        heartbeat = asyncio.create_task(self._keep_leases())
        try:
            yield
        finally:
            heartbeat.cancel()
            await asyncio.gather(heartbeat, return_exceptions=True)
            await self._let_go()

    async def _begin(self, name: str, key: str, call: Call) -> Answer:
        recorded = {"method": call.method, "path": call.path, "params": dict(call.params)}
        async with self.services.engine.begin() as connection:
            await operations.begin_step(connection, self.id, self._owner, name, key, recorded)
        self._calls[name] = call
        self._is_untouched = False
        try:
            return await self._send(name, key, call)
        except (Unavailable, Misconfigured):
            await self._undo(name, key)
            raise

    async def _go_on(self, step: FoundStep, call: Call, done: Done | None) -> Answer:
        if step.result is not None:
            return _answer(step.result)
        if step.age_ms < KEY_LIFE_MS:
            try:
                return await self._send(step.name, step.idempotency_key, call)
            except Uncertain as error:
                if not error.replayed:
                    raise
        answer = await made_by(self.services.gateway, self.id, call, age_seconds=step.age_ms / 1000)
        if answer is None or (done is not None and not done(answer.data)):
            await self._undo(step.name, _next(self.id, step.name, step.idempotency_key))
            raise Unavailable("Looked at Stripe: the step was not carried out.")
        await self._record(step.name, answer)
        return answer

    async def _send(self, name: str, key: str, call: Call) -> Answer:
        answer = await self.services.gateway.send(call, idempotency_key=key)
        await self._record(name, answer)
        return answer

    async def _record(self, name: str, answer: Answer) -> None:
        result = {
            "data": _without_secrets(answer.data),
            "earliest": answer.seen.earliest,
            "latest": answer.seen.latest,
            "api_version": answer.seen.api_version,
            "request_id": answer.request_id,
        }
        async with self.services.engine.begin() as connection:
            await operations.finish_step(connection, self.id, self._owner, name, result)

    async def _undo(self, name: str, next_key: str) -> None:
        async with self.services.engine.begin() as connection:
            await operations.undo_step(connection, self.id, self._owner, name, next_key)
        self._calls.pop(name, None)

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                async with self.services.engine.begin() as connection:
                    await operations.renew(connection, self.id, self._owner)
                    for name in sorted(self._held):
                        await leases.hold(connection, self.services.account, name, self.id)
            except LeaseLost:
                return
            except (SQLAlchemyError, OSError) as error:
                log.warning("A lease could not be renewed.", operation=self.id, error=type(error).__name__)

    async def _let_go(self) -> None:
        for name in sorted(self._held):
            try:
                async with self.services.engine.begin() as connection:
                    await leases.let_go(connection, self.services.account, name, self.id)
            except (SQLAlchemyError, OSError) as error:
                log.warning("A lease could not be let go.", operation=self.id, error=type(error).__name__)


def _answer(result: Mapping[str, Any]) -> Answer:
    seen = Seen(result["earliest"], result["latest"], result["api_version"])
    return Answer(data=result["data"], seen=seen, request_id=result["request_id"])


def _next(operation: str, name: str, idempotency_key: str) -> str:
    attempt = idempotency_key.removeprefix(f"{operation}:{name}").removeprefix(":") or "1"
    return f"{operation}:{name}:{int(attempt) + 1}"


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_secrets(each) for name, each in value.items() if name not in SECRETS}
    return [_without_secrets(each) for each in value] if isinstance(value, list) else value
