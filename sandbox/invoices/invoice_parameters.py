"""What the endpoints of invoices take."""

from sandbox.api.parameters import (
    PAGING,
    TIMESTAMP,
    Anything,
    Boolean,
    Choice,
    Currency,
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

COLLECTION_METHOD = Choice(("charge_automatically", "send_invoice"))
CUSTOM_FIELDS = Listed(Hash({"name": Text(required=True, limit=40), "value": Text(required=True, limit=140)}), most=4)
WRITE: dict[str, Kind] = unsupported_names(
    "account_tax_ids application_fee_amount automatic_tax default_source default_tax_rates issuer on_behalf_of"
    " shipping_cost shipping_details transfer_data"
) | {
    "auto_advance": Boolean(),
    "automatically_finalizes_at": TIMESTAMP,
    "collection_method": COLLECTION_METHOD,
    "custom_fields": CUSTOM_FIELDS,
    "days_until_due": Integer(low=0),
    "default_payment_method": Text(),
    "description": Text(limit=1_500),
    "discounts": DISCOUNTS,
    "due_date": TIMESTAMP,
    "effective_at": TIMESTAMP,
    "footer": Text(),
    "metadata": Metadata(),
    "number": Text(limit=26),
    "payment_settings": Anything(),
    "rendering": Anything(),
    "statement_descriptor": Text(limit=22),
}
CREATE: Shape = (
    WRITE
    | unsupported_names("customer_account from_invoice")
    | {
        "currency": Currency(),
        "customer": Text(),
        "pending_invoice_items_behavior": Choice(("exclude", "include")),
        "subscription": Text(),
    }
)
UPDATE: Shape = WRITE
FINALIZE: Shape = {"auto_advance": Boolean()}
PAY: Shape = unsupported_names("mandate source") | {
    "forgive": Boolean(),
    "off_session": Boolean(),
    "paid_out_of_band": Boolean(),
    "payment_method": Text(),
}
LIST: Shape = (
    PAGING
    | unsupported_names("customer_account")
    | {
        "collection_method": COLLECTION_METHOD,
        "created": Moments(),
        "customer": Text(),
        "due_date": Moments(),
        "status": Choice(("draft", "open", "paid", "uncollectible", "void")),
        "subscription": Text(),
    }
)
SEARCH = Fields(
    text={
        "currency": "currency",
        "customer": "customer",
        "number": "number",
        "receipt_number": "receipt_number",
        "status": "status",
        "subscription": "parent.subscription_details.subscription",
    },
    numeric={"created": "created", "due_date": "due_date", "total": "total"},
)
