"""What the endpoints of subscriptions take."""

from sandbox.api.parameters import (
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
from sandbox.api.search import Fields
from sandbox.catalogue.discounts import DISCOUNTS
from sandbox.catalogue.price_data import ONE_TIME_DATA
from sandbox.subscriptions.payment_method_types import TYPES
from sandbox.subscriptions.subscription_item_building import CHANGED_ITEMS, NEW_ITEMS
from sandbox.taxes.taxation import TAX_RATES

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
    "application_fee_percent automatic_tax billing_schedules billing_thresholds default_source on_behalf_of"
    " pending_invoice_item_interval transfer_data"
) | {
    "add_invoice_items": Listed(
        Hash(
            unsupported_names("period")
            | {
                "discountable": Boolean(),
                "discounts": DISCOUNTS,
                "metadata": Metadata(),
                "price": Text(),
                "price_data": ONE_TIME_DATA,
                "quantity": Integer(low=1),
                "tax_rates": TAX_RATES,
            }
        ),
        most=20,
    ),
    "cancel_at": CANCEL_AT,
    "cancel_at_period_end": Boolean(),
    "collection_method": COLLECTION_METHOD,
    "days_until_due": Integer(low=0),
    "default_payment_method": Text(),
    "default_tax_rates": TAX_RATES,
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
            "payment_method_types": Listed(Choice(TYPES)),
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
    | unsupported_names("customer_account")
    | {
        "backdate_start_date": TIMESTAMP,
        "billing_cycle_anchor": TIMESTAMP,
        "billing_cycle_anchor_config": Hash(
            {
                "day_of_month": Integer(required=True, low=1, high=31),
                "hour": Integer(low=0, high=23),
                "minute": Integer(low=0, high=59),
                "month": Integer(low=1, high=12),
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
PAUSE: Shape = {
    "bill_for": Hash(
        {
            "outstanding_usage_through": Hash({"type": Choice(("none", "now"), required=True)}),
            "unused_time_from": Hash({"type": Choice(("item_current_period_start", "none", "now"), required=True)}),
        }
    ),
    "invoicing_behavior": Choice(("invoice", "pending_invoice_item")),
    "type": Choice(("subscription",)),
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
