"""Subscriptions (https://docs.stripe.com/api/subscriptions)."""

from sandbox.calls import Call
from sandbox.discounts import DISCOUNTS, drop
from sandbox.errors import invalid, no_such
from sandbox.lists import page
from sandbox.objects import Object
from sandbox.parameters import (
    PAGING,
    TIMESTAMP,
    Anything,
    Boolean,
    Choice,
    Currency,
    Either,
    Hash,
    Integer,
    Kind,
    Listed,
    Metadata,
    Moments,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.price_data import ONE_TIME_DATA
from sandbox.search import Fields, search
from sandbox.subscription_billing import bill_now, close_draft, open_draft, seen, told
from sandbox.subscription_creation import begin
from sandbox.subscription_ending import already_ended, end
from sandbox.subscription_item_building import CHANGED_ITEMS, NEW_ITEMS, items_of
from sandbox.subscription_resumption import resume_paused
from sandbox.subscription_standing import ENDED
from sandbox.subscription_update import change

CUSTOM_FIELDS = Listed(Hash({"name": Text(required=True, limit=40), "value": Text(required=True, limit=140)}), most=4)
COLLECTION_METHOD = Choice(("charge_automatically", "send_invoice"))
PRORATION_BEHAVIOR = Choice(("always_invoice", "create_prorations", "none"))
PAYMENT_BEHAVIOR = Choice(("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"))
CANCEL_AT = Either(("min_period_end", "max_period_end", "max_billed_until"), Integer(low=0, unsets=True))
FEEDBACK = Choice(
    (
        "customer_service",
        "low_quality",
        "missing_features",
        "other",
        "switched_service",
        "too_complex",
        "too_expensive",
        "unused",
    ),
    unsets=True,
)
CANCELLATION_DETAILS = Hash(unsupported_names("feedback_option") | {"comment": Text(), "feedback": FEEDBACK})
WRITE: dict[str, Kind] = unsupported_names(
    "application_fee_percent automatic_tax billing_schedules billing_thresholds default_source default_tax_rates"
    " on_behalf_of pending_invoice_item_interval transfer_data"
) | {
    "add_invoice_items": Listed(
        Hash(
            unsupported_names("period tax_rates")
            | {
                "discountable": Boolean(),
                "discounts": DISCOUNTS,
                "metadata": Metadata(),
                "price": Text(),
                "price_data": ONE_TIME_DATA,
                "quantity": Integer(low=1),
            }
        ),
        most=20,
    ),
    "cancel_at": CANCEL_AT,
    "cancel_at_period_end": Boolean(),
    "collection_method": COLLECTION_METHOD,
    "days_until_due": Integer(low=0),
    "default_payment_method": Text(),
    "description": Text(limit=500),
    "discounts": DISCOUNTS,
    "invoice_settings": Hash(
        unsupported_names("account_tax_ids issuer")
        | {"custom_fields": CUSTOM_FIELDS, "description": Text(), "footer": Text()}
    ),
    "metadata": Metadata(),
    "off_session": Boolean(),
    "payment_behavior": PAYMENT_BEHAVIOR,
    "payment_settings": Hash(
        {
            "payment_method_options": Anything(),
            "payment_method_types": Listed(Text(required=True)),
            "save_default_payment_method": Choice(("off", "on_subscription")),
        }
    ),
    "proration_behavior": PRORATION_BEHAVIOR,
    "trial_end": Either(("now",), TIMESTAMP),
    "trial_from_plan": Boolean(),
    "trial_settings": Hash(
        {
            "end_behavior": Hash(
                {
                    "billing_cycle_anchor": Choice(("now", "unchanged")),
                    "missing_payment_method": Choice(("cancel", "create_invoice", "pause")),
                },
                required=True,
            )
        }
    ),
}
CREATE: Shape = (
    WRITE
    | unsupported_names("backdate_start_date customer_account")
    | {
        "billing_cycle_anchor": TIMESTAMP,
        "billing_cycle_anchor_config": Hash(
            unsupported_names("month")
            | {
                "day_of_month": Integer(required=True, low=1, high=31),
                "hour": Integer(low=0, high=23),
                "minute": Integer(low=0, high=59),
                "second": Integer(low=0, high=59),
            }
        ),
        "billing_mode": Hash({"flexible": Anything(), "type": Choice(("classic", "flexible"), required=True)}),
        "currency": Currency(),
        "customer": Text(),
        "items": NEW_ITEMS,
        "trial_period_days": Integer(low=0, high=730),
    }
)
UPDATE: Shape = WRITE | {
    "billing_cycle_anchor": Hash({"type": Choice(("now", "unchanged"), required=True)}),
    "cancellation_details": CANCELLATION_DETAILS,
    "items": CHANGED_ITEMS,
    "pause_collection": Hash(
        {"behavior": Choice(("keep_as_draft", "mark_uncollectible", "void"), required=True), "resumes_at": TIMESTAMP},
        unsets=True,
    ),
    "proration_date": TIMESTAMP,
}
CANCEL: Shape = {
    "cancellation_details": CANCELLATION_DETAILS,
    "invoice_now": Boolean(),
    "prorate": Boolean(),
}
RESUME: Shape = {
    "billing_cycle_anchor": Hash({"type": Choice(("now", "unchanged"), required=True)}),
    "payment_behavior": Choice(("resume_on_payment_attempt", "resume_on_payment_success")),
    "proration_behavior": PRORATION_BEHAVIOR,
    "proration_date": TIMESTAMP,
}
LIST: Shape = (
    PAGING
    | unsupported_names("automatic_tax customer_account")
    | {
        "collection_method": COLLECTION_METHOD,
        "created": Moments(),
        "current_period_end": Moments(),
        "current_period_start": Moments(),
        "customer": Text(),
        "plan": Text(),
        "price": Text(),
        "status": Choice(
            (
                "active",
                "all",
                "canceled",
                "ended",
                "incomplete",
                "incomplete_expired",
                "past_due",
                "paused",
                "trialing",
                "unpaid",
            )
        ),
        "test_clock": Text(),
    }
)
SEARCH = Fields(
    text={"customer": "customer", "status": "status"}, numeric={"canceled_at": "canceled_at", "created": "created"}
)


def create(call: Call) -> Object:
    """POST /v1/subscriptions"""
    params = call.params
    customer = call.find("customer", "customer")
    if customer is None:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise invalid("pending_if_incomplete is only for updates of subscriptions.", "payment_behavior")
    if (params.get("billing_mode") or {}).get("type") == "classic":
        raise invalid("The sandbox bills in the flexible mode only, Stripe's default.", "billing_mode[type]")
    return begin(call.state, customer, params)


def retrieve(call: Call) -> Object:
    """GET /v1/subscriptions/{id}"""
    return call.fetch("subscription", "id")


def update(call: Call) -> Object:
    """POST /v1/subscriptions/{id}"""
    return change(call.state, call.fetch("subscription", "id"), call.params)


def cancel(call: Call) -> Object:
    """DELETE /v1/subscriptions/{id}"""
    state, params = call.state, call.params
    subscription = call.fetch("subscription", "id")
    if subscription["status"] in ENDED:
        raise already_ended(subscription)
    state.edit(subscription)["cancellation_details"] |= params.get("cancellation_details") or {}
    was_incomplete = subscription["status"] == "incomplete"
    end(state, subscription, prorate=bool(params.get("prorate")))
    if params.get("invoice_now") and not was_incomplete:
        waiting = state.table("invoiceitem").oldest_first("pending", subscription["customer"])
        if any(belongs(item, subscription) for item in waiting):
            before = seen(state, subscription)
            invoice = open_draft(state, subscription, "subscription_update", auto_advance=True)
            close_draft(state, subscription, invoice)
            bill_now(state, subscription, invoice, pay=True)
            told(state, subscription, before)
    return subscription


def belongs(item: Object, subscription: Object) -> bool:
    """Whether a pending item is the subscription's."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    return bool(details.get("subscription") == subscription["id"])


def resume(call: Call) -> Object:
    """POST /v1/subscriptions/{id}/resume: for those that are paused."""
    subscription = call.fetch("subscription", "id")
    if subscription["status"] != "paused":
        raise invalid(f"You can only resume a subscription that is paused; this one is {subscription['status']}.")
    anchor = (call.params.get("billing_cycle_anchor") or {}).get("type", "now")
    return resume_paused(call.state, subscription, anchor=anchor)


def delete_discount(call: Call) -> Object:
    """DELETE /v1/subscriptions/{id}/discount: takes off all discounts."""
    state = call.state
    subscription = call.fetch("subscription", "id")
    if not subscription["discounts"]:
        raise no_such("discount", subscription["id"], "id", status=404)
    before = seen(state, subscription)
    ids = subscription["discounts"]
    state.edit(subscription)["discounts"] = []
    for id in ids:
        drop(state, id)
    told(state, subscription, before)
    last = state.get("discount", ids[-1])
    return {name: value for name, value in last.items() if name != "_"} | {"deleted": True}


def listing(call: Call) -> Object:
    """GET /v1/subscriptions: without the canceled ones unless asked for."""
    state, params = call.state, call.params
    status, clock = params.get("status"), params.get("test_clock")
    price = params.get("price") or params.get("plan")

    def matches(row: Object) -> bool:
        if status is None:
            shown = row["status"] != "canceled"
        elif status == "ended":
            shown = row["status"] in ENDED
        else:
            shown = status in ("all", row["status"])
        if not shown or params.get("collection_method") not in (None, row["collection_method"]):
            return False
        if "customer" not in params and row["test_clock"] != clock:
            return False
        items = items_of(state, row)
        if price is not None and all(item["price"] != price for item in items):
            return False
        return all(
            any(params[name][0] <= item[name] <= params[name][1] for item in items)
            for name in ("current_period_start", "current_period_end")
            if name in params
        )

    if params.get("customer"):
        return page(call, "subscription", index="customer", value=params["customer"], where=matches)
    return page(call, "subscription", where=matches)


def find(call: Call) -> Object:
    """GET /v1/subscriptions/search"""
    return search(call, "subscription", SEARCH)
