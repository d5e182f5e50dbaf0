"""sendInvoice: what is pending becomes an invoice, and goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.tables import Subscription
from mirror.gateway import Call, invoice_items, invoices
from resolvers.checks import CUSTOMER, OPERATION_KEY, SUBSCRIPTION, Checks
from resolvers.context import Context
from resolvers.draft import discard, finalize, send
from resolvers.invoice import pay, payment_call
from resolvers.operation import Operation
from resolvers.outcome import Outcome, PaymentSucceeded, Rejected, UserError, UserErrorCode
from resolvers.ownership import customer_now, customer_of, owned
from resolvers.payment import default_payment_method, id_of
from resolvers.perform import perform

if TYPE_CHECKING:
    from stripe.params import InvoiceCreateParams

PATHS: Mapping[str, tuple[str, ...]] = {
    "currency": ("currency",),
    "customer": ("customer",),
    "days_until_due": ("daysUntilDue",),
    "subscription": ("subscription",),
}


@dataclass(frozen=True, slots=True)
class SendInvoiceRequest:
    """`currency` in upper or lower case; with `pay_now` the default payment method is charged instead of an e-mail."""

    customer: str
    idempotency_key: str
    subscription: str | None = None
    currency: str | None = None
    days_until_due: int = 30
    description: str | None = None
    pay_now: bool = False


async def send_invoice(context: Context, request: SendInvoiceRequest) -> Outcome:
    """Gather the pending items of one currency, finalize, and send or charge.

    The outcome has `customer` and `invoice`, and with `pay_now` also `payment`.
    """
    checks = Checks()
    checks.id(request.customer, CUSTOMER, "customer")
    checks.id(request.subscription, SUBSCRIPTION, "subscription")
    checks.whole(request.days_until_due, 0, 3650, "daysUntilDue")
    checks.text(request.description, 1500, "description")
    currency = checks.currency(request.currency, "currency") if request.currency is not None else None
    if checks.refusal:
        return checks.refusal

    async def act(operation: Operation) -> Outcome:
        async def create() -> Call:
            customer = await customer_of(context, request.customer, "customer")
            subscription = None
            if request.subscription is not None:
                subscription = await owned(
                    context, Subscription, request.subscription, "subscription", customer=customer
                )
            _check_reachable(await customer_now(operation, customer), subscription, request)
            pending = await operation.pages(invoice_items.pending(customer))
            params: InvoiceCreateParams = {
                "customer": customer,
                "currency": _one_currency(pending, currency, request.subscription),
                "pending_invoice_items_behavior": "include",
                "auto_advance": False,
                "metadata": {OPERATION_KEY: operation.id},
            }
            if request.subscription is not None:
                params["subscription"] = request.subscription
            if request.description is not None:
                params["description"] = request.description
            if request.pay_now:
                params["collection_method"] = "charge_automatically"
            else:
                params |= {"collection_method": "send_invoice", "days_until_due": request.days_until_due}
            return invoices.create(params)

        draft = (await operation.step("create", create)).data
        if not draft["lines"]["data"]:
            await discard(operation, draft["id"])
            raise _nothing_to_invoice()
        invoice = await finalize(operation, draft["id"], pay_now=request.pay_now)
        outcome = Outcome(customer=request.customer, invoice=invoice["id"])
        if invoice["status"] == "paid":
            # Credit covered it all.
            paid = PaymentSucceeded(invoice["amount_paid"], invoice["currency"])
            return outcome.with_payment(paid if request.pay_now else None)
        if request.pay_now:
            call = payment_call(invoice["id"], None, off_session=True)
            return outcome.with_payment((await pay(operation, invoice["id"], call))[1])
        await send(operation, invoice["id"])
        return outcome

    return await perform(context, "sendInvoice", request, act, paths=PATHS)


def _check_reachable(
    customer: Mapping[str, Any], subscription: Mapping[str, Any] | None, request: SendInvoiceRequest
) -> None:
    if not request.pay_now and not customer["email"]:
        sentence = "The customer has no e-mail address to send an invoice to. Add one in Stripe first."
        raise Rejected(UserError(UserErrorCode.INVALID_STATE, sentence, ("customer",)))
    theirs = default_payment_method(customer) or (subscription and subscription["default_payment_method"])
    if request.pay_now and not theirs:
        sentence = "The customer has no default payment method. Add one, or leave payNow out."
        raise Rejected(UserError(UserErrorCode.PAYMENT_METHOD_REQUIRED, sentence, ("payNow",)))


def _one_currency(pending: list[dict[str, Any]], given: str | None, subscription: str | None) -> str:
    """The currency to invoice in. Raises Rejected where there is nothing in it, or no single one."""
    currencies = {
        item["currency"] for item in pending if subscription is None or _subscription_of(item) == subscription
    }
    if given is not None:
        currencies &= {given}
    if not currencies:
        raise _nothing_to_invoice()
    if len(currencies) > 1:
        names = ", ".join(sorted(currencies)).upper()
        sentence = f"Items are pending in several currencies: {names}. Say which one to invoice."
        raise Rejected(UserError(UserErrorCode.INVALID_INPUT, sentence, ("currency",)))
    return str(currencies.pop())


def _subscription_of(item: Mapping[str, Any]) -> str | None:
    details = (item["parent"] or {}).get("subscription_details") or {}
    return id_of(details.get("subscription"))


def _nothing_to_invoice() -> Rejected:
    return Rejected(UserError(UserErrorCode.NOTHING_TO_INVOICE, "Nothing is pending that could be invoiced."))
