"""getOrCreateCustomer: one live customer per subscriber, however many ask for it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from db import unsettled
from db.engine import reading
from db.operations import Identity, Kept
from mirror.errors import IdempotencyMismatch, Refused
from mirror.gateway import customers
from mirror.gateway.made_by import made_by
from resolvers.checks import OPERATION_KEY, Checks
from resolvers.context import Context
from resolvers.operation import Operation
from resolvers.outcome import Outcome, Rejected, UserErrorCode
from resolvers.perform import Work, perform
from resolvers.read_through import first_pages
from resolvers.refused import for_caller
from resolvers.request import kept
from resolvers.reservation import Reservation, begin_next_generation, reserve

if TYPE_CHECKING:
    from stripe.params import CustomerCreateParams

PATHS: Mapping[str, tuple[str, ...]] = {"email": ("email",), "name": ("name",)}
CREATE_CUSTOMER = "createCustomer"
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
    making = _Making(context, subscriber, params, {**metadata, key: subscriber})

    async def act(operation: Operation) -> Outcome:
        outcome = await making.outcome(operation.id)
        if outcome.errors:
            raise Rejected(outcome.errors[0], outcome)
        return outcome

    if request.idempotency_key is None:
        return for_caller(await services.in_flight.carry_out(making.outcome()), caller)
    return await perform(context, "getOrCreateCustomer", request, act, paths=PATHS)


@dataclass(frozen=True, slots=True)
class CreateCustomerRequest:
    """The making of a subscriber's customer: what getOrCreateCustomer begins where there is none.

    `asked_by` is the operation of the one who began it, who hears that it was created also when asking again.
    """

    generation: int
    subscriber: str
    params: Mapping[str, Any]
    metadata: Mapping[str, str]
    asked_by: str | None = None
    idempotency_key: str | None = None


async def create_customer(context: Context, request: CreateCustomerRequest) -> Outcome:
    """Settle the making of a customer. The outcome has `customer` and `created`."""
    params = cast("CustomerCreateParams", request.params)
    making = _Making(context, request.subscriber, params, request.metadata)
    return (await making.make(request.generation, request.asked_by))[0]


class _Making:
    """The making of a subscriber's customer is one operation for all who ask, so that only one of them does it."""

    def __init__(
        self, context: Context, subscriber: str, params: CustomerCreateParams, metadata: Mapping[str, str]
    ) -> None:
        self._context = context
        self._services = context.services
        self._subscriber = subscriber
        self._params = params
        self._metadata = metadata

    async def outcome(self, asked_by: str | None = None) -> Outcome:
        """`asked_by` is the operation that asks, where an idempotency key makes it one."""
        clock = asyncio.get_running_loop().time
        patience = clock() + self._services.policy.stripe_timeout_seconds
        pause = 0.02
        while True:
            reservation = await reserve(self._services, self._subscriber)
            if reservation.customer is not None:
                return await self._known(reservation, reservation.customer, asked_by)
            made, mine = await self.make(reservation.generation, asked_by)
            linked = (await reserve(self._services, self._subscriber)).customer
            if linked is not None:
                return Outcome(customer=linked, created=mine and made.created and linked == made.customer)
            if mine or clock() > patience:
                return made
            if not made.errors:
                await begin_next_generation(self._services, self._subscriber, reservation)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)

    async def make(self, generation: int, asked_by: str | None) -> tuple[Outcome, bool]:
        """How the making went, and whether it was ours."""
        mine = False

        async def act(operation: Operation) -> Outcome:
            nonlocal mine
            mine = True
            return await self._find_or_create(operation)

        asked = CreateCustomerRequest(generation, self._subscriber, self._params, self._metadata, asked_by)
        work = Work(
            self._services,
            self._identity(generation),
            "",
            act,
            PATHS,
            Kept(kept(self._context, asked).input),
            settling=self._context.settling,
        )
        return await work.outcome(), mine

    def _identity(self, generation: int) -> Identity:
        return Identity(self._services.account, "", CREATE_CUSTOMER, f"{generation}:{self._subscriber}")

    async def _known(self, reservation: Reservation, customer: str, asked_by: str | None) -> Outcome:
        """A customer that is there. It was created by whoever asks, when that one had begun it and is asking again."""
        created = False
        if asked_by is not None:
            id = self._identity(reservation.generation).operation
            async with reading(self._services.engine).connect() as connection:
                making = await unsettled.read(connection, self._services.account, id)
            if making is not None and making.outcome is not None and making.kept.input is not None:
                is_theirs = making.kept.input.get("asked_by") == asked_by
                created = is_theirs and bool(making.outcome["created"]) and making.outcome["customer"] == customer
        return Outcome(customer=customer, created=created)

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
                id = str(customer["id"])
                operation.answers.extend(page for _, page in await first_pages(self._services.gateway, id))
                return id
        return None
