"""The mutations: a table of contents. Stripe first, then the mirror, and the answer is read from the mirror."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

from resolvers.charge import ChargeRequest, charge
from resolvers.coupon import AddCouponRequest, add_coupon
from resolvers.customer import GetOrCreateCustomerRequest, get_or_create_customer
from resolvers.invoice import PayInvoiceRequest, pay_invoice
from resolvers.invoice_item import AddInvoiceItemRequest, add_invoice_item
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from resolvers.purge_customer import PurgeCustomerRequest, purge_customer
from resolvers.replay_events import ReplayEventsRequest, replay_events
from resolvers.send_invoice import SendInvoiceRequest, send_invoice
from resolvers.setup_intent import CreateSetupIntentRequest, create_setup_intent
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from resolvers.subscription import (
    CancelSubscriptionRequest,
    ResumeSubscriptionRequest,
    cancel_subscription,
    resume_subscription,
)
from resolvers.sync_object import SyncObjectRequest, sync_object
from schema import mutation_inputs as inputs
from schema import payloads
from schema.answering import Info, answer, as_given, finish, object_synced, plain_errors
from schema.field import Operator
from schema.money import amount_given

F = TypeVar("F", bound=Callable[..., Any])


def _mutation(description: str, *, operator: bool = False) -> Callable[[F], F]:
    declared = strawberry.mutation(description=description, directives=[Operator()] if operator else [])
    return cast(Callable[[F], F], declared)


@strawberry.type(description="What can be done. Refusals are data in userErrors; how money went is data in payment.")
class Mutation:
    @_mutation("The customer of a subscriber, who is created at Stripe unless there is one.")
    async def get_or_create_customer(
        self, info: Info, input: inputs.GetOrCreateCustomerInput
    ) -> payloads.GetOrCreateCustomerPayload:
        return await answer(
            info,
            payloads.GetOrCreateCustomerPayload,
            get_or_create_customer,
            as_given(GetOrCreateCustomerRequest, input),
        )

    @_mutation("Begin a subscription and pay its first invoice.")
    async def subscribe(self, info: Info, input: inputs.SubscribeInput) -> payloads.SubscribePayload:
        items = tuple(as_given(SubscribeItem, item) for item in input.items)
        method = input.collection_method.value.lower() if input.collection_method else None
        request = as_given(SubscribeRequest, input, items=items, collection_method=method)
        return await answer(info, payloads.SubscribePayload, subscribe, request)

    @_mutation("Take money now.", operator=True)
    async def charge(self, info: Info, input: inputs.ChargeInput) -> payloads.ChargePayload:
        return await answer(
            info, payloads.ChargePayload, charge, as_given(ChargeRequest, input, amount=amount_given(input.amount))
        )

    @_mutation("Save what Stripe.js made of a card, and pay with it from now on.")
    async def add_payment_method(
        self, info: Info, input: inputs.AddPaymentMethodInput
    ) -> payloads.AddPaymentMethodPayload:
        return await answer(
            info, payloads.AddPaymentMethodPayload, add_payment_method, as_given(AddPaymentMethodRequest, input)
        )

    @_mutation("Add an amount, or a price, to the next invoice.", operator=True)
    async def add_invoice_item(self, info: Info, input: inputs.AddInvoiceItemInput) -> payloads.AddInvoiceItemPayload:
        request = as_given(AddInvoiceItemRequest, input, amount=amount_given(input.amount))
        return await answer(info, payloads.AddInvoiceItemPayload, add_invoice_item, request)

    @_mutation("Give a coupon to a customer's subscriptions, or keep it for the next one.", operator=True)
    async def add_coupon(self, info: Info, input: inputs.AddCouponInput) -> payloads.AddCouponPayload:
        return await answer(info, payloads.AddCouponPayload, add_coupon, as_given(AddCouponRequest, input))

    @_mutation("Gather what is pending into an invoice, and send it or charge it.", operator=True)
    async def send_invoice(self, info: Info, input: inputs.SendInvoiceInput) -> payloads.SendInvoicePayload:
        return await answer(info, payloads.SendInvoicePayload, send_invoice, as_given(SendInvoiceRequest, input))

    @_mutation("Delete a customer at Stripe and end the link to the subscriber; the books stay.", operator=True)
    async def purge_customer(self, info: Info, input: inputs.PurgeCustomerInput) -> payloads.PurgeCustomerPayload:
        return await answer(info, payloads.PurgeCustomerPayload, purge_customer, as_given(PurgeCustomerRequest, input))

    @_mutation("End a subscription with its period, or immediately.")
    async def cancel_subscription(
        self, info: Info, input: inputs.CancelSubscriptionInput
    ) -> payloads.CancelSubscriptionPayload:
        return await answer(
            info, payloads.CancelSubscriptionPayload, cancel_subscription, as_given(CancelSubscriptionRequest, input)
        )

    @_mutation("Take a cancellation at the period's end back.")
    async def resume_subscription(
        self, info: Info, input: inputs.ResumeSubscriptionInput
    ) -> payloads.ResumeSubscriptionPayload:
        return await answer(
            info, payloads.ResumeSubscriptionPayload, resume_subscription, as_given(ResumeSubscriptionRequest, input)
        )

    @_mutation("Begin to save a card: hand the client secret to Stripe.js.")
    async def create_setup_intent(
        self, info: Info, input: inputs.CreateSetupIntentInput
    ) -> payloads.CreateSetupIntentPayload:
        return await answer(
            info, payloads.CreateSetupIntentPayload, create_setup_intent, as_given(CreateSetupIntentRequest, input)
        )

    @_mutation("Pay one's own open invoice now.")
    async def pay_invoice(self, info: Info, input: inputs.PayInvoiceInput) -> payloads.PayInvoicePayload:
        return await answer(info, payloads.PayInvoicePayload, pay_invoice, as_given(PayInvoiceRequest, input))

    @_mutation("Fetch an object from Stripe and mend the copy here.", operator=True)
    async def sync_object(self, info: Info, input: inputs.SyncObjectInput) -> payloads.SyncObjectPayload:
        outcome = await sync_object(info.context.context, as_given(SyncObjectRequest, input))
        return await finish(info, payloads.SyncObjectPayload, object_synced(info, outcome))

    @_mutation("Have events that Stripe sent applied anew.", operator=True)
    async def replay_events(self, info: Info, input: inputs.ReplayEventsInput) -> payloads.ReplayEventsPayload:
        outcome = await replay_events(info.context.context, as_given(ReplayEventsRequest, input))
        answered = {"replayed": outcome.replayed, "userErrors": plain_errors(outcome.errors)}
        return await finish(info, payloads.ReplayEventsPayload, answered)
