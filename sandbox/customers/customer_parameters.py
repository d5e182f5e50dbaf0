"""What the endpoints of customers take."""

from sandbox.api.parameters import (
    ADDRESS,
    ADDRESS_FIELDS,
    PAGING,
    Boolean,
    Choice,
    Hash,
    Integer,
    Listed,
    Metadata,
    Moments,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.api.search import Fields
from sandbox.customers.tax_ids import TAX_ID_DATA

CUSTOM_FIELDS = Listed(Hash({"name": Text(required=True, limit=40), "value": Text(required=True, limit=140)}), most=4)
SHIPPING_ADDRESS = Hash({name: Text() for name in ADDRESS_FIELDS}, required=True, whole=True)
SHIPPING = Hash({"address": SHIPPING_ADDRESS, "name": Text(required=True), "phone": Text()}, unsets=True, whole=True)
WRITE: Shape = unsupported_names("cash_balance source tax") | {
    "address": ADDRESS,
    "balance": Integer(),
    "business_name": Text(),
    "description": Text(),
    "email": Text(limit=512),
    "individual_name": Text(),
    "invoice_prefix": Text(limit=12),
    "invoice_settings": Hash(
        {
            "custom_fields": CUSTOM_FIELDS,
            "default_payment_method": Text(),
            "footer": Text(),
            "rendering_options": Hash({"amount_tax_display": Text(), "template": Text()}, unsets=True),
        }
    ),
    "metadata": Metadata(),
    "name": Text(limit=256),
    "next_invoice_sequence": Integer(low=1),
    "phone": Text(limit=20),
    "preferred_locales": Listed(Text(required=True)),
    "shipping": SHIPPING,
    "tax_exempt": Choice(("exempt", "none", "reverse"), unsets=True),
    "validate": Boolean(),
}
CREATE: Shape = WRITE | {"payment_method": Text(), "tax_id_data": TAX_ID_DATA, "test_clock": Text()}
UPDATE: Shape = WRITE | unsupported_names("default_source")
LIST: Shape = PAGING | {"created": Moments(), "email": Text(), "test_clock": Text()}
SEARCH = Fields(text={"email": "email", "name": "name", "phone": "phone"}, numeric={"created": "created"})
