"""What the endpoints of invoice items, and of the lines of drafts, take."""

from decimal import Decimal

from sandbox.api.parameters import (
    PAGING,
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
    Number,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.catalogue.discounts import DISCOUNTS
from sandbox.catalogue.price_data import ONE_TIME, ONE_TIME_DATA, TAX_BEHAVIOR
from sandbox.taxes.tax_rates import PERCENTAGE, TAX_TYPE
from sandbox.taxes.taxation import TAX_RATES

MOST = Decimal(99_999_999)
# Without effect unless Stripe Tax is on, which it never is here.
FOR_STRIPE_TAX: dict[str, Kind] = {"tax_behavior": TAX_BEHAVIOR, "tax_code": Text()}
COMMON: dict[str, Kind] = {
    "amount": Integer(low=-99_999_999, high=99_999_999),
    "description": Text(),
    "discountable": Boolean(),
    "discounts": DISCOUNTS,
    "metadata": Metadata(),
    "period": Hash({"end": Integer(required=True, low=0), "start": Integer(required=True, low=0)}),
    "pricing": Hash({"price": Text(required=True)}),
    "quantity": Integer(low=0, high=999_999_999),
    "quantity_decimal": Number(low=Decimal(0)),
    "tax_rates": TAX_RATES,
}
WRITE: Shape = (
    COMMON | FOR_STRIPE_TAX | {"price_data": ONE_TIME_DATA, "unit_amount_decimal": Number(low=-MOST, high=MOST)}
)
CREATE: Shape = (
    WRITE
    | unsupported_names("customer_account")
    | {"currency": Currency(), "customer": Text(), "invoice": Text(), "subscription": Text()}
)
UPDATE: Shape = WRITE | unsupported_names("invoicing_rules")
LIST: Shape = (
    PAGING
    | unsupported_names("customer_account")
    | {
        "created": Moments(),
        "customer": Text(),
        "invoice": Text(),
        "pending": Boolean(),
    }
)

PRODUCT_DATA = Hash(
    unsupported_names("tax_details")
    | {
        "description": Text(),
        "images": Listed(Text(required=True), most=8),
        "metadata": Metadata(),
        "name": Text(required=True),
        "tax_code": Anything(),
        "unit_label": Text(limit=12),
    }
)
TAX_AMOUNT = Hash(
    {
        "amount": Integer(required=True),
        "tax_rate_data": Hash(
            {
                "country": Text(limit=2),
                "description": Text(),
                "display_name": Text(required=True),
                "inclusive": Boolean(required=True),
                "jurisdiction": Text(),
                "jurisdiction_level": Choice(("city", "country", "county", "district", "multiple", "state")),
                "percentage": PERCENTAGE,
                "state": Text(limit=2),
                "tax_type": TAX_TYPE,
            },
            required=True,
        ),
        "taxability_reason": Choice(
            (
                "customer_exempt",
                "not_collecting",
                "not_subject_to_tax",
                "not_supported",
                "portion_product_exempt",
                "portion_reduced_rated",
                "portion_standard_rated",
                "product_exempt",
                "product_exempt_holiday",
                "proportionally_rated",
                "reduced_rated",
                "reverse_charge",
                "standard_rated",
                "taxable_basis_reduced",
                "zero_rated",
            )
        ),
        "taxable_amount": Integer(required=True),
    }
)
LINE: Shape = COMMON | {
    "price_data": Hash(ONE_TIME | {"product": Text(), "product_data": PRODUCT_DATA}),
    "tax_amounts": Listed(TAX_AMOUNT, most=20),
}
INVOICE_METADATA: Shape = {"invoice_metadata": Metadata()}
ADD_LINES: Shape = INVOICE_METADATA | {
    "lines": Listed(Hash(LINE | {"invoice_item": Text()}), required=True, most=250),
}
UPDATE_LINES: Shape = INVOICE_METADATA | {
    "lines": Listed(Hash(LINE | {"id": Text(required=True)}), required=True, most=250),
}
REMOVE_LINES: Shape = INVOICE_METADATA | {
    "lines": Listed(
        Hash({"behavior": Choice(("delete", "unassign"), required=True), "id": Text(required=True)}),
        required=True,
        most=250,
    ),
}
