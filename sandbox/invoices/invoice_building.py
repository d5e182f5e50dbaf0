"""Invoices as they begin: drafts with their lines."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import customer_fields
from sandbox.invoices.invoice_lines import add_invoice_item_line
from sandbox.invoices.invoice_totals import recompute
from sandbox.timing.periods import DAY

HOUR = 3_600


def draft(
    state: State,
    customer: Object,
    *,
    reason: str,
    currency: str,
    subscription: Object | None = None,
    auto_advance: bool = False,
    **fields: Any,
) -> Object:
    """An empty draft; the caller adds lines, recomputes and tells of it."""
    now = state.now_for(customer)
    days = fields.pop("days_until_due", None)
    parent: Object | None = None
    collection = fields.get("collection_method", "charge_automatically")
    if subscription is not None:
        parent = {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        }
    if customer["currency"] is None:
        state.edit(customer)["currency"] = currency
    invoice: Object = {
        "id": state.new_id("invoice"),
        "object": "invoice",
        "account_country": "US",
        "account_name": "Sandbox",
        "account_tax_ids": None,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": auto_advance,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": now + HOUR if auto_advance else None,
        "billing_reason": reason,
        "collection_method": collection,
        "created": now,
        "currency": currency,
        "custom_fields": customer["invoice_settings"]["custom_fields"],
        "customer": customer["id"],
        "customer_account": None,
        **customer_fields(state, customer),
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None if days is None else now + days * DAY,
        "effective_at": None,
        "ending_balance": None,
        "footer": customer["invoice_settings"]["footer"],
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": now + HOUR if auto_advance and collection == "charge_automatically" else None,
        "number": None,
        "on_behalf_of": None,
        "parent": parent,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": now,
        "period_start": now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "test_clock": customer["test_clock"],
        "total": 0,
        "total_discount_amounts": [],
        "total_excluding_tax": 0,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": now,
        "_": {"days_until_due": days},
    } | fields
    state.table("invoice").add(invoice)
    if auto_advance:
        state.at(invoice, now + HOUR, "invoice.finalize")
    return invoice


def sweep(state: State, invoice: Object, customer: Object, subscription: str | None, *, unbound: bool = True) -> int:
    """Takes in the customer's pending items of the invoice's currency; returns how many there were.

    With a subscription those that belong to another one stay, and those that belong to none unless `unbound`.
    """
    wanted = (None, subscription) if unbound else (subscription,)
    found = 0
    for item in state.table("invoiceitem").oldest_first("pending", customer["id"]):
        of = ((item["parent"] or {}).get("subscription_details") or {}).get("subscription")
        if item["currency"] == invoice["currency"] and (subscription is None or of in wanted):
            add_invoice_item_line(state, invoice, item)
            found += 1
    return found


def complete(state: State, invoice: Object) -> Object:
    """Works out the totals once the lines are in."""
    recompute(state, state.edit(invoice))
    return invoice
