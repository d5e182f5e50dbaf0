"""Synthetic customers with everything that belongs to them, as Stripe would send it. The same number gives the same."""

import hashlib
from collections.abc import Iterator
from typing import Any

SUBSCRIBER_KEY = "subscriber_id"
PRODUCTS = 10
PRICES_OF_A_PRODUCT = 3
INVOICES = 12
CHARGES = 15
PARTS = 1 + max(INVOICES, CHARGES)
"""What arrives one after the other: the customers, and then month by month an invoice and a charge of each."""

DAY = 86_400
NOW = 1_790_000_000
"""Whole seconds, UTC: when everything was observed."""
FAR = NOW + 30 * 365 * DAY
"""When periods end: a set that is kept for years gives the same answers."""
STATUSES = ("active", "active", "trialing", "active", "past_due", "active", "canceled")


def stripe_id(prefix: str, *numbers: int) -> str:
    """An id as random as Stripe's."""
    digest = hashlib.md5(f"{prefix}{numbers}".encode(), usedforsecurity=False).hexdigest()
    return f"{prefix}_{digest[:24]}"


def customer_id(number: int) -> str:
    return stripe_id("cus", number)


def product_id(number: int) -> str:
    return stripe_id("prod", number)


def catalogue() -> Iterator[dict[str, Any]]:
    """Products and their prices."""
    for number in range(PRODUCTS):
        yield {
            "id": product_id(number),
            "object": "product",
            "active": True,
            "created": NOW - 900 * DAY + number,
            "default_price": _price_id(number, 0),
            "description": f"Everything of plan {number}.",
            "images": [],
            "livemode": False,
            "marketing_features": [{"name": "Support by mail"}],
            "metadata": {"tier": str(number)},
            "name": f"Plan {number}",
            "updated": NOW,
        }
        for step in range(PRICES_OF_A_PRODUCT):
            yield _price(number, step)


def arrivals(part: int, number: int) -> Iterator[dict[str, Any]]:
    """What of a customer arrives in the part."""
    if part == 0:
        yield _customer(number)
        for place in range(1 + number % 3):
            yield _subscription(number, place)
        return
    if part <= INVOICES:
        yield _invoice(number, part)
    if part <= CHARGES:
        yield _charge(number, part)


def _price_id(product: int, step: int) -> str:
    return stripe_id("price", product, step)


