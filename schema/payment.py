"""How the money went."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers.outcome import IntentKind
from schema.money import Money

strawberry.enum(
    IntentKind,
    name="PaymentIntentKind",
    description="What Stripe.js has to do with a client secret: confirm a payment, or set up a payment method.",
)


@strawberry.type(description="The money was taken.")
class PaymentSucceeded:
    amount: Money = strawberry.field(description="How much.")


@strawberry.type(description="Held, to be captured later.")
class PaymentAuthorized:
    amount: Money = strawberry.field(description="How much.")
    capture_before: datetime | None = strawberry.field(description="When the hold ends.")


@strawberry.type(
    description="The customer has to act: hand clientSecret to Stripe.js (confirm a payment, or set up a payment "
    "method), or send them to hostedInvoiceUrl."
)
class PaymentActionRequired:
    client_secret: str = strawberry.field(description="For Stripe.js. Never store or log it.")
    intent: IntentKind = strawberry.field(description="What Stripe.js has to do with the secret.")
    hosted_invoice_url: str | None = strawberry.field(description="A page of Stripe's on which to act instead.")


@strawberry.type(description="On its way; the mirror will tell.")
class PaymentProcessing:
    payment_intent: strawberry.ID | None = strawberry.field(description="Stripe's id of the payment.")


@strawberry.type(description="The money was not taken.")
class PaymentFailed:
    code: str | None = strawberry.field(description="Why, as a code of Stripe's: card_declined.")
    decline_code: str | None = strawberry.field(
        description="The bank's reason. What must not be told to card holders is generic_decline for subscribers."
    )
    message: str = strawberry.field(description="Why, in words for the customer.")


PaymentOutcome = Annotated[
    PaymentSucceeded | PaymentAuthorized | PaymentActionRequired | PaymentProcessing | PaymentFailed,
    strawberry.union("PaymentOutcome", description="How the money went, where a mutation asked for some."),
]
