"""What only Stripe can tell: what the next invoice would be, and what an open invoice waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.tables import Subscription
from mirror.errors import Refused
from mirror.gateway import Answer, invoices, promotion_codes
from resolvers.checks import ANY_ID, SUBSCRIPTION, Checks
from resolvers.context import Context
from resolvers.outcome import PaymentActionRequired, Rejected, UserError, UserErrorCode
from resolvers.ownership import owned
from resolvers.payment import id_of, intent_of, of_intent
from resolvers.promotion_code import usable_by
from resolvers.refused import user_error
from resolvers.sale import sellable_price

if TYPE_CHECKING:
    from stripe.params import (
        InvoiceCreatePreviewParams,
        InvoiceCreatePreviewParamsDiscount,
        InvoiceCreatePreviewParamsSubscriptionDetailsItem,
    )

PREVIEW_SECONDS = 10.0
NOTHING_TO_INVOICE = frozenset(
    {
        "invoice_upcoming_none",
        "invoice_no_customer_line_items",
        "invoice_no_subscription_line_items",
    }
)


@dataclass(frozen=True, slots=True)
class PreviewItem:
    item: str | None = None
    price: str | None = None
    quantity: int | None = None
    remove: bool = False


@dataclass(frozen=True, slots=True)
class InvoicePreviewRequest:
    """What would change, before it does."""

    subscription: str | None = None
    items: tuple[PreviewItem, ...] | None = None
    coupon: str | None = None
    promotion_code: str | None = None


async def upcoming_invoice(
    context: Context, customer: str, request: InvoicePreviewRequest | None = None
) -> dict[str, Any] | None:
    """What the next invoice of a customer that the caller may see would be; None when there is nothing to invoice.

    Amounts in minor units, `currency` in lower case, times in whole seconds UTC: `currency`, `subtotal`, `tax`,
    `total`, `amount_due`, `next_payment_attempt`, `period_start`, `period_end`, `subscription` (id), and `lines`, each
    with `id`, `description`, `amount`, `currency`, `quantity`, `price` (id), `proration`, `period_start`, `period_end`.
    Raises Rejected for a preview that cannot be, and the gateway's errors.
    """
    wanted = request or InvoicePreviewRequest()
    _check(wanted)
    gateway = context.services.gateway
    with gateway.within(PREVIEW_SECONDS):
        params = await _params(context, customer, wanted)
        try:
            preview = (await gateway.send(invoices.preview(params))).data
            lines = preview["lines"]["data"]
            if preview["lines"]["has_more"]:
                lines = [line async for page in gateway.invoice_lines(preview["id"]) for line in page.data["data"]]
        except Refused as error:
            if error.refusal.code in NOTHING_TO_INVOICE:
                return None
            raise Rejected(user_error(error, {})) from error
    return _plain(preview, lines)


async def payment_action(context: Context, invoice_id: str) -> PaymentActionRequired | None:
    """What an open invoice that the caller may see waits for; None when it does not wait for its customer.

    Raises the gateway's errors.
    """
    gateway = context.services.gateway
    with gateway.within(PREVIEW_SECONDS):
        invoice = (await gateway.fetch("invoice", invoice_id)).data
        if invoice.get("status") != "open":
            return None
        pages: list[Answer] = [page async for page in gateway.invoice_payments(invoice=invoice_id)]
    intent = intent_of([payment for page in pages for payment in page.data["data"]])
    if intent is None or intent["status"] == "canceled":
        return None
    waits = {**intent, "last_payment_error": None}
    outcome = of_intent(waits, hosted_invoice_url=invoice["hosted_invoice_url"])
    return outcome if isinstance(outcome, PaymentActionRequired) else None


def _check(request: InvoicePreviewRequest) -> None:
    checks = Checks()
    checks.id(request.subscription, SUBSCRIPTION, "subscription")
    checks.id(request.coupon, ANY_ID, "coupon")
    checks.text(request.promotion_code, 500, "promotionCode")
    for index, item in enumerate(request.items or ()):
        path = ("items", str(index))
        checks.id(item.item, ANY_ID, *path, "item")
        checks.id(item.price, ANY_ID, *path, "price")
        checks.whole(item.quantity, 0, 2**31 - 1, *path, "quantity")
        if item.item is None and item.price is None:
            checks.refuse("Give the item that would change, or the price that would be added.", *path)
        if item.item is None and item.remove:
            checks.refuse("Only an item that is there can be removed.", *path, "remove")
        if item.item is not None and request.subscription is None:
            checks.refuse("Say whose item this is: give subscription.", "subscription")
    if checks.errors:
        raise Rejected(checks.errors[0])


async def _params(context: Context, customer: str, request: InvoicePreviewRequest) -> InvoiceCreatePreviewParams:
    params: InvoiceCreatePreviewParams = {"customer": customer}
    discounts: list[InvoiceCreatePreviewParamsDiscount] = []
    if request.subscription is not None:
        subscription = await owned(context, Subscription, request.subscription, "subscription", customer=customer)
        params["subscription"] = request.subscription
        # Discounts that are given replace the subscription's own; the preview shows both.
        discounts.extend({"discount": id} for id in subscription["discounts"])
    if request.items:
        for index, item in enumerate(request.items):
            if item.price is not None:
                await sellable_price(context, item.price, "items", str(index), "price")
        params["subscription_details"] = {"items": [_item(item) for item in request.items]}
    if request.coupon is not None:
        discounts.append({"coupon": request.coupon})
    if request.promotion_code is not None:
        pages = [page async for page in context.services.gateway.pages(promotion_codes.active(request.promotion_code))]
        code = usable_by([each for page in pages for each in page.data["data"]], customer)
        if code is None:
            sentence = "This promotion code is not valid."
            raise Rejected(UserError(UserErrorCode.INVALID_INPUT, sentence, ("promotionCode",)))
        discounts.append({"promotion_code": code})
    if request.coupon is not None or request.promotion_code is not None:
        params["discounts"] = discounts
    return params


def _item(item: PreviewItem) -> InvoiceCreatePreviewParamsSubscriptionDetailsItem:
    told: InvoiceCreatePreviewParamsSubscriptionDetailsItem = {}
    if item.item is not None:
        told["id"] = item.item
    if item.price is not None:
        told["price"] = item.price
    if item.quantity is not None:
        told["quantity"] = item.quantity
    if item.remove:
        told["deleted"] = True
    return told


def _plain(preview: Mapping[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    taxes = preview["total_taxes"]
    details = (preview["parent"] or {}).get("subscription_details") or {}
    names = ("currency", "subtotal", "total", "amount_due", "next_payment_attempt", "period_start", "period_end")
    return {
        **{name: preview[name] for name in names},
        "tax": None if taxes is None else sum(tax["amount"] for tax in taxes),
        "subscription": id_of(details.get("subscription")),
        "lines": [_line(line) for line in lines],
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    origin = (line["parent"] or {}).values()
    pricing = (line["pricing"] or {}).get("price_details") or {}
    return {
        **{name: line[name] for name in ("id", "description", "amount", "currency", "quantity")},
        "price": id_of(pricing.get("price")),
        "proration": any(isinstance(each, Mapping) and bool(each.get("proration")) for each in origin),
        "period_start": line["period"]["start"],
        "period_end": line["period"]["end"],
    }
