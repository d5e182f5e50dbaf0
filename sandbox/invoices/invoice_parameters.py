"""What the endpoints of invoices take."""

from sandbox.api.parameters import (
    ADDRESS,
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
from sandbox.taxes.taxation import TAX_RATES

COLLECTION_METHOD = Choice(("charge_automatically", "send_invoice"))
CUSTOM_FIELDS = Listed(Hash({"name": Text(required=True, limit=40), "value": Text(required=True, limit=140)}), most=4)
RENDERING = Hash(
    unsupported_names("template template_version")
    | {
        "amount_tax_display": Choice(("exclude_tax", "include_inclusive_tax"), unsets=True),
        "pdf": Hash({"page_size": Choice(("a4", "auto", "letter"))}),
    }
)
PAYMENT_SETTINGS = Hash(
    {
        "default_mandate": Text(),
        "payment_method_options": Anything(),
        "payment_method_types": Listed(Text(required=True)),
    }
)
SHIPPING = Hash({"address": ADDRESS, "name": Text(required=True), "phone": Text()}, unsets=True)
WRITE: dict[str, Kind] = unsupported_names(
    "application_fee_amount automatic_tax default_source issuer on_behalf_of shipping_cost transfer_data"
) | {
    "account_tax_ids": Listed(Text(required=True)),
    "auto_advance": Boolean(),
    "automatically_finalizes_at": TIMESTAMP,
    "collection_method": COLLECTION_METHOD,
    "custom_fields": CUSTOM_FIELDS,
    "days_until_due": Integer(low=0),
    "default_payment_method": Text(),
    "default_tax_rates": TAX_RATES,
    "description": Text(limit=1_500),
    "discounts": DISCOUNTS,
    "due_date": TIMESTAMP,
    "effective_at": TIMESTAMP,
    "footer": Text(),
    "metadata": Metadata(),
    "number": Text(limit=26),
    "payment_settings": PAYMENT_SETTINGS,
    "rendering": RENDERING,
    "shipping_details": SHIPPING,
    "statement_descriptor": Text(limit=22),
}
CREATE: Shape = (
    WRITE
    | unsupported_names("customer_account")
    | {
        "currency": Currency(),
        "customer": Text(),
        "from_invoice": Hash({"action": Choice(("revision",), required=True), "invoice": Text(required=True)}),
        "pending_invoice_items_behavior": Choice(("exclude", "include")),
        "subscription": Text(),
    }
)
UPDATE: Shape = WRITE
ATTACH: Shape = unsupported_names("payment_record") | {"payment_intent": Text()}
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
        "status": Choice(("draft", "open", "void", "paid", "uncollectible")),
        "subscription": Text(),
    }
)
SEARCH = Fields(
    text={
        "currency": "currency",
        "customer": "customer",
        "last_finalization_error_code": "last_finalization_error.code",
        "last_finalization_error_type": "last_finalization_error.type",
        "number": "number",
        "receipt_number": "receipt_number",
        "status": "status",
        "subscription": "parent.subscription_details.subscription",
    },
    numeric={"created": "created", "total": "total"},
)
