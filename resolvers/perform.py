"""The five steps that every mutation takes, and what its caller hears when one of them fails."""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from db import operations
from db.operations import Identity, Kept, LeaseLost, OperationState
from mirror.errors import Misconfigured, RateLimited, Refused, StripeError, Unavailable, Uncertain, told
from resolvers.checks import Checks
from resolvers.context import Context, Services
from resolvers.operation import NotBegun, Operation, TooLate
from resolvers.outcome import Outcome, Rejected, UserError, UserErrorCode
from resolvers.payment import look_at_refusal
from resolvers.recorded import recall, record, secret_needed
from resolvers.refused import Paths, for_caller, user_error
from resolvers.request import Request, hash_of, kept

log = structlog.get_logger()

Verb = Callable[[Operation], Awaitable[Outcome]]
AGAIN = "Ask again with the same idempotencyKey to hear how it ended."


async def perform(
    context: Context, mutation: str, request: Request, verb: Verb, *, paths: Paths | None = None
) -> Outcome:
    """Carry a mutation out once, or tell how it went when it was asked for before.

    The scope of the idempotency key is the caller and the mutation. `paths` tells which input stands behind a
    parameter that Stripe refuses. Raises Misconfigured, and the database's errors: then the operation stays begun, and
    asking again completes it, or resolvers.recovery.
    """
    checks = Checks()
    checks.text(request.idempotency_key, 255, "idempotencyKey")
    if checks.refusal:
        return checks.refusal
    identity = Identity(
        account=context.services.account,
        caller=f"{context.caller.kind}:{context.caller.id}",
        mutation=mutation,
        key=request.idempotency_key or secrets.token_hex(16),
    )
    work = Work(
        context.services,
        identity,
        hash_of(request),
        verb,
        paths or {},
        kept(context, request),
        settling=context.settling,
    )
    return for_caller(await context.services.in_flight.carry_out(work.outcome()), context.caller)


