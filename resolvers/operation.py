"""One mutation at work: its steps, each sent to Stripe once, and the leases that it holds."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from db import operations
from db.operations import FoundStep
from mirror.apply import Also
from mirror.errors import Misconfigured, Unavailable, Uncertain
from mirror.gateway import Answer, Call
from mirror.gateway.made_by import made_by
from mirror.order import Seen
from mirror.stored import SECRETS
from resolvers.context import Services
from resolvers.held_leases import HeldLeases

KEY_LIFE_MS = 23 * 3600 * 1000
"""Stripe keeps idempotency keys for at least 24 hours; after that a repeated call would be a second act."""
STRAGGLING_SECONDS = 60.0
"""How long after its deadline a request may still be on its way, or being carried out: its sender is dead."""

Prepare = Callable[[], Awaitable[Call]]
Done = Callable[[Mapping[str, Any]], bool]
Look = Callable[[float], Awaitable[Answer | None]]


class NotBegun(Exception):
    """What an operation is for was not carried out, and without its caller it must not be."""


class TooLate(Exception):
    """A part was carried out, and the rest cannot be sent any more without its caller."""


class Operation:
    """What a verb works with. Its id goes into the metadata of what the verb creates, under the key `operation`."""

    def __init__(
        self, services: Services, id: str, owner: str, found: list[FoundStep], *, settling: bool = False
    ) -> None:
        self.id = id
        self.services = services
        self.settling = settling
        """Its caller is gone: what was begun is completed, and the first step is only looked for."""
        self.answers: list[Answer] = []
        """Everything that Stripe answered, to be put into the mirror with the outcome."""
        self.along: list[Also] = []
        """What else to write in the transaction that stores the outcome, after the mirror."""
        self._owner = owner
        self._steps = {step.name: step for step in found}
        self._calls = {step.name: Call(**step.call) for step in found if step.call is not None}
        self._is_untouched = not found
        self._age_ms = max((step.age_ms for step in found), default=0)
        self._has_acted = False
        self._leases = HeldLeases(services, id, owner)

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

    def has_result(self, name: str) -> bool:
        """Whether an earlier run of the operation learned that the step was carried out."""
        step = self._steps.get(name)
        return step is not None and name in self._calls and step.result is not None

    def params_of(self, name: str) -> Mapping[str, Any]:
        """The parameters with which a step was sent, in whichever run of the operation."""
        return self._calls[name].params

    async def step(
        self, name: str, prepare: Prepare | Call, *, done: Done | None = None, look: Look | None = None
    ) -> Answer:
        """Send one call that changes something, or give its recorded answer when it was sent before.

        `prepare` makes the call, with every check that depends on the state of the world; it is not asked again once
        the step has begun, since then the recorded parameters count. `done` tells from an object that was only looked
        at whether the step has been carried out on it; it is not needed for what creates an object. `look`, given
        how many seconds ago the step was begun, finds out in its own way, where that is not enough.
        Raises the gateway's errors, and LeaseLost; without a caller also NotBegun and TooLate.
        """
        step = self._steps.get(name)
        if step is not None and name in self._calls:
            answer = await self._go_on(step, self._calls[name], done, look)
        else:
            self._check_beginning()
            call = prepare if isinstance(prepare, Call) else await prepare()
            answer = await self._begin(name, self._key(name), call, await self._straggler(step, call, done, look))
        self._has_acted = True
        self.answers.append(answer)
        return answer

    async def take_back(self, name: str) -> None:
        """Forget a step that Stripe refused, so that it can begin anew with other parameters."""
        await self._undo(name, _next(self.id, name, self._key(name)))

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
        await self._leases.hold(name)

    def alive(self) -> AbstractAsyncContextManager[None]:
        """Keep the leases as long as the block runs."""
        return self._leases.kept()

    async def _begin(self, name: str, key: str, call: Call, straggler: Answer | None) -> Answer:
        recorded = {"method": call.method, "path": call.path, "params": dict(call.params)}
        async with self.services.engine.begin() as connection:
            await operations.begin_step(connection, self.id, self._owner, name, key, recorded)
        self._calls[name] = call
        self._is_untouched = False
        if straggler is not None:
            await self._record(name, straggler)
            return straggler
        try:
            return await self._send(name, key, call)
        except (Unavailable, Misconfigured):
            await self._undo(name, key)
            raise

    async def _go_on(self, step: FoundStep, call: Call, done: Done | None, look: Look | None) -> Answer:
        if step.result is not None:
            return _answer(step.result)
        is_first = self.settling and not self._has_acted
        if step.age_ms < KEY_LIFE_MS and not is_first:
            try:
                return await self._send(step.name, step.idempotency_key, call)
            except Uncertain as error:
                if not error.replayed:
                    raise
        answer = await self._look(step, call, done, look)
        if answer is not None:
            await self._record(step.name, answer)
            return answer
        if is_first and step.age_ms < (self.services.policy.stripe_timeout_seconds + STRAGGLING_SECONDS) * 1000:
            raise Uncertain(
                f"Stripe shows nothing of the step {step.name} yet, and its request may still be on the way."
            )
        await self._undo(step.name, _next(self.id, step.name, step.idempotency_key))
        if is_first:
            raise NotBegun
        if self.settling and step.age_ms >= KEY_LIFE_MS:
            raise TooLate(self._too_late(step.name))
        raise Unavailable("Looked at Stripe: the step was not carried out.")

    async def _straggler(
        self, step: FoundStep | None, call: Call, done: Done | None, look: Look | None
    ) -> Answer | None:
        """What became of an earlier call for a step that begins anew, since Stripe did not show anything of it."""
        if step is None or step.idempotency_key == f"{self.id}:{step.name}":
            return None
        return await self._look(step, call, done, look)

    async def _look(self, step: FoundStep, call: Call, done: Done | None, look: Look | None) -> Answer | None:
        age_seconds = step.age_ms / 1000
        if look is not None:
            return await look(age_seconds)
        answer = await made_by(self.services.gateway, self.id, call, age_seconds=age_seconds)
        return None if answer is None or (done is not None and not done(answer.data)) else answer

    def _check_beginning(self) -> None:
        if self.settling and not self._has_acted:
            raise NotBegun
        if self.settling and self._age_ms >= KEY_LIFE_MS:
            raise TooLate(self._too_late(None))

    def _too_late(self, missing: str | None) -> str:
        carried_out = ", ".join(sorted(self._calls.keys() - {missing}))
        return (
            f"Only a part was carried out ({carried_out}), too long ago for the rest to be sent without the caller: "
            "asking again with the same idempotencyKey completes it."
        )

    def _key(self, name: str) -> str:
        step = self._steps.get(name)
        return step.idempotency_key if step else f"{self.id}:{name}"

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
