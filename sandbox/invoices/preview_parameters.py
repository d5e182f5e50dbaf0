"""What previews of invoices take."""

from decimal import Decimal

from sandbox.api.parameters import (
    ADDRESS,
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
    Number,
    Shape,
    Text,
    Unsupported,
    unsupported_names,
)
from sandbox.catalogue.discounts import DISCOUNTS
from sandbox.catalogue.price_data import ONE_TIME_DATA
from sandbox.customers.tax_ids import TAX_ID_DATA
from sandbox.invoices.invoice_item_parameters import COMMON, FOR_STRIPE_TAX, MOST
from sandbox.subscriptions.subscription_item_building import CHANGED_ITEMS
from sandbox.taxes.taxation import TAX_RATES

EXTRA: dict[str, Kind] = {name: kind for name, kind in COMMON.items() if name != "pricing"}
EXTRA_ITEMS = Listed(
    Hash(
        EXTRA
        | FOR_STRIPE_TAX
        | {
            "currency": Currency(),
            "invoiceitem": Text(),
            "price": Text(),
            "price_data": ONE_TIME_DATA,
            "unit_amount": Integer(low=-99_999_999, high=99_999_999),
            "unit_amount_decimal": Number(low=-MOST, high=Decimal(MOST)),
        }
    ),
    most=250,
)
CUSTOMER_DETAILS = Hash(
    unsupported_names("tax")
    | {
        "address": ADDRESS,
        "shipping": Hash({"address": ADDRESS, "name": Text(required=True), "phone": Text()}, unsets=True),
        "tax_exempt": Choice(("exempt", "none", "reverse"), unsets=True),
        "tax_ids": TAX_ID_DATA,
    }
)
DETAILS: Shape = unsupported_names("billing_schedules pause resume_at start_date") | {
    "billing_cycle_anchor": Hash(
        {"timestamp": TIMESTAMP, "type": Choice(("now", "timestamp", "unchanged"), required=True)}
    ),
    "billing_mode": Anything(),
    "cancel_at": Either(("min_period_end", "max_period_end", "max_billed_until"), TIMESTAMP),
    "cancel_at_period_end": Boolean(),
    "cancel_now": Boolean(),
    "default_tax_rates": TAX_RATES,
    "items": CHANGED_ITEMS,
    "metadata": Metadata(),
    "proration_behavior": Choice(("always_invoice", "create_prorations", "none")),
    "proration_date": TIMESTAMP,
    "trial_end": Either(("now",), TIMESTAMP),
}
SHAPE: Shape = unsupported_names("automatic_tax customer_account issuer on_behalf_of schedule schedule_details") | {
    "currency": Currency(),
    "customer": Text(),
    "customer_details": CUSTOMER_DETAILS,
    "discounts": DISCOUNTS,
    "invoice_items": EXTRA_ITEMS,
    "preview_mode": Either(("next",), Unsupported()),
    "subscription": Text(),
    "subscription_details": Hash(DETAILS),
}
