"""What mutations answer with: the objects as they are now, how the money went, and what was refused."""

import strawberry

from schema.charge import Charge
from schema.customer import Customer
from schema.errors import UserError
from schema.invoice import Invoice
from schema.invoice_item import InvoiceItem
from schema.node import Node
from schema.payment import PaymentOutcome
from schema.payment_method import PaymentMethod
from schema.subscription import Subscription


@strawberry.type(description="What getOrCreateCustomer came to.")
class GetOrCreateCustomerPayload:
    customer: Customer | None = strawberry.field(description="The customer, whole.")
    created: bool = strawberry.field(description="Whether it was created now.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was done.")


@strawberry.type(description="What subscribe came to.")
class SubscribePayload:
    customer: Customer | None = strawberry.field(description="Who subscribed.")
    subscription: Subscription | None = strawberry.field(
        description="The new subscription, or with ALREADY_SUBSCRIBED the one that is there."
    )
    payment: PaymentOutcome | None = strawberry.field(
        description="How the first payment went; null when the invoice is sent."
    )
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was done.")


@strawberry.type(description="What charge came to.")
class ChargePayload:
    customer: Customer | None = strawberry.field(description="Who was charged.")
    charge: Charge | None = strawberry.field(description="The charge, a failed one too; null when none was tried.")
    payment: PaymentOutcome | None = strawberry.field(description="How it went, a decline included.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was tried.")


@strawberry.type(description="What addPaymentMethod came to.")
class AddPaymentMethodPayload:
    customer: Customer | None = strawberry.field(description="Whose it is.")
    payment_method: PaymentMethod | None = strawberry.field(description="The payment method as it is saved.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was done.")


@strawberry.type(description="What addInvoiceItem came to.")
class AddInvoiceItemPayload:
    customer: Customer | None = strawberry.field(description="Who will pay.")
    invoice_item: InvoiceItem | None = strawberry.field(description="The new item.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was done.")


@strawberry.type(description="What addCoupon came to.")
class AddCouponPayload:
    customer: Customer | None = strawberry.field(description="Who pays less.")
    subscriptions: list[Subscription] = strawberry.field(description="The subscriptions that have the discount now.")
    user_errors: list[UserError] = strawberry.field(
        description="What was refused. With NOTHING_TO_DISCOUNT the coupon is kept for the next subscribe."
    )


@strawberry.type(description="What sendInvoice came to.")
class SendInvoicePayload:
    customer: Customer | None = strawberry.field(description="Who is asked to pay.")
    invoice: Invoice | None = strawberry.field(description="The invoice, finalized.")
    payment: PaymentOutcome | None = strawberry.field(description="How paying now went; null without payNow.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was done.")


@strawberry.type(description="What purgeCustomer came to.")
class PurgeCustomerPayload:
    customer: Customer | None = strawberry.field(description="What is left of the customer, marked deleted.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was done.")


@strawberry.type(description="What cancelSubscription came to.")
class CancelSubscriptionPayload:
    customer: Customer | None = strawberry.field(description="Whose it is.")
    subscription: Subscription | None = strawberry.field(description="The subscription as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was done.")


@strawberry.type(description="What resumeSubscription came to.")
class ResumeSubscriptionPayload:
    customer: Customer | None = strawberry.field(description="Whose it is.")
    subscription: Subscription | None = strawberry.field(description="The subscription as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was done.")


@strawberry.type(description="What createSetupIntent came to.")
class CreateSetupIntentPayload:
    client_secret: str | None = strawberry.field(description="For Stripe.js, to save a card. Never store or log it.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was done.")


@strawberry.type(description="What payInvoice came to.")
class PayInvoicePayload:
    customer: Customer | None = strawberry.field(description="Who pays.")
    invoice: Invoice | None = strawberry.field(description="The invoice as it is now.")
    payment: PaymentOutcome | None = strawberry.field(description="How it went, a decline included.")
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when it was tried.")


@strawberry.type(description="What syncObject came to.")
class SyncObjectPayload:
    node: Node | None = strawberry.field(
        description="The object as it is now; null for kinds that are mirrored and not shown, and for what is gone."
    )
    found: bool = strawberry.field(
        description="Whether Stripe has it. What was here and is gone at Stripe is marked deleted."
    )
    user_errors: list[UserError] = strawberry.field(description="What was refused; empty when Stripe was asked.")


@strawberry.type(description="What replayEvents came to.")
class ReplayEventsPayload:
    replayed: int = strawberry.field(description="How many events are pending again; they are applied within seconds.")
    user_errors: list[UserError] = strawberry.field(
        description="What was refused; an id that is not stored does not keep the others from being replayed."
    )
