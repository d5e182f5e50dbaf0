"""sendInvoice and payInvoice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe.params import InvoicePayParams

from db.tables import Invoice, Subscription
from mirror.errors import AuthenticationRequired, CardDeclined
from mirror.gateway import invoices
from resolvers.checks import INVOICE, Checks
from resolvers.context import Context
from resolvers.operation import Operation
from resolvers.outcome import Outcome, PaymentOutcome, Rejected, UserError, UserErrorCode
from resolvers.ownership import customer_now, owned
from resolvers.payment import default_payment_method, id_of, look_at_refusal, of_invoice
from resolvers.payment_method import usable
from resolvers.perform import perform

PATHS: Mapping[str, tuple[str, ...]] = {"payment_method": ("paymentMethod",), "invoice": ("invoice",)}


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
        invoice = await owned(context, Invoice, request.invoice, "invoice")
        customer = str(id_of(invoice["customer"]))
        payment_method = request.payment_method
        if not operation.has_begun("pay"):
            if invoice["status"] != "open":
                sentence = f"This invoice is {invoice['status']}. Only an open invoice can be paid."
                raise Rejected(UserError(UserErrorCode.INVALID_STATE, sentence, ("invoice",)))
            if payment_method is None and not await _has_payment_method(context, operation, invoice, customer):
                sentence = "There is no payment method to pay with. Add one, or give paymentMethod."
                raise Rejected(UserError(UserErrorCode.PAYMENT_METHOD_REQUIRED, sentence, ("paymentMethod",)))
        if payment_method is not None:
            payment_method = await usable(context, operation, payment_method, customer, "paymentMethod")
        # A subscriber who pays is there to answer the bank's question.
        payment = await pay(operation, request.invoice, payment_method, off_session=context.caller.is_operator)
        return Outcome(customer=customer, invoice=request.invoice, payment=payment)

    return await perform(context, "payInvoice", request, act, paths=PATHS)


async def pay(
    operation: Operation, invoice: str, payment_method: str | None, *, off_session: bool
) -> PaymentOutcome | None:
    """Pay an open invoice as the step `pay`, and tell how it went. Raises what is not about the card."""
    params: InvoicePayParams = {"off_session": off_session, "expand": ["payments"]}
    if payment_method is not None:
        params["payment_method"] = payment_method
    try:
        answer = await operation.step("pay", invoices.pay(invoice, params))
    except (CardDeclined, AuthenticationRequired) as error:
        await look_at_refusal(operation, error)
        payment = await of_invoice(operation, (await operation.fetch("invoice", invoice)).data)
        if payment is None:
            raise
        return payment
    return await of_invoice(operation, answer.data)


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
