"""getOrCreateCustomer: one live customer per subscriber, however many ask for it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.operations import Identity
from mirror.errors import IdempotencyMismatch, Refused
from mirror.gateway import customers
from mirror.gateway.made_by import made_by
from resolvers.checks import OPERATION_KEY, Checks
from resolvers.context import Context, Services
from resolvers.operation import Operation
from resolvers.outcome import Outcome, Rejected, UserErrorCode
from resolvers.perform import Work, perform
from resolvers.refused import for_caller
from resolvers.reservation import begin_next_generation, reserve

if TYPE_CHECKING:
    from stripe.params import CustomerCreateParams

PATHS: Mapping[str, tuple[str, ...]] = {"email": ("email",), "name": ("name",)}
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class GetOrCreateCustomerRequest:
    """`subscriber` and `metadata` are the operator's to give; a subscriber means themselves."""

    subscriber: str | None = None
    email: str | None = None
    name: str | None = None
    metadata: Mapping[str, Any] | None = None
    idempotency_key: str | None = None


async def get_or_create_customer(context: Context, request: GetOrCreateCustomerRequest) -> Outcome:
    """The subscriber's customer. The outcome has `customer` and `created`."""
    caller, services = context.caller, context.services
    checks = Checks()
    if caller.is_operator and request.subscriber is None:
        checks.refuse("Say which subscriber this is for: your own id of who pays.", "subscriber")
    if not caller.is_operator and request.subscriber is not None:
        sentence = "Leave subscriber out: yours comes from the token."
        checks.refuse(sentence, "subscriber", code=UserErrorCode.NOT_ALLOWED)
    subscriber = request.subscriber if caller.is_operator else caller.id
    checks.text(subscriber, 500, "subscriber")
    checks.email(request.email, "email")
    checks.text(request.name, 256, "name")
    key = services.policy.subscriber_metadata_key
    metadata = checks.metadata(request.metadata, "metadata", reserved=key)
    if checks.refusal:
        return checks.refusal

    params: CustomerCreateParams = {}
    if (email := request.email if caller.is_operator else request.email or caller.email) is not None:
        params["email"] = email
    if (name := request.name if caller.is_operator else request.name or caller.name) is not None:
        params["name"] = name
    assert subscriber is not None
    making = _Making(services, subscriber, params, {**metadata, key: subscriber})

    async def act(_operation: Operation) -> Outcome:
        outcome = await making.outcome()
        if outcome.errors:
            raise Rejected(outcome.errors[0], outcome)
        return outcome

    if request.idempotency_key is None:
        return for_caller(await services.in_flight.carry_out(making.outcome()), caller)
    return await perform(context, "getOrCreateCustomer", request, act, paths=PATHS)


class _Making:
    """The making of a subscriber's customer is one operation for all who ask, so that only one of them does it."""

    def __init__(
        self, services: Services, subscriber: str, params: CustomerCreateParams, metadata: dict[str, str]
    ) -> None:
        self._services = services
        self._subscriber = subscriber
        self._params = params
        self._metadata = metadata

    async def outcome(self) -> Outcome:
        clock = asyncio.get_running_loop().time
        patience = clock() + self._services.policy.stripe_timeout_seconds
        pause = 0.02
        while True:
            reservation = await reserve(self._services, self._subscriber)
            if reservation.customer is not None:
                return Outcome(customer=reservation.customer)
            made, mine = await self._make(reservation.generation)
            linked = (await reserve(self._services, self._subscriber)).customer
            if linked is not None:
                return Outcome(customer=linked, created=mine and made.created and linked == made.customer)
            if mine or clock() > patience:
                return made
            if not made.errors:
                await begin_next_generation(self._services, self._subscriber, reservation)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)

    async def _make(self, generation: int) -> tuple[Outcome, bool]:
        """How the making went, and whether it was ours."""
        mine = False

        async def act(operation: Operation) -> Outcome:
            nonlocal mine
            mine = True
            return await self._find_or_create(operation)

        identity = Identity(self._services.account, "", "createCustomer", f"{generation}:{self._subscriber}")
        return await Work(self._services, identity, "", act, PATHS).outcome(), mine

    async def _find_or_create(self, operation: Operation) -> Outcome:
        if not operation.has_begun("create"):
            found = await self._at_stripe(operation)
            if found is not None:
                return Outcome(customer=found)
        call = customers.create({**self._params, "metadata": {**self._metadata, OPERATION_KEY: operation.id}})
        try:
            answer = await operation.step("create", call)
        except IdempotencyMismatch:
            # The database has forgotten what Stripe still knows: the customer was made with other parameters.
            made = await made_by(self._services.gateway, operation.id, call, age_seconds=DAY_SECONDS)
            if made is None:
                await operation.take_back("create")
                raise
            operation.answers.append(made)
            return Outcome(customer=made.data["id"])
        except Refused:
            # What was refused to one caller must not stand in the way of the next.
            await operation.take_back("create")
            raise
        return Outcome(customer=answer.data["id"], created=True)

    async def _at_stripe(self, operation: Operation) -> str | None:
        """The oldest live customer that carries the subscriber's id. Search may still show what was deleted."""
        key = self._services.policy.subscriber_metadata_key
        try:
            found = (await self._services.gateway.send(customers.with_metadata(key, self._subscriber))).data["data"]
        except Refused:
            # Stripe has no search for accounts of some countries.
            return None
        for candidate in sorted(found, key=lambda each: (each["created"], str(each["id"]))):
            customer = (await operation.fetch("customer", candidate["id"])).data
            if not customer.get("deleted") and customer["metadata"].get(key) == self._subscriber:
                return str(customer["id"])
        return None
