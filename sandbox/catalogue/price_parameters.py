"""What the endpoints of prices take."""

from sandbox.api.parameters import (
    PAGING,
    Boolean,
    Choice,
    Currency,
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
from sandbox.catalogue.price_currencies import CUSTOM, OPTIONS
from sandbox.catalogue.price_data import INTERVAL, TAX_BEHAVIOR
from sandbox.catalogue.price_tiers import TIERS, UNIT, UNIT_DECIMAL
from sandbox.catalogue.tax_codes import TAX_CODE, TAX_DETAILS

CREATE: Shape = {
    "active": Boolean(),
    "billing_scheme": Choice(("per_unit", "tiered")),
    "currency": Currency(required=True),
    "currency_options": OPTIONS,
    "custom_unit_amount": CUSTOM,
    "lookup_key": Text(limit=200),
    "metadata": Metadata(),
    "nickname": Text(),
    "product": Text(),
    "product_data": Hash(
        {
            "active": Boolean(),
            "id": Text(),
            "metadata": Metadata(),
            "name": Text(required=True),
            "statement_descriptor": Text(limit=22),
            "tax_code": TAX_CODE,
            "tax_details": TAX_DETAILS,
            "unit_label": Text(limit=12),
        }
    ),
    "recurring": Hash(
        unsupported_names("meter")
        | {
            "interval": INTERVAL,
            "interval_count": Integer(low=1),
            "trial_period_days": Integer(low=1, high=730),
            "usage_type": Choice(("licensed", "metered")),
        }
    ),
    "tax_behavior": TAX_BEHAVIOR,
    "tiers": TIERS,
    "tiers_mode": Choice(("graduated", "volume")),
    "transfer_lookup_key": Boolean(),
    "transform_quantity": Hash(
        {"divide_by": Integer(required=True, low=1), "round": Choice(("down", "up"), required=True)}
    ),
    "unit_amount": UNIT,
    "unit_amount_decimal": UNIT_DECIMAL,
}
UPDATE: Shape = {
    "active": Boolean(),
    "currency_options": OPTIONS,
    "lookup_key": Text(limit=200),
    "metadata": Metadata(),
    "nickname": Text(),
    "tax_behavior": TAX_BEHAVIOR,
    "transfer_lookup_key": Boolean(),
}
LIST: Shape = PAGING | {
    "active": Boolean(),
    "created": Moments(),
    "currency": Currency(),
    "lookup_keys": Listed(Text(required=True), most=10),
    "product": Text(),
    "recurring": Hash(
        {
            "interval": Choice(("day", "week", "month", "year")),
            "meter": Text(),
            "usage_type": Choice(("licensed", "metered")),
        }
    ),
    "type": Choice(("one_time", "recurring")),
}
SEARCH = Fields(
    text={
        "active": "active",
        "currency": "currency",
        "lookup_key": "lookup_key",
        "product": "product",
        "type": "type",
    }
)
