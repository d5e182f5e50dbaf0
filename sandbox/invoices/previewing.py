"""POST /v1/invoices/create_preview (https://docs.stripe.com/api/invoices/create_preview)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import ApiError, invalid
from sandbox.api.parameters import (
    TIMESTAMP,
    Anything,
    Boolean,
    Choice,
    Currency,
    Either,
    Hash,
    Integer,
    Listed,
    Metadata,
    Number,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.catalogue.discounts import DISCOUNTS, resolve
from sandbox.catalogue.price_data import ONE_TIME_DATA
from sandbox.invoices.invoice_building import complete, draft, sweep
from sandbox.invoices.invoice_item_building import make, worked_out
from sandbox.invoices.previews import imagine, renewed
from sandbox.subscriptions.subscription_creation import begin
from sandbox.subscriptions.subscription_item_building import CHANGED_ITEMS
from sandbox.subscriptions.subscription_standing import ENDED
from sandbox.subscriptions.subscription_update import change

EXTRA_ITEMS = Listed(
    Hash(
        unsupported_names("discounts invoiceitem quantity_decimal tax_behavior tax_code tax_rates unit_amount")
        | {
            "amount": Integer(low=-99_999_999, high=99_999_999),
            "currency": Currency(),
            "description": Text(),
            "discountable": Boolean(),
            "metadata": Metadata(),
            "period": Hash({"end": Integer(required=True), "start": Integer(required=True)}),
            "price": Text(),
            "price_data": ONE_TIME_DATA,
            "quantity": Integer(low=0),
            "unit_amount_decimal": Number(),
        }
    )
)
DETAILS: Shape = unsupported_names("billing_schedules default_tax_rates pause resume_at start_date") | {
    "billing_cycle_anchor": Hash(
        {"timestamp": TIMESTAMP, "type": Choice(("now", "timestamp", "unchanged"), required=True)}
    ),
    "billing_mode": Anything(),
    "cancel_at": Either(("min_period_end", "max_period_end", "max_billed_until"), TIMESTAMP),
    "cancel_at_period_end": Boolean(),
    "cancel_now": Boolean(),
    "items": CHANGED_ITEMS,
    "metadata": Metadata(),
    "proration_behavior": Choice(("always_invoice", "create_prorations", "none")),
    "proration_date": TIMESTAMP,
    "trial_end": Either(("now",), TIMESTAMP),
}
SHAPE: Shape = unsupported_names(
    "automatic_tax customer_account customer_details issuer on_behalf_of schedule schedule_details"
) | {
    "currency": Currency(),
    "customer": Text(),
    "discounts": DISCOUNTS,
    "invoice_items": EXTRA_ITEMS,
    "preview_mode": Choice(("next", "recurring")),
    "subscription": Text(),
    "subscription_details": Hash(DETAILS),
}


def create_preview(call: Call) -> Object:
    """The next invoice of a subscription, of one as it would be, or of what is pending."""
    state, params = call.state, call.params
    subscription = call.find("subscription", "subscription")
    customer = call.find("customer", "customer")
    if subscription is not None:
        if customer is not None and customer["id"] != subscription["customer"]:
            raise invalid("The subscription does not belong to the customer.", "subscription")
        customer = state.get("customer", subscription["customer"])
    if customer is None:
        raise invalid("You must give a customer or a subscription.", "customer", "parameter_missing")
    details = params.get("subscription_details") or {}
    if subscription is None and not details.get("items"):
        subscription = next_of(state, customer, params.get("currency"))
    if subscription is not None:
        chosen = subscription
        check_billable(chosen, details)
        return imagine(state, lambda: changed_next(state, chosen, details, params))
    if details.get("items"):
        return imagine(state, lambda: first_of_new(state, customer, details, params))
    return imagine(state, lambda: pending_only(state, customer, params))


def next_of(state: State, customer: Object, currency: str | None) -> Object | None:
    """The customer's subscription that renews first."""
    going = [
        subscription
        for subscription in state.table("subscription").oldest_first("customer", customer["id"])
        if subscription["status"] in ("active", "trialing", "past_due")
        and subscription["cancel_at"] is None
        and currency in (None, subscription["currency"])
    ]
    items = state.table("subscription_item")
    return min(
        going,
        key=lambda one: min(item["current_period_end"] for item in items.oldest_first("subscription", one["id"])),
        default=None,
    )


