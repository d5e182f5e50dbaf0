"""Fields that SQL alone cannot answer: they ask Stripe, or count, while the operation runs."""

from collections.abc import Mapping
from typing import Any

from mirror.status import status
from resolvers import preview
from resolvers.context import Context
from resolvers.preview import InvoicePreviewRequest, PreviewItem
from resolvers.reading.sources import Arguments
from schema.answering import payment


async def upcoming_invoice(context: Context, customer: str, arguments: Arguments) -> Mapping[str, Any] | None:
    """Stripe's preview as plain data of an UpcomingInvoice."""
    invoice = await preview.upcoming_invoice(context, customer, _request(arguments.get("preview")))
    if invoice is None:
        return None
    currency = invoice["currency"]
    return {
        "currency": currency.upper(),
        "subtotal": _money(invoice["subtotal"], currency),
        "tax": _money(invoice["tax"], currency),
        "total": _money(invoice["total"], currency),
        "amountDue": _money(invoice["amount_due"], currency),
        "nextPaymentAttempt": invoice["next_payment_attempt"],
        "periodStart": invoice["period_start"],
        "periodEnd": invoice["period_end"],
        "lines": [_line(line) for line in invoice["lines"]],
        "subscription": invoice["subscription"],
    }


async def payment_action(context: Context, invoice: str | None, _arguments: Arguments) -> Mapping[str, Any] | None:
    """What an open invoice waits for, as plain data of a PaymentActionRequired."""
    return None if invoice is None else payment(await preview.payment_action(context, invoice))


async def mirror_status(context: Context, _nothing: Any, _arguments: Arguments) -> Mapping[str, Any]:
    services = context.services
    return (await status(services.engine, services.account, services.mirror.census)).as_json()


def _request(change: Mapping[str, Any] | None) -> InvoicePreviewRequest | None:
    if not change:
        return None
    items = change.get("items")
    return InvoicePreviewRequest(
        subscription=change.get("subscription"),
        items=None if items is None else tuple(PreviewItem(**item) for item in items),
        coupon=change.get("coupon"),
        promotion_code=change.get("promotionCode"),
    )


def _line(line: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "id": line["id"],
        "description": line["description"],
        "amount": _money(line["amount"], line["currency"]),
        "quantity": line["quantity"],
        "price": line["price"],
        "proration": line["proration"],
        "periodStart": line["period_start"],
        "periodEnd": line["period_end"],
    }


def _money(minor_units: int | None, currency: str) -> Mapping[str, Any]:
    return {"minorUnits": minor_units, "currency": currency}
