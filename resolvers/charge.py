"""charge: money taken now, off-session, on a payment method that is already there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirror.errors import AuthenticationRequired, CardDeclined
from mirror.gateway import Call, payment_intents
from resolvers.checks import CUSTOMER, OPERATION_KEY, Checks
from resolvers.context import Context
from resolvers.money import Amount
from resolvers.operation import Operation
from resolvers.outcome import Outcome, Rejected, UserError, UserErrorCode
from resolvers.ownership import customer_now, customer_of
from resolvers.payment import default_payment_method, id_of, look_at_refusal, of_intent
from resolvers.perform import perform

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

PATHS: Mapping[str, tuple[str, ...]] = {
    "amount": ("amount", "decimal"),
    "currency": ("amount", "currency"),
    "customer": ("customer",),
    "payment_method": ("paymentMethod",),
    "receipt_email": ("receiptEmail",),
    "statement_descriptor_suffix": ("statementDescriptorSuffix",),
}


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    customer: str
    amount: Amount
    idempotency_key: str
    payment_method: str | None = None
    description: str | None = None
    statement_descriptor_suffix: str | None = None
    receipt_email: str | None = None
    capture: bool = True
    metadata: Mapping[str, Any] | None = None


async def charge(context: Context, request: ChargeRequest) -> Outcome:
    """A confirmed, off-session payment intent. The outcome has `customer`, `charge` and `payment`."""
    checks = Checks()
    checks.id(request.customer, CUSTOMER, "customer")
    amount, currency = checks.amount(request.amount, "amount")
    if currency and amount <= 0:
        checks.refuse("A charge must be more than 0.", "amount", "decimal")
    checks.payment_method(request.payment_method, "paymentMethod")
    checks.text(request.description, 1000, "description")
    checks.text(request.statement_descriptor_suffix, 22, "statementDescriptorSuffix")
    checks.email(request.receipt_email, "receiptEmail")
    metadata = checks.metadata(request.metadata, "metadata")
    if checks.refusal:
        return checks.refusal

    async def act(operation: Operation) -> Outcome:
        async def pay() -> Call:
            customer = await customer_of(context, request.customer, "customer")
            params: PaymentIntentCreateParams = {
                "amount": amount,
                "currency": currency,
                "customer": customer,
                "payment_method": request.payment_method or await _default_payment_method(operation, customer),
                "confirm": True,
                "off_session": True,
                # Nobody is there to be sent to a bank's page.
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "capture_method": "automatic" if request.capture else "manual",
                "metadata": {**metadata, OPERATION_KEY: operation.id},
                "expand": ["latest_charge"],
            }
            if request.description is not None:
                params["description"] = request.description
            if request.statement_descriptor_suffix is not None:
                params["statement_descriptor_suffix"] = request.statement_descriptor_suffix
            if request.receipt_email is not None:
                params["receipt_email"] = request.receipt_email
            return payment_intents.create(params)

        try:
            intent: Mapping[str, Any] | None = (await operation.step("pay", pay)).data
        except (CardDeclined, AuthenticationRequired) as error:
            intent = await look_at_refusal(operation, error)
            if intent is None:
                raise
        assert intent is not None
        if intent["status"] not in ("succeeded", "requires_capture") and "client_secret" not in intent:
            intent = (await operation.fetch("payment_intent", intent["id"])).data
        return Outcome(customer=request.customer, charge=id_of(intent.get("latest_charge")), payment=of_intent(intent))

    return await perform(context, "charge", request, act, paths=PATHS)


async def _default_payment_method(operation: Operation, customer: str) -> str:
    default = default_payment_method(await customer_now(operation, customer))
    if default is None:
        sentence = "The customer has no default payment method. Add one, or give paymentMethod."
        raise Rejected(UserError(UserErrorCode.PAYMENT_METHOD_REQUIRED, sentence, ("paymentMethod",)))
    return default
