"""What the endpoints of subscription schedules take."""

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
    Unsupported,
    unsupported_names,
)
from sandbox.catalogue.discounts import DISCOUNTS
from sandbox.catalogue.price_data import INTERVAL, ONE_TIME_DATA, RECURRING_DATA
from sandbox.subscriptions.subscription_parameters import COLLECTION_METHOD, CUSTOM_FIELDS, PRORATION_BEHAVIOR

MOST_PHASES = 10
ANCHOR = Choice(("automatic", "phase_start"))
INVOICE_SETTINGS = Hash(
    unsupported_names("account_tax_ids issuer")
    | {"custom_fields": CUSTOM_FIELDS, "days_until_due": Integer(low=0), "description": Text(), "footer": Text()}
)
SETTINGS: dict[str, Kind] = unsupported_names(
    "application_fee_percent automatic_tax billing_thresholds on_behalf_of transfer_data"
) | {
    "billing_cycle_anchor": ANCHOR,
    "collection_method": COLLECTION_METHOD,
    "default_payment_method": Text(),
    "description": Text(limit=500),
    "invoice_settings": INVOICE_SETTINGS,
}
ITEMS = Listed(
    Hash(
        unsupported_names("billing_thresholds tax_rates")
        | {
            "discounts": DISCOUNTS,
            "metadata": Metadata(),
            "plan": Text(),
            "price": Text(),
            "price_data": RECURRING_DATA,
            "quantity": Integer(low=0, high=999_999_999),
        }
    ),
    required=True,
    most=20,
)
EXTRA_ITEMS = Listed(
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
)
DURATION = Hash({"interval": INTERVAL, "interval_count": Integer(low=1)})
PHASE: dict[str, Kind] = (
    SETTINGS
    | unsupported_names("default_tax_rates")
    | {
        "add_invoice_items": EXTRA_ITEMS,
        "currency": Currency(),
        "discounts": DISCOUNTS,
        "duration": DURATION,
        "end_date": TIMESTAMP,
        "items": ITEMS,
        "metadata": Metadata(),
        "proration_behavior": PRORATION_BEHAVIOR,
        "trial": Boolean(),
        "trial_end": TIMESTAMP,
    }
)
CHANGED_PHASE: dict[str, Kind] = PHASE | {
    "end_date": Either(("now",), TIMESTAMP),
    "start_date": Either(("now",), TIMESTAMP),
    "trial_end": Either(("now",), TIMESTAMP),
}
WRITE: dict[str, Kind] = {
    "default_settings": Hash(SETTINGS),
    "end_behavior": Choice(("cancel", "none", "release", "renew")),
    "metadata": Metadata(),
    "pause_schedules": Unsupported(),
}
CREATE: Shape = (
    WRITE
    | unsupported_names("customer_account")
    | {
        "billing_mode": Hash({"flexible": Anything(), "type": Choice(("classic", "flexible"), required=True)}),
        "customer": Text(),
        "from_subscription": Text(),
        "phases": Listed(Hash(PHASE), most=MOST_PHASES),
        "start_date": Either(("now",), TIMESTAMP),
    }
)
UPDATE: Shape = WRITE | {
    "phases": Listed(Hash(CHANGED_PHASE), most=MOST_PHASES),
    "proration_behavior": PRORATION_BEHAVIOR,
}
CANCEL: Shape = {"invoice_now": Boolean(), "prorate": Boolean()}
RELEASE: Shape = {"preserve_cancel_date": Boolean()}
LIST: Shape = (
    PAGING
    | unsupported_names("customer_account")
    | {
        "canceled_at": Moments(),
        "completed_at": Moments(),
        "created": Moments(),
        "customer": Text(),
        "released_at": Moments(),
        "scheduled": Boolean(),
    }
)
