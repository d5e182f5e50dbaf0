"""Settles operations whose callers are gone: completes what was begun, and never begins anything."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import structlog

from db import unsettled
from db.operations import OperationState
from db.unsettled import Unsettled
from mirror.errors import StripeError, told
from resolvers.charge import ChargeRequest, charge
from resolvers.context import Context, Services
from resolvers.coupon import AddCouponRequest, add_coupon
from resolvers.customer import (
    CREATE_CUSTOMER,
    CreateCustomerRequest,
    GetOrCreateCustomerRequest,
    create_customer,
    get_or_create_customer,
)
from resolvers.invoice import PayInvoiceRequest, pay_invoice
from resolvers.invoice_item import AddInvoiceItemRequest, add_invoice_item
from resolvers.outcome import Outcome
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from resolvers.purge_customer import PurgeCustomerRequest, purge_customer
from resolvers.request import asked, caller_of
from resolvers.send_invoice import SendInvoiceRequest, send_invoice
from resolvers.setup_intent import CreateSetupIntentRequest, create_setup_intent
from resolvers.subscribe import SubscribeRequest, subscribe
from resolvers.subscription import (
    CancelSubscriptionRequest,
    ResumeSubscriptionRequest,
    cancel_subscription,
    resume_subscription,
)

log = structlog.get_logger()

AT_ONCE = 4
PAUSE_SECONDS = 60.0
SHORTEST_PAUSE_SECONDS = 1.0
LONGEST_POSTPONEMENT_MS = 3_600_000
NOBODY = "operator:"
"""In whose name the making of a customer is settled: it is nobody's own."""
NOT_KEPT = (
    "What was asked for is not kept in a form that can be read: only its caller can complete it, by asking again with "
    "the same idempotencyKey."
)

VERBS: Mapping[str, tuple[type[Any], Callable[[Context, Any], Awaitable[Outcome]]]] = {
    "addCoupon": (AddCouponRequest, add_coupon),
    "addInvoiceItem": (AddInvoiceItemRequest, add_invoice_item),
    "addPaymentMethod": (AddPaymentMethodRequest, add_payment_method),
    "cancelSubscription": (CancelSubscriptionRequest, cancel_subscription),
    "charge": (ChargeRequest, charge),
    CREATE_CUSTOMER: (CreateCustomerRequest, create_customer),
    "createSetupIntent": (CreateSetupIntentRequest, create_setup_intent),
    "getOrCreateCustomer": (GetOrCreateCustomerRequest, get_or_create_customer),
    "payInvoice": (PayInvoiceRequest, pay_invoice),
    "purgeCustomer": (PurgeCustomerRequest, purge_customer),
    "resumeSubscription": (ResumeSubscriptionRequest, resume_subscription),
    "sendInvoice": (SendInvoiceRequest, send_invoice),
    "subscribe": (SubscribeRequest, subscribe),
}


class Finding(StrEnum):
    COMPLETED = "completed"
    NOT_DONE = "not done"
    SETTLED_BEFORE = "already settled"
    AT_WORK = "being carried out"
    UNCERTAIN = "still uncertain"


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found of an operation. `why` it is still uncertain, in a sentence."""

    id: str
    mutation: str
    finding: Finding
    why: str | None = None

    @property
    def remains(self) -> bool:
        """Whether there is something left to settle."""
        return self.finding in (Finding.AT_WORK, Finding.UNCERTAIN)


class Recovery:
    """Any process may settle any operation: its lease has it settled by one at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._background = services.mirror.background

    async def run(self) -> None:
        """At once, whenever a lease or a pause ends, and every minute, until the mirror closes."""
        going_on = True
        while going_on:
            pause = PAUSE_SECONDS
            try:
                await self.once()
                pause = min(pause, max(SHORTEST_PAUSE_SECONDS, await self._until_due()))
            except Exception as error:
                log.warning("Operations could not be settled.", error=type(error).__name__)
            going_on = await self._background.pause(pause)

    async def once(self) -> list[Settled]:
        """Settle what is due. Raises the database's errors."""
        found: list[Settled] = []
        while not self._background.closing:
            async with self._services.engine.connect() as connection:
                ids = await unsettled.due(connection, self._services.account, limit=AT_ONCE)
            if not ids:
                break
            found += [each for each in await asyncio.gather(*map(self.settle, ids)) if each is not None]
        return found

    async def settle(self, id: str) -> Settled | None:
        """Settle one operation now. None where there is none with that id. Raises the database's errors."""
        before = await self._read(id)
        if before is None:
            return None
        if before.state is not OperationState.BEGUN:
            return Settled(id, before.mutation, Finding.SETTLED_BEFORE)
        if before.leased:
            return Settled(id, before.mutation, Finding.AT_WORK)
        why = await self._carry_on(before)
        after = await self._read(id)
        settled = await self._found(after or before, why)
        _tell(settled, (after or before).outcome)
        return settled

    async def _carry_on(self, operation: Unsettled) -> str | None:
        """Run the verb in its caller's stead. Why that was not possible, where the operation does not tell."""
        async with self._services.engine.begin() as connection:
            if await unsettled.close_untouched(connection, self._services.account, operation.id):
                return None
        try:
            kind, verb = VERBS[operation.mutation]
            request = replace(asked(kind, operation.kept.input or {}), idempotency_key=operation.key)
            caller = caller_of(operation.caller or NOBODY, operation.kept.claims)
        except (KeyError, ValueError):
            return NOT_KEPT
        context = Context(self._services, caller, operation.id, operation.created, settling=True)
        try:
            outcome = await verb(context, request)
        except StripeError as error:
            return told(error)
        except Exception as error:
            log.exception("An operation could not be settled.", operation=operation.id)
            return type(error).__name__
        # A refusal before the operation was taken up is not told by its row.
        return ", ".join(error.code for error in outcome.errors if not error.retryable) or None

    async def _found(self, after: Unsettled, why: str | None) -> Settled:
        if after.state is OperationState.DONE:
            return Settled(after.id, after.mutation, Finding.COMPLETED)
        if after.state is OperationState.NOT_SENT:
            return Settled(after.id, after.mutation, Finding.NOT_DONE)
        if after.leased:
            return Settled(after.id, after.mutation, Finding.AT_WORK)
        pause_ms = min(5000 * 3 ** min(after.attempts, 20), LONGEST_POSTPONEMENT_MS)
        async with self._services.engine.begin() as connection:
            await unsettled.postpone(connection, self._services.account, after.id, pause_ms=pause_ms, error=why)
        return Settled(after.id, after.mutation, Finding.UNCERTAIN, why or after.error)

    async def _read(self, id: str) -> Unsettled | None:
        async with self._services.engine.connect() as connection:
            return await unsettled.read(connection, self._services.account, id)

    async def _until_due(self) -> float:
        async with self._services.engine.connect() as connection:
            seconds = await unsettled.seconds_until_due(connection, self._services.account)
        return PAUSE_SECONDS if seconds is None else seconds


def _tell(settled: Settled, outcome: Mapping[str, Any] | None) -> None:
    named = {"operation": settled.id, "mutation": settled.mutation}
    if settled.finding is Finding.UNCERTAIN:
        log.warning("An operation cannot be settled yet, and will be tried again.", **named, why=settled.why)
    elif settled.finding is Finding.NOT_DONE:
        log.info("An operation was settled without its caller: it was not carried out.", **named)
    elif settled.finding is Finding.COMPLETED:
        payment = (outcome or {}).get("payment") or {}
        took = " Money was taken or held." if payment.get("kind") in ("succeeded", "authorized") else ""
        log.info(f"An operation was settled without its caller: it is completed.{took}", **named)
