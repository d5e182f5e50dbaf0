"""addInvoiceItem: something to bill with the next invoice, or on a given draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.tables import Invoice, Subscription
from mirror.gateway import Call, invoice_items
from resolvers.checks import ANY_ID, CUSTOMER, INVOICE, OPERATION_KEY, SUBSCRIPTION, Checks
from resolvers.context import Context
from resolvers.money import Amount
from resolvers.operation import Operation
from resolvers.outcome import Outcome, Rejected, UserError, UserErrorCode
from resolvers.ownership import customer_of, owned
from resolvers.payment import id_of
from resolvers.perform import perform

if TYPE_CHECKING:
    from stripe.params import InvoiceItemCreateParams

PATHS: Mapping[str, tuple[str, ...]] = {
    "amount": ("amount", "decimal"),
    "currency": ("amount", "currency"),
    "customer": ("customer",),
    "invoice": ("invoice",),
    "pricing[price]": ("price",),
    "quantity": ("quantity",),
    "subscription": ("subscription",),
}


@dataclass(frozen=True, slots=True)
class AddInvoiceItemRequest:
    """Exactly one of `amount` (negative is credit) and `price`."""

    customer: str
    idempotency_key: str
    amount: Amount | None = None
    price: str | None = None
    quantity: int | None = None
    description: str | None = None
    invoice: str | None = None
    subscription: str | None = None
    discountable: bool | None = None
    metadata: Mapping[str, Any] | None = None


async def add_invoice_item(context: Context, request: AddInvoiceItemRequest) -> Outcome:
    """Bill an amount or a price later. The outcome has `customer` and `invoice_item`."""
    checks = Checks()
    checks.id(request.customer, CUSTOMER, "customer")
    checks.id(request.price, ANY_ID, "price")
    checks.id(request.invoice, INVOICE, "invoice")
    checks.id(request.subscription, SUBSCRIPTION, "subscription")
    checks.whole(request.quantity, 1, 2**31 - 1, "quantity")
    checks.text(request.description, 5000, "description")
    metadata = checks.metadata(request.metadata, "metadata")
    amount, currency = checks.amount(request.amount, "amount") if request.amount is not None else (0, "")
    if (request.amount is None) == (request.price is None):
        checks.refuse("Give exactly one of amount and price.", "amount")
    if currency and amount == 0:
        checks.refuse("An amount of 0 bills nothing.", "amount", "decimal")
    if request.amount is not None and request.quantity is not None:
        checks.refuse("A quantity goes with a price, not with an amount.", "quantity")
    if request.invoice is not None and request.subscription is not None:
        checks.refuse("Give at most one of invoice and subscription.", "subscription")
    if checks.refusal:
        return checks.refusal

    async def act(operation: Operation) -> Outcome:
        async def create() -> Call:
            customer = await customer_of(context, request.customer, "customer")
            params: InvoiceItemCreateParams = {
                "customer": customer,
                "metadata": {**metadata, OPERATION_KEY: operation.id},
            }
            if request.amount is not None:
                params |= {"amount": amount, "currency": currency}
            if request.price is not None:
                params["pricing"] = {"price": request.price}
            if request.quantity is not None:
                params["quantity"] = request.quantity
            if request.description is not None:
                params["description"] = request.description
            if request.discountable is not None:
                params["discountable"] = request.discountable
            if request.invoice is not None:
                invoice = await owned(context, Invoice, request.invoice, "invoice", customer=customer)
                if invoice["status"] != "draft":
                    sentence = "This invoice is not a draft any more. Leave invoice out to bill with the next one."
                    raise Rejected(UserError(UserErrorCode.INVALID_STATE, sentence, ("invoice",)))
                params["invoice"] = request.invoice
            if request.subscription is not None:
                await owned(context, Subscription, request.subscription, "subscription", customer=customer)
                params["subscription"] = request.subscription
            return invoice_items.create(params)

        item = (await operation.step("create", create)).data
        if (invoice := id_of(item["invoice"])) is not None:
            await operation.fetch("invoice", invoice)
        return Outcome(customer=request.customer, invoice_item=item["id"])

    return await perform(context, "addInvoiceItem", request, act, paths=PATHS)
