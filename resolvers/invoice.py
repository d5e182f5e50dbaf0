"""payInvoice, and paying an invoice as a step of another verb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.tables import Invoice, Subscription
from mirror.errors import AuthenticationRequired, CardDeclined
from mirror.gateway import Answer, Call, invoices
from resolvers.checks import INVOICE, Checks
from resolvers.context import Context
from resolvers.operation import Operation, Prepare
from resolvers.outcome import Outcome, PaymentOutcome, Rejected, UserError, UserErrorCode
from resolvers.ownership import customer_now, owned
from resolvers.payment import default_payment_method, id_of, intent_of, look_at_refusal, of_invoice
from resolvers.payment_method import usable
from resolvers.perform import perform

if TYPE_CHECKING:
    from stripe.params import InvoicePayParams

PATHS: Mapping[str, tuple[str, ...]] = {"payment_method": ("paymentMethod",), "invoice": ("invoice",)}

UNDER_WAY = ("processing", "requires_action", "requires_capture")


@dataclass(frozen=True, slots=True)
class PayInvoiceRequest:
    invoice: str
    idempotency_key: str
    payment_method: str | None = None


async def pay_invoice(context: Context, request: PayInvoiceRequest) -> Outcome:
    """Pay an open invoice now. The outcome has `customer`, `invoice` and `payment`."""
    checks = Checks()
    checks.id(request.invoice, INVOICE, "invoice")
    checks.payment_method(request.payment_method, "paymentMethod")
    if checks.refusal:
        return checks.refusal

    async def act(operation: Operation) -> Outcome:
        async def call() -> Call:
            invoice = await owned(context, Invoice, request.invoice, "invoice")
            customer = str(id_of(invoice["customer"]))
            if invoice["status"] != "open":
                sentence = f"This invoice is {invoice['status']}. Only an open invoice can be paid."
                raise Rejected(UserError(UserErrorCode.INVALID_STATE, sentence, ("invoice",)))
            payment_method = request.payment_method
            if payment_method is not None:
                payment_method = await usable(context, operation, payment_method, customer, "paymentMethod")
            elif not await _has_payment_method(context, operation, invoice, customer):
                sentence = "There is no payment method to pay with. Add one, or give paymentMethod."
                raise Rejected(UserError(UserErrorCode.PAYMENT_METHOD_REQUIRED, sentence, ("paymentMethod",)))
            # A subscriber who pays is there to answer the bank's question.
            return payment_call(request.invoice, payment_method, off_session=context.caller.is_operator)

        invoice, payment = await pay(operation, request.invoice, call)
        return Outcome(customer=id_of(invoice["customer"]), invoice=request.invoice, payment=payment)

    return await perform(context, "payInvoice", request, act, paths=PATHS)


def payment_call(invoice: str, payment_method: str | None, *, off_session: bool) -> Call:
    params: InvoicePayParams = {"off_session": off_session, "expand": ["payments"]}
    if payment_method is not None:
        params["payment_method"] = payment_method
    return invoices.pay(invoice, params)


async def pay(
    operation: Operation, invoice: str, call: Call | Prepare
) -> tuple[Mapping[str, Any], PaymentOutcome | None]:
    """Pay an open invoice as the step `pay`. Stripe's JSON of the invoice, and how the payment went.

    Raises what Stripe refuses, unless it is about the card.
    """
    try:
        paid = (await operation.step("pay", call, look=lambda age: _look(operation, invoice, age))).data
    except (CardDeclined, AuthenticationRequired) as error:
        await look_at_refusal(operation, error)
        unpaid = (await operation.fetch("invoice", invoice)).data
        payment = await of_invoice(operation, unpaid)
        if payment is None:
            raise
        return unpaid, payment
    return paid, await of_invoice(operation, paid)


async def _look(operation: Operation, invoice: str, age_seconds: float) -> Answer | None:
    """Whether the invoice was paid, or that was tried, since the step was begun: both are how the payment went."""
    gateway = operation.services.gateway
    answer = await gateway.fetch("invoice", invoice)
    if answer.data["status"] == "paid":
        return answer
    payments = [each async for page in gateway.invoice_payments(invoice=invoice) for each in page.data["data"]]
    intent = intent_of(payments) or {}
    charge = intent.get("latest_charge")
    is_tried = isinstance(charge, Mapping) and charge["created"] >= int(answer.seen.latest - age_seconds) - 1
    return answer if is_tried or intent.get("status") in UNDER_WAY else None


async def _has_payment_method(
    context: Context, operation: Operation, invoice: Mapping[str, Any], customer: str
) -> bool:
    if invoice["default_payment_method"] or invoice["default_source"]:
        return True
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    if (id := id_of(details.get("subscription"))) is not None:
        subscription = await owned(context, Subscription, id)
        if subscription["default_payment_method"] or subscription["default_source"]:
            return True
    return default_payment_method(await customer_now(operation, customer)) is not None