def _price(product: int, step: int) -> dict[str, Any]:
    amount = 500 * (product + 1) * (step + 1)
    return {
        "id": _price_id(product, step),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": NOW - 900 * DAY + step,
        "currency": "usd",
        "livemode": False,
        "lookup_key": f"plan-{product}-{step}",
        "metadata": {},
        "nickname": None,
        "product": product_id(product),
        "recurring": {"interval": ("month", "month", "year")[step], "interval_count": 1, "usage_type": "licensed"},
        "tax_behavior": "unspecified",
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def _customer(number: int) -> dict[str, Any]:
    return {
        "id": customer_id(number),
        "object": "customer",
        "address": {
            "line1": f"{number} High Street",
            "line2": None,
            "city": "Springfield",
            "state": None,
            "postal_code": f"{number:05}",
            "country": "US",
        },
        "balance": -(number % 4) * 250,
        "created": NOW - 400 * DAY - (number * 7919) % (400 * DAY),
        "currency": "usd",
        "delinquent": number % 20 == 0,
        "description": None,
        "discount": None,
        "email": f"customer-{number}@example.com",
        "invoice_prefix": f"{number:08X}",
        "invoice_settings": {"custom_fields": None, "default_payment_method": stripe_id("pm", number), "footer": None},
        "livemode": False,
        "metadata": {SUBSCRIBER_KEY: f"user-{number}"},
        "name": f"Customer {number}",
        "next_invoice_sequence": INVOICES + 1,
        "phone": None,
        "preferred_locales": ["en"],
        "shipping": None,
        "tax_exempt": "none",
    }


def _subscription(number: int, place: int) -> dict[str, Any]:
    id = stripe_id("sub", number, place)
    status = STATUSES[(number + place) % len(STATUSES)]
    created = NOW - 390 * DAY + place * DAY + number % DAY
    return {
        "id": id,
        "object": "subscription",
        "application_fee_percent": None,
        "automatic_tax": {"enabled": False, "liability": None},
        "billing_cycle_anchor": created,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": NOW if status == "canceled" else None,
        "collection_method": "charge_automatically",
        "created": created,
        "currency": "usd",
        "customer": customer_id(number),
        "default_payment_method": None,
        "description": None,
        "discounts": [],
        "ended_at": NOW if status == "canceled" else None,
        "items": _list([_item(number, place, index) for index in range(1 + (number + place) % 2)]),
        "latest_invoice": stripe_id("in", number, INVOICES),
        "livemode": False,
        "metadata": {"source": "shop"},
        "pause_collection": None,
        "start_date": created,
        "status": status,
        "trial_end": FAR if status == "trialing" else None,
        "trial_start": created if status == "trialing" else None,
    }


def _item(number: int, place: int, index: int) -> dict[str, Any]:
    created = NOW - 390 * DAY + place * DAY + number % DAY
    return {
        "id": stripe_id("si", number, place, index),
        "object": "subscription_item",
        "created": created,
        "current_period_end": FAR,
        "current_period_start": NOW - 20 * DAY,
        "discounts": [],
        "metadata": {},
        "price": _price_id((number + place + index) % PRODUCTS, number % PRICES_OF_A_PRODUCT),
        "quantity": 1 + index,
        "subscription": stripe_id("sub", number, place),
        "tax_rates": [],
    }


def _month(number: int, part: int) -> int:
    """When the part's invoice and charge were made: customers are billed on different days."""
    return NOW - (PARTS - part) * 30 * DAY + (number * 104_729) % (28 * DAY)


def _invoice(number: int, part: int) -> dict[str, Any]:
    id, created = stripe_id("in", number, part), _month(number, part)
    total = 500 * (1 + number % 40)
    status = "open" if part == INVOICES and number % 20 == 0 else "paid"
    paid = total if status == "paid" else 0
    lines = [_line(number, part, index, total) for index in range(1 + number % 2)]
    return {
        "id": id,
        "object": "invoice",
        "amount_due": total,
        "amount_paid": paid,
        "amount_remaining": total - paid,
        "attempt_count": 1,
        "attempted": True,
        "auto_advance": False,
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "created": created,
        "currency": "usd",
        "customer": customer_id(number),
        "customer_email": f"customer-{number}@example.com",
        "customer_name": f"Customer {number}",
        "description": None,
        "discounts": [],
        "due_date": None,
        "ending_balance": 0,
        "hosted_invoice_url": f"https://invoice.example.com/i/acct_benchmark/{id}",
        "invoice_pdf": f"https://invoice.example.com/i/acct_benchmark/{id}/pdf",
        "lines": _list(lines),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": f"{number:08X}-{part:04}",
        "parent": {
            "subscription_details": {"metadata": {}, "subscription": stripe_id("sub", number, 0)},
            "type": "subscription_details",
        },
        "period_end": created,
        "period_start": created - 30 * DAY,
        "starting_balance": 0,
        "status": status,
        "status_transitions": {
            "finalized_at": created + 3600,
            "paid_at": created + 3600 if paid else None,
            "voided_at": None,
        },
        "subtotal": total,
        "total": total,
        "total_taxes": [],
    }


def _line(number: int, part: int, index: int, total: int) -> dict[str, Any]:
    created = _month(number, part)
    share = total // (1 + number % 2)
    return {
        "id": stripe_id("il", number, part, index),
        "object": "line_item",
        "amount": share,
        "currency": "usd",
        "description": f"1 × Plan {(number + index) % PRODUCTS}",
        "discounts": [],
        "invoice": stripe_id("in", number, part),
        "livemode": False,
        "metadata": {},
        "parent": {
            "subscription_item_details": {
                "proration": False,
                "subscription": stripe_id("sub", number, 0),
                "subscription_item": stripe_id("si", number, 0, 0),
            },
            "type": "subscription_item_details",
        },
        "period": {"end": created + 30 * DAY, "start": created},
        "pricing": {
            "price_details": {
                "price": _price_id((number + index) % PRODUCTS, number % PRICES_OF_A_PRODUCT),
                "product": product_id((number + index) % PRODUCTS),
            },
            "type": "price_details",
        },
        "quantity": 1,
        "taxes": [],
    }


def _charge(number: int, part: int) -> dict[str, Any]:
    id, created = stripe_id("ch", number, part), _month(number, part) + 3600
    amount = 500 * (1 + number % 40)
    failed = (number + part) % 15 == 0
    return {
        "id": id,
        "object": "charge",
        "amount": amount,
        "amount_captured": 0 if failed else amount,
        "amount_refunded": 0,
        "balance_transaction": None if failed else stripe_id("txn", number, part),
        "billing_details": {"email": None, "name": f"Customer {number}", "phone": None},
        "captured": not failed,
        "created": created,
        "currency": "usd",
        "customer": customer_id(number),
        "description": "Subscription update",
        "disputed": False,
        "failure_code": "card_declined" if failed else None,
        "failure_message": "Your card was declined." if failed else None,
        "livemode": False,
        "metadata": {},
        "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "type": "authorized"},
        "paid": not failed,
        "payment_intent": stripe_id("pi", number, part),
        "payment_method": stripe_id("pm", number),
        "payment_method_details": {
            "card": {"brand": "visa", "exp_month": 12, "exp_year": 2034, "funding": "credit", "last4": "4242"},
            "type": "card",
        },
        "receipt_email": None,
        "receipt_url": f"https://receipt.example.com/r/{id}",
        "refunded": False,
        "statement_descriptor": None,
        "status": "failed" if failed else "succeeded",
    }


def _list(members: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "data": members, "has_more": False, "url": "/v1"}
