"""Objects as Stripe sends them, whole enough to be mirrored and read. Each is given what is special about it."""

from collections.abc import Sequence
from typing import Any

NOW = 1_793_179_800
"""2026-10-28T09:30:00Z: the moment at which the tests ask."""
MINUTE, HOUR, DAY = 60, 3600, 86_400


def customer(id: str = "cus_1", *, subscriber: str | None = None, **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": NOW - 30 * DAY,
        "currency": "usd",
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": f"{id}@example.com",
        "invoice_settings": {"default_payment_method": None},
        "livemode": False,
        "metadata": {"subscriber_id": subscriber} if subscriber else {},
        "name": id,
        "phone": None,
        "preferred_locales": [],
        "tax_exempt": "none",
        **told,
    }


def product(id: str = "prod_1", **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "product",
        "active": True,
        "created": NOW - 90 * DAY,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": id,
        **told,
    }


def price(id: str = "price_1", product: Any = "prod_1", **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": NOW - 90 * DAY,
        "currency": "usd",
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product,
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
        "type": "recurring",
        "unit_amount": 2500,
        "unit_amount_decimal": "2500",
        **told,
    }


def item(id: str, price: Any = "price_1", *, ends: int = NOW + DAY, **told: Any) -> dict[str, Any]:
    """An item whose current period ends at `ends`."""
    return {
        "id": id,
        "object": "subscription_item",
        "created": NOW - 30 * DAY,
        "current_period_end": ends,
        "current_period_start": ends - 30 * DAY,
        "metadata": {},
        "price": price,
        "quantity": 1,
        **told,
    }


def subscription(
    id: str = "sub_1",
    customer: str = "cus_1",
    *,
    items: Sequence[dict[str, Any]] | None = None,
    **told: Any,
) -> dict[str, Any]:
    """Active, on one item of price_1 whose period ends tomorrow, unless told otherwise."""
    listed = [item(f"si_{id.removeprefix('sub_')}")] if items is None else items
    return {
        "id": id,
        "object": "subscription",
        "billing_cycle_anchor": NOW - 30 * DAY,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "collection_method": "charge_automatically",
        "created": NOW - 30 * DAY,
        "currency": "usd",
        "customer": customer,
        "default_payment_method": None,
        "description": None,
        "discounts": [],
        "ended_at": None,
        "items": {
            "object": "list",
            "data": [{**each, "subscription": id} for each in listed],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={id}",
        },
        "latest_invoice": None,
        "livemode": False,
        "metadata": {},
        "pause_collection": None,
        "start_date": NOW - 30 * DAY,
        "status": "active",
        "trial_end": None,
        "trial_start": None,
        **told,
    }


def line(id: str, **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "line_item",
        "amount": 1000,
        "currency": "usd",
        "description": id,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"start": NOW - 30 * DAY, "end": NOW},
        "pricing": {"type": "price_details", "price_details": {"price": "price_1", "product": "prod_1"}},
        "quantity": 1,
        **told,
    }


def invoice(
    id: str = "in_1",
    customer: str = "cus_1",
    *,
    subscription: str | None = None,
    lines: Sequence[dict[str, Any]] = (),
    finalized_at: int | None = NOW - DAY,
    **told: Any,
) -> dict[str, Any]:
    details: dict[str, Any] = {"subscription": subscription, "metadata": {}}
    return {
        "id": id,
        "object": "invoice",
        "amount_due": 1000,
        "amount_paid": 0,
        "amount_remaining": 1000,
        "attempt_count": 0,
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "created": NOW - DAY,
        "currency": "usd",
        "customer": customer,
        "description": None,
        "discounts": [],
        "due_date": None,
        "ending_balance": 0,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "lines": {
            "object": "list",
            "data": [{**each, "invoice": id} for each in lines],
            "has_more": False,
            "url": f"/v1/invoices/{id}/lines",
        },
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "parent": subscription and {"type": "subscription_details", "subscription_details": details},
        "period_end": NOW,
        "period_start": NOW - 30 * DAY,
        "starting_balance": 0,
        "status": "open",
        "status_transitions": {"finalized_at": finalized_at, "paid_at": None, "voided_at": None},
        "subtotal": 1000,
        "total": 1000,
        "total_taxes": [],
        **told,
    }


def invoice_payment(id: str, invoice: str, *, payment_intent: str, **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "invoice_payment",
        "amount_paid": 1000,
        "amount_requested": 1000,
        "created": NOW - DAY,
        "currency": "usd",
        "invoice": invoice,
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": payment_intent},
        "status": "paid",
        **told,
    }


def payment_intent(id: str, customer: str = "cus_1", **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "payment_intent",
        "amount": 1000,
        "created": NOW - DAY,
        "currency": "usd",
        "customer": customer,
        "latest_charge": None,
        "livemode": False,
        "payment_method": None,
        "status": "succeeded",
        **told,
    }


def charge(id: str = "ch_1", customer: str = "cus_1", **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "charge",
        "amount": 1000,
        "amount_captured": 1000,
        "amount_refunded": 0,
        "captured": True,
        "created": NOW - DAY,
        "currency": "usd",
        "customer": customer,
        "description": None,
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "outcome": {"reason": None, "type": "authorized"},
        "paid": True,
        "payment_intent": None,
        "payment_method": None,
        "receipt_email": None,
        "receipt_url": None,
        "refunded": False,
        "statement_descriptor": None,
        "status": "succeeded",
        **told,
    }


def refund(id: str, charge: str = "ch_1", **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "refund",
        "amount": 100,
        "charge": charge,
        "created": NOW - HOUR,
        "currency": "usd",
        "metadata": {},
        "payment_intent": None,
        "reason": None,
        "status": "succeeded",
        **told,
    }


def card(id: str = "pm_1", customer: str | None = "cus_1", **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "payment_method",
        "billing_details": {"email": None, "name": None},
        "card": {
            "brand": "visa",
            "country": "US",
            "exp_month": 12,
            "exp_year": 2030,
            "funding": "credit",
            "last4": "4242",
            "wallet": None,
        },
        "created": NOW - 20 * DAY,
        "customer": customer,
        "livemode": False,
        "metadata": {},
        "type": "card",
        **told,
    }


def payment_method(id: str, type: str, customer: str = "cus_1", **details: Any) -> dict[str, Any]:
    """One that is no card; `details` are what Stripe tells under the type's own name."""
    return {**card(id, customer), "card": None, "type": type, type: details}


def invoice_item(id: str, customer: str = "cus_1", **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "invoiceitem",
        "amount": 500,
        "currency": "usd",
        "customer": customer,
        "date": NOW - HOUR,
        "description": None,
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"start": NOW, "end": NOW},
        "pricing": None,
        "proration": False,
        "quantity": 1,
        **told,
    }


def coupon(id: str, **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "coupon",
        "amount_off": None,
        "created": NOW - 30 * DAY,
        "currency": None,
        "duration": "forever",
        "duration_in_months": None,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "name": None,
        "percent_off": 10.0,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
        **told,
    }


def discount(id: str, coupon: Any, **told: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "discount",
        "customer": "cus_1",
        "end": None,
        "promotion_code": None,
        "source": {"type": "coupon", "coupon": coupon},
        "start": NOW - DAY,
        **told,
    }