class Work:
    """One request for an operation: the one that carries it out, or one that is told how it went."""

    def __init__(
        self,
        services: Services,
        identity: Identity,
        input_hash: str,
        verb: Verb,
        paths: Paths,
        kept: Kept,
        *,
        settling: bool,
    ) -> None:
        self._services = services
        self._identity = identity
        self._input_hash = input_hash
        self._verb = verb
        self._paths = paths
        self._kept = kept
        self._settling = settling
        self._owner = secrets.token_hex(16)

    async def outcome(self) -> Outcome:
        entered = await self._enter()
        if isinstance(entered, Outcome):
            return entered.of_operation(self._identity.operation)
        try:
            async with entered.alive():
                outcome = await self._carry_out(entered)
        except LeaseLost:
            outcome = _in_progress()
        return outcome.of_operation(entered.id)

    async def _enter(self) -> Operation | Outcome:
        id = self._identity.operation
        async with self._services.engine.begin() as connection:
            begins = not self._settling
            if begins and await operations.begin(connection, self._identity, self._input_hash, self._owner, self._kept):
                return Operation(self._services, id, self._owner, [])
            found = await operations.find(connection, self._identity)
            if found is None:
                return _in_progress()
            if found.input_hash != self._input_hash:
                return _one(
                    UserErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "This idempotencyKey was used with another input. Use a new key for a new request.",
                    path=("idempotencyKey",),
                )
            if found.state is not OperationState.DONE:
                if not await self._take_up(connection):
                    return _in_progress()
                steps = await operations.steps(connection, id)
                return Operation(self._services, id, self._owner, steps, settling=self._settling)
        assert found.outcome is not None
        return await self._recall(found.outcome)

    async def _take_up(self, connection: AsyncConnection) -> bool:
        id = self._identity.operation
        if self._settling:
            return await operations.take_over(connection, id, self._owner)
        return await operations.take_up(connection, id, self._owner, self._kept)

    async def _recall(self, kept: dict[str, Any]) -> Outcome:
        needed = secret_needed(kept)
        if needed is None:
            return recall(kept, None)
        try:
            with self._services.gateway.within(self._services.policy.stripe_timeout_seconds):
                intent = await self._services.gateway.fetch(*needed)
        except Unavailable:
            return _in_progress()
        return recall(kept, intent.data.get("client_secret"))

    async def _carry_out(self, operation: Operation) -> Outcome:
        try:
            with self._services.gateway.within(self._services.policy.stripe_timeout_seconds):
                outcome = await self._act(operation)
        except Rejected as no:
            if operation.may_have_acted and not no.error.retryable:
                return await self._finish(operation, no.outcome)
            await self._leave(operation, no.error.message)
            return no.outcome
        except NotBegun:
            await self._close(operation)
            return _nothing_done()
        except TooLate as error:
            await self._release(operation, str(error))
            return _in_progress()
        except (Unavailable, Uncertain, Misconfigured) as error:
            return await self._break_off(operation, error)
        except BaseException as error:
            await self._release(operation, type(error).__name__)
            raise
        return await self._finish(operation, outcome)

    async def _act(self, operation: Operation) -> Outcome:
        try:
            return await self._verb(operation)
        except Refused as error:
            await look_at_refusal(operation, error)
            raise Rejected(user_error(error, self._paths)) from error

    async def _finish(self, operation: Operation, outcome: Outcome) -> Outcome:
        async def finish(connection: AsyncConnection) -> None:
            for write in operation.along:
                await write(connection)
            await operations.finish(connection, operation.id, self._owner, record(outcome))

        try:
            await self._services.mirror.settle(operation.answers, also=finish)
        except StripeError as error:
            log.warning("An outcome could not be put away.", operation=operation.id, error=type(error).__name__)
            await self._release(operation, told(error))
            return _in_progress()
        except BaseException as error:
            await self._release(operation, type(error).__name__)
            raise
        return outcome

    async def _break_off(self, operation: Operation, error: StripeError) -> Outcome:
        if operation.may_have_acted:
            await self._release(operation, told(error))
        else:
            await self._close(operation)
        if isinstance(error, Misconfigured):
            raise error
        if operation.may_have_acted:
            return _in_progress()
        if isinstance(error, RateLimited):
            return _one(
                UserErrorCode.RATE_LIMITED,
                "Stripe asked for fewer requests. Nothing was done. Try again in a moment.",
                retryable=True,
            )
        return _nothing_done()

    async def _leave(self, operation: Operation, error: str) -> None:
        """Record no outcome: the same key may try again."""
        async with self._services.engine.begin() as connection:
            if operation.may_have_acted:
                await operations.release(connection, operation.id, self._owner, error)
            elif operation.is_untouched:
                await operations.forget(connection, operation.id, self._owner)
            else:
                await operations.close_as_not_sent(connection, operation.id, self._owner)

    async def _close(self, operation: Operation) -> None:
        async with self._services.engine.begin() as connection:
            await operations.close_as_not_sent(connection, operation.id, self._owner)

    async def _release(self, operation: Operation, error: str) -> None:
        # Where this fails, the lease runs out by itself.
        with suppress(SQLAlchemyError, OSError, LeaseLost):
            async with self._services.engine.begin() as connection:
                await operations.release(connection, operation.id, self._owner, error)


def _one(code: UserErrorCode, message: str, *, path: tuple[str, ...] | None = None, retryable: bool = False) -> Outcome:
    return Outcome(errors=(UserError(code, message, path, retryable),))


def _in_progress() -> Outcome:
    return _one(UserErrorCode.IN_PROGRESS, f"This is being carried out, or may have been. {AGAIN}", retryable=True)


def _nothing_done() -> Outcome:
    sentence = "Stripe cannot be reached now. Nothing was done. Try again later."
    return _one(UserErrorCode.STRIPE_UNAVAILABLE, sentence, retryable=True)
