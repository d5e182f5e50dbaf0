"""Tax rates (https://docs.stripe.com/api/tax_rates): never deleted, only archived; their percentage stays."""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Boolean, Choice, Kind, Metadata, Moments, Number, Shape, Text
from sandbox.api.views import snapshot
from sandbox.webhooks.events import emit, emit_update

TAX_TYPE = Choice(
    (
        "admissions_tax", "amusement_tax", "attendance_tax", "communications_tax", "digital_excise_tax",
        "entertainment_tax", "get_fund", "gross_receipts_tax", "gst", "hospitality_tax", "hst", "igst", "jct",
        "lease_tax", "luxury_tax", "mass_transit_parking_tax", "nhil", "parking_tax", "pst", "qst", "resort_tax",
        "retail_delivery_fee", "rst", "sales_tax", "service_tax", "tourism_tax", "utility_users_tax", "vat",
    ),
    unsets=True,
)  # fmt: skip
PERCENTAGE = Number(required=True, low=Decimal(0), high=Decimal(100))
WRITE: dict[str, Kind] = {
    "active": Boolean(),
    "country": Text(limit=2),
    "description": Text(),
    "jurisdiction": Text(limit=200),
    "metadata": Metadata(),
    "state": Text(limit=2),
    "tax_type": TAX_TYPE,
}
CREATE: Shape = WRITE | {
    "display_name": Text(required=True, limit=50),
    "inclusive": Boolean(required=True),
    "percentage": PERCENTAGE,
}
UPDATE: Shape = WRITE | {"display_name": Text(limit=50)}
LIST: Shape = PAGING | {"active": Boolean(), "created": Moments(), "inclusive": Boolean()}
PLAIN = ("active", "country", "description", "display_name", "jurisdiction", "state", "tax_type")


def create(call: Call) -> Object:
    """POST /v1/tax_rates"""
    params = call.params
    fields = call.given(*PLAIN, "inclusive") | {"metadata": merged({}, params.get("metadata", {}))}
    return add_rate(call.state, params["percentage"], fields)


def add_rate(state: State, percentage: Decimal, fields: dict[str, Any], param: str = "percentage") -> Object:
    """A new rate. Raises ApiError 400 for more than four decimals."""
    exponent = percentage.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        raise invalid(f"Invalid decimal: {percentage}; must be a number with at most 4 decimal places", param)
    rate: Object = {
        "id": state.new_id("tax_rate"),
        "object": "tax_rate",
        "active": True,
        "country": None,
        "created": state.clock.now(),
        "description": None,
        "effective_percentage": None,
        "flat_amount": None,
        "jurisdiction": None,
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": {},
        "percentage": float(percentage),
        "rate_type": None,
        "state": None,
        "tax_type": None,
    } | fields
    state.table("tax_rate").add(rate)
    emit(state, "tax_rate.created", rate)
    return rate


def retrieve(call: Call) -> Object:
    """GET /v1/tax_rates/{tax_rate}"""
    return call.fetch("tax_rate", "tax_rate")


def update(call: Call) -> Object:
    """POST /v1/tax_rates/{tax_rate}: not its percentage; what has the rate already keeps it when it is archived."""
    state, params = call.state, call.params
    rate = state.edit(call.fetch("tax_rate", "tax_rate"))
    before = snapshot(state, rate)
    if "display_name" in params and not params["display_name"]:
        raise invalid("The display_name of a tax rate cannot be empty.", "display_name", "parameter_invalid_empty")
    rate |= call.given(*PLAIN)
    if "metadata" in params:
        rate["metadata"] = merged(rate["metadata"], params["metadata"])
    emit_update(state, "tax_rate.updated", before, rate)
    return rate


def listing(call: Call) -> Object:
    """GET /v1/tax_rates"""
    params = call.params
    return page(
        call,
        "tax_rate",
        where=lambda row: all(row[name] == params[name] for name in ("active", "inclusive") if name in params),
    )
