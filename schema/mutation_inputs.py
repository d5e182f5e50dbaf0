"""What mutations take."""

from datetime import datetime

import strawberry

from schema.enums import CollectionMethodInput
from schema.field import given, optional
from schema.money import MoneyInput
from schema.scalars import JSON

KEY = (
    "A text of your own that makes the request the same one when it is sent again: same key, same input, same result, "
    "and never a second act."
)
CUSTOMER = "Operators give it; a subscriber leaves it out, and means themselves."
METADATA = "Up to 50 keys with values that are text, kept at Stripe."


@strawberry.input(
    description="A subscriber's own id comes from the token; e-mail and name may be given, else they come from there "
    "too."
)
class GetOrCreateCustomerInput:
    subscriber: strawberry.ID | None = optional("Your own id of who pays.", operator=True)
    email: str | None = optional("Where Stripe writes to, for a new customer.")
    name: str | None = optional("The full name, or the company's, for a new customer.")
    metadata: JSON | None = optional(METADATA, operator=True)
    idempotency_key: str | None = optional(KEY)


@strawberry.input(description="One thing to subscribe to.")
class SubscribeItemInput:
    price: strawberry.ID = given("An active recurring price.")
    quantity: int | None = optional("How many; 1 if left out.")
    metadata: JSON | None = optional(METADATA, operator=True)


@strawberry.input(description="What to subscribe to, and how to pay.")
class SubscribeInput:
    customer: strawberry.ID | None = optional(CUSTOMER, operator=True)
    items: list[SubscribeItemInput] = given("What to subscribe to, at most 20 things.")
    default_payment_method: strawberry.ID | None = optional("What it is paid with, in place of the customer's default.")
    promotion_code: str | None = optional("The code that people type in, not its id.")
    trial_period_days: int | None = optional("For how many days nothing is due.", operator=True)
    trial_end: datetime | None = optional("Until when nothing is due.", operator=True)
    coupon: strawberry.ID | None = optional("A coupon that it gets.", operator=True)
    collection_method: CollectionMethodInput | None = optional("Charged by itself, or sent to be paid.", operator=True)
    days_until_due: int | None = optional("How long there is to pay an invoice that is sent.", operator=True)
    metadata: JSON | None = optional(METADATA, operator=True)
    allow_duplicate: bool = given(
        "Also when a valid subscription to one of the products exists.", operator=True, default=False
    )
    idempotency_key: str = given(KEY)


@strawberry.input(description="How much to take, and from what.")
class ChargeInput:
    customer: strawberry.ID = given("Who pays.")
    amount: MoneyInput = given("How much, more than 0.")
    payment_method: strawberry.ID | None = optional("What is charged, in place of the customer's default.")
    description: str | None = optional("What it is for.")
    statement_descriptor_suffix: str | None = optional("Added to what the bank statement shows.")
    receipt_email: str | None = optional("Where a receipt is sent.")
    capture: bool = given("Whether the money is taken now; otherwise it is held, to be captured later.", default=True)
    metadata: JSON | None = optional(METADATA)
    idempotency_key: str = given(KEY)


@strawberry.input(description="What to save to pay with.")
class AddPaymentMethodInput:
    customer: strawberry.ID | None = optional(CUSTOMER, operator=True)
    payment_method: strawberry.ID = given("An id that Stripe.js made. Raw card numbers are refused.")
    set_default: bool = given("Whether invoices are paid with it from now on.", default=True)
    idempotency_key: str | None = optional(KEY)


@strawberry.input(description="What to add to the next invoice. Exactly one of amount and price.")
class AddInvoiceItemInput:
    customer: strawberry.ID = given("Who will pay.")
    amount: MoneyInput | None = optional("How much; negative is credit.")
    price: strawberry.ID | None = optional("A one-time price.")
    quantity: int | None = optional("How many of the price.")
    description: str | None = optional("What the customer reads on the invoice.")
    invoice: strawberry.ID | None = optional("A draft to put it on, in place of the next invoice.")
    subscription: strawberry.ID | None = optional("The subscription on whose next invoice it goes.")
    discountable: bool | None = optional("Whether discounts count for it.")
    metadata: JSON | None = optional(METADATA)
    idempotency_key: str = given(KEY)


@strawberry.input(description="Who pays less.")
class AddCouponInput:
    customer: strawberry.ID = given("Who pays less.")
    coupon: strawberry.ID = given("By which coupon.")
    subscription: strawberry.ID | None = optional("On this subscription; on all live ones if left out.")
    idempotency_key: str | None = optional(KEY)


@strawberry.input(description="Which pending items to ask to be paid, and how.")
class SendInvoiceInput:
    customer: strawberry.ID = given("Who pays.")
    subscription: strawberry.ID | None = optional("Only items that are bound to this subscription.")
    currency: str | None = optional("Only items in this currency; needed where there are several.")
    days_until_due: int = given("How long there is to pay.", default=30)
    description: str | None = optional("What the customer reads on the invoice.")
    pay_now: bool = given("Charge the default payment method now instead of e-mailing a request to pay.", default=False)
    idempotency_key: str = given(KEY)


@strawberry.input(description="Whom to delete.")
class PurgeCustomerInput:
    customer: strawberry.ID = given("Whom to delete at Stripe, with all their subscriptions.")
    idempotency_key: str | None = optional(KEY)


@strawberry.input(description="Subscribers cancel at the period's end; immediately is the operator's.")
class CancelSubscriptionInput:
    subscription: strawberry.ID = given("Which.")
    immediately: bool = given("Now, not at the period's end.", operator=True, default=False)
    comment: str | None = optional("Why, in the customer's words.")
    idempotency_key: str | None = optional(KEY)


@strawberry.input(description="Takes a cancellation at the period's end back.")
class ResumeSubscriptionInput:
    subscription: strawberry.ID = given("Which.")
    idempotency_key: str | None = optional(KEY)


@strawberry.input(description="Who saves a card.")
class CreateSetupIntentInput:
    customer: strawberry.ID | None = optional(CUSTOMER, operator=True)
    idempotency_key: str | None = optional(KEY)


@strawberry.input(description="Which invoice to pay now.")
class PayInvoiceInput:
    invoice: strawberry.ID = given("One's own open invoice.")
    payment_method: strawberry.ID | None = optional("What is charged, in place of the default.")
    idempotency_key: str = given(KEY)


@strawberry.input(description="Which object to fetch from Stripe.")
class SyncObjectInput:
    id: strawberry.ID = given("Stripe's own id.")
    type: str | None = optional(
        "What it is, as Stripe's objects say it in `object`: needed where the beginning of the id does not tell, as "
        "with coupons, and with products whose ids you chose."
    )


@strawberry.input(description="Which events to apply anew. Exactly one of ids and allFailed.")
class ReplayEventsInput:
    ids: list[strawberry.ID] | None = optional("Stripe's ids of them, whatever became of them; at most 1,000.")
    all_failed: bool = given("All that could not be applied.", default=False)
