"""What the endpoints of credit notes take."""

from decimal import Decimal

from sandbox.api.parameters import (
    PAGING,
    TIMESTAMP,
    Choice,
    Hash,
    Integer,
    Listed,
    Metadata,
    Moments,
    Number,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.taxes.taxation import TAX_RATES

MOST = 99_999_999
AMOUNT = Integer(low=0, high=MOST)
TAX_AMOUNT = Hash(
    {
        "amount": Integer(required=True),
        "tax_rate": Text(required=True),
        "taxable_amount": Integer(required=True),
    }
)
LINE = Hash(
    {
        "amount": AMOUNT,
        "description": Text(),
        "invoice_line_item": Text(),
        "metadata": Metadata(),
        "quantity": Integer(low=1),
        "tax_amounts": Listed(TAX_AMOUNT, most=20),
        "tax_rates": TAX_RATES,
        "type": Choice(("custom_line_item", "invoice_line_item"), required=True),
        "unit_amount": Integer(low=-MOST, high=MOST),
        "unit_amount_decimal": Number(low=Decimal(-MOST), high=Decimal(MOST)),
    }
)
REFUND = Hash(
    unsupported_names("payment_record_refund")
    | {"amount_refunded": Integer(low=1), "refund": Text(), "type": Choice(("payment_record_refund", "refund"))}
)
CREATE: Shape = unsupported_names("shipping_cost") | {
    "amount": AMOUNT,
    "credit_amount": AMOUNT,
    "effective_at": TIMESTAMP,
    "email_type": Choice(("credit_note", "none")),
    "invoice": Text(required=True),
    "lines": Listed(LINE, most=250),
    "memo": Text(),
    "metadata": Metadata(),
    "out_of_band_amount": AMOUNT,
    "reason": Choice(("duplicate", "fraudulent", "order_change", "product_unsatisfactory")),
    "refund_amount": AMOUNT,
    "refunds": Listed(REFUND),
}
PREVIEW: Shape = CREATE
PREVIEW_LINES: Shape = CREATE | PAGING
UPDATE: Shape = {"memo": Text(), "metadata": Metadata()}
LIST: Shape = (
    PAGING | unsupported_names("customer_account") | {"created": Moments(), "customer": Text(), "invoice": Text()}
)
