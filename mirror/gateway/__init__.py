"""The only way to Stripe: named verbs make calls, the gateway sends them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import replace
from typing import Any, cast

import stripe

from mirror.errors import StripeError, from_sdk
from mirror.gateway import events, invoice_payments, invoices, payment_methods, subscriptions
from mirror.gateway.call import API_VERSION, Answer, Call, seen
from mirror.gateway.pace import Pace
from mirror.gateway.retrieve import retrieve
from mirror.gateway.transport import Transport
from mirror.measures import UNMEASURED, Measures

__all__ = ["API_VERSION", "Answer", "Call", "Gateway"]


class Gateway:
    """One Stripe account, spoken to in one API version.

    Everything raises the errors of mirror.errors, and nothing of the SDK's. With a `pace` every call, each try of it,
    waits for its turn.
    """

    def __init__(
        self,
        *,
        secret_key: str,
        api_base: str,
        timeout_seconds: float,
        measures: Measures = UNMEASURED,
        pace: Pace | None = None,
    ) -> None:
        # The SDK would write an id of the machine into the home directory, and send it along.
        stripe.enable_telemetry = False
        self._transport = Transport(timeout_seconds, pace)
        self._pace = pace
        self._measures = measures
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base.rstrip("/")},
            stripe_version=API_VERSION,
            max_network_retries=0,
            http_client=self._transport,
        )

    async def close(self) -> None:
        await self._transport.close_async()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """One total deadline for every call in the block, all tries counted. An outer, earlier one stays in force."""
        deadline = asyncio.get_running_loop().time() + seconds
        outer = self._transport.deadline.get()
        token = self._transport.deadline.set(deadline if outer is None else min(outer, deadline))
        try:
            yield
        finally:
            self._transport.deadline.reset(token)

    @property
    def deadline(self) -> float | None:
        """The deadline in force, on the event loop's clock."""
        return self._transport.deadline.get()

    def without_deadline(self) -> Context:
        """A context for work whose answer is not only the caller's: the caller's deadline does not end it."""
        context = copy_context()
        context.run(self._transport.deadline.set, None)
        return context

    async def send(self, call: Call, *, idempotency_key: str | None = None) -> Answer:
        """Send the call. A call that changes something needs an idempotency key, to be safe to repeat."""
        options = {} if idempotency_key is None else {"idempotency_key": idempotency_key}
        clock = asyncio.get_running_loop().time
        if self._pace is not None:
            # Waiting for a turn is not the call's own time.
            await self._pace.turn()
        begun = clock()
        try:
            response = await self._client.raw_request_async(call.method, call.path, **dict(call.params), **options)
        except stripe.StripeError as error:
            named = from_sdk(error, writing=call.writes)
            self._measures.call(call.method, type(named).__name__, clock() - begun)
            raise named from error
        except StripeError as error:
            self._measures.call(call.method, type(error).__name__, clock() - begun)
            raise
        self._measures.call(call.method, "ok", clock() - begun)
        return Answer(
            data=cast(dict[str, Any], response.data or self._transport.answer.get()),
            seen=seen(response.headers, clock() - begun),
            request_id=response.request_id,
        )

    async def pages(self, call: Call) -> AsyncIterator[Answer]:
        """Every page of a list, newest objects first. `data` of each answer is Stripe's list object."""
        while True:
            page = await self.send(call)
            yield page
            objects = page.data["data"]
            if not page.data.get("has_more") or not objects:
                return
            call = replace(call, params={**call.params, "starting_after": objects[-1]["id"]})

    async def account(self) -> Answer:
        """The account that the secret key belongs to."""
        return await self.send(Call("get", "/v1/account"))

    async def fetch(self, type: str, id: str) -> Answer:
        """The object as it is now. Raises NotFound, and NotFetchable for a type without a retrieve."""
        return await self.send(retrieve(type, id))

    def events(self, since: int) -> AsyncIterator[Answer]:
        return self.pages(events.since(since))

    def subscription_items(self, subscription: str) -> AsyncIterator[Answer]:
        return self.pages(subscriptions.items(subscription))

    def invoice_lines(self, invoice: str) -> AsyncIterator[Answer]:
        return self.pages(invoices.lines(invoice))

    def invoice_payments(
        self, *, invoice: str | None = None, payment_intent: str | None = None
    ) -> AsyncIterator[Answer]:
        return self.pages(invoice_payments.of(invoice=invoice, payment_intent=payment_intent))

    def payment_methods(self, customer: str) -> AsyncIterator[Answer]:
        return self.pages(payment_methods.of_customer(customer))