def check_billable(subscription: Object, details: dict[str, Any]) -> None:
    """A subscription that ends has no next invoice. Raises ApiError 400 invoice_upcoming_none."""
    stays = details.get("cancel_at_period_end") is False or "cancel_at" in details
    if subscription["status"] in (*ENDED, "incomplete", "paused") or (subscription["cancel_at"] and not stays):
        raise none_upcoming(f"No upcoming invoices for subscription: {subscription['id']}")
    if details.get("cancel_now"):
        raise ApiError(501, "The sandbox does not preview cancel_now.", param="subscription_details[cancel_now]")


def none_upcoming(message: str) -> ApiError:
    """There is nothing to preview."""
    return ApiError(404, message, code="invoice_upcoming_none")


def changed_next(state: State, subscription: Object, details: dict[str, Any], params: dict[str, Any]) -> Object:
    """The next invoice after the change that is asked about."""
    if details or "discounts" in params:
        before = subscription["latest_invoice"]
        asked = {name: value for name, value in details.items() if name != "billing_mode"}
        if "discounts" in params:
            asked["discounts"] = params["discounts"]
        change(state, subscription, asked | {"payment_behavior": "default_incomplete"})
        if subscription["latest_invoice"] != before:
            made = state.edit(state.get("invoice", subscription["latest_invoice"]))
            return as_draft(made)
    add_extras(state, state.get("customer", subscription["customer"]), subscription["currency"], params)
    return renewed(state, subscription)


def as_draft(invoice: Object) -> Object:
    """An invoice that would be made at once, before it is finalized."""
    return invoice | {
        "status": "draft",
        "amount_paid": 0,
        "attempted": False,
        "effective_at": None,
        "ending_balance": invoice["ending_balance"],
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "status_transitions": dict.fromkeys(invoice["status_transitions"]),
    }


def first_of_new(state: State, customer: Object, details: dict[str, Any], params: dict[str, Any]) -> Object:
    """The first invoice of a subscription that does not exist yet."""
    names = ("items", "billing_cycle_anchor", "cancel_at", "cancel_at_period_end", "trial_end", "metadata")
    asked = {name: details[name] for name in names if name in details}
    anchor = asked.pop("billing_cycle_anchor", None)
    if anchor and anchor.get("timestamp"):
        asked["billing_cycle_anchor"] = anchor["timestamp"]
    if "currency" in params:
        asked["currency"] = params["currency"]
    if "discounts" in params:
        asked["discounts"] = params["discounts"]
    add_extras(state, customer, params.get("currency") or customer["currency"] or "usd", params)
    subscription = begin(state, customer, asked | {"payment_behavior": "default_incomplete"})
    return as_draft(state.edit(state.get("invoice", subscription["latest_invoice"])))


def pending_only(state: State, customer: Object, params: dict[str, Any]) -> Object:
    """An invoice of what is pending, where there is no subscription to wait for."""
    waiting = state.table("invoiceitem").oldest_first("pending", customer["id"])
    currency = params.get("currency") or next((item["currency"] for item in waiting), customer["currency"] or "usd")
    add_extras(state, customer, currency, params)
    invoice = draft(state, customer, reason="upcoming", currency=currency)
    if not sweep(state, invoice, customer, None):
        raise none_upcoming(f"No upcoming invoices for customer: {customer['id']}")
    if params.get("discounts"):
        invoice["discounts"] = resolve(
            state, params["discounts"], customer, currency, "discounts", invoice=invoice["id"]
        )
    return complete(state, invoice)


def add_extras(state: State, customer: Object, currency: str, params: dict[str, Any]) -> None:
    """`invoice_items` that are only asked about."""
    now = state.now_for(customer)
    for given in params.get("invoice_items", []):
        wanted = dict(given)
        if wanted.pop("price", None):
            wanted["pricing"] = {"price": given["price"]}
        worth = worked_out(state, wanted, given.get("currency", currency))
        make(
            state,
            customer,
            discountable=given.get("discountable", worth["amount"] >= 0),
            period=given.get("period") or {"end": now, "start": now},
            **worth,
        )
