"""Coupons (https://docs.stripe.com/api/coupons)."""

from decimal import Decimal

from sandbox.account.objects import Object
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page
from sandbox.api.parameters import (
    PAGING,
    Choice,
    Currency,
    Hash,
    Integer,
    Listed,
    Metadata,
    Moments,
    Number,
    Shape,
    Text,
)
from sandbox.api.views import snapshot
from sandbox.catalogue.per_currency import PerCurrency
from sandbox.webhooks.events import emit, emit_update

OPTIONS = PerCurrency({"amount_off": Integer(required=True, low=1, high=99_999_999)})
CREATE: Shape = {
    "amount_off": Integer(low=1, high=99_999_999),
    "applies_to": Hash({"products": Listed(Text(required=True))}),
    "currency": Currency(),
    "currency_options": OPTIONS,
    "duration": Choice(("forever", "once", "repeating")),
    "duration_in_months": Integer(low=1),
    "id": Text(limit=500),
    "max_redemptions": Integer(low=1),
    "metadata": Metadata(),
    "name": Text(limit=40),
    "percent_off": Number(low=Decimal("0.01"), high=Decimal(100)),
    "redeem_by": Integer(low=0),
}
UPDATE: Shape = {"currency_options": OPTIONS, "metadata": Metadata(), "name": Text(limit=40)}
LIST: Shape = PAGING | {"created": Moments()}


def create(call: Call) -> Object:
    """POST /v1/coupons"""
    state, params = call.state, call.params
    if ("amount_off" in params) == ("percent_off" in params):
        raise invalid(
            "Must provide exactly one of percent_off and amount_off.",
            "percent_off",
            None if "amount_off" in params else "parameter_missing",
        )
    if "amount_off" in params and "currency" not in params:
        raise invalid("You must pass currency when passing amount_off", "currency", "parameter_missing")
    duration = params.get("duration", "once")
    if (duration == "repeating") != ("duration_in_months" in params):
        raise invalid("You must pass duration_in_months for duration=repeating, and only then.", "duration_in_months")
    if params.get("redeem_by", state.clock.now() + 1) <= state.clock.now():
        raise invalid("The redeem_by must be in the future.", "redeem_by")
    if params.get("id") in state.table("coupon").rows:
        raise invalid("Coupon already exists.", "id", "resource_already_exists")
    for place, product in enumerate((params.get("applies_to") or {}).get("products", [])):
        state.find("product", product, f"applies_to[products][{place}]")
    percent = params.get("percent_off")
    coupon: Object = {
        "id": params.get("id") or state.new_id("coupon"),
        "object": "coupon",
        "amount_off": params.get("amount_off"),
        "created": state.clock.now(),
        "currency": params["currency"] if "amount_off" in params else None,
        "duration": duration,
        "duration_in_months": params.get("duration_in_months"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": merged({}, params.get("metadata")),
        "name": params.get("name"),
        "percent_off": float(percent) if percent is not None else None,
        "redeem_by": params.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
        "_": {"applies_to": params.get("applies_to"), "currency_options": params.get("currency_options")},
    }
    state.table("coupon").add(coupon)
    emit(state, "coupon.created", coupon)
    return coupon


def update(call: Call) -> Object:
    """POST /v1/coupons/{coupon}"""
    state, params = call.state, call.params
    coupon = state.edit(call.fetch("coupon", "coupon"))
    before = snapshot(state, coupon)
    coupon |= call.given("name")
    if "metadata" in params:
        coupon["metadata"] = merged(coupon["metadata"], params["metadata"])
    if "currency_options" in params:
        coupon["_"]["currency_options"] = (coupon["_"]["currency_options"] or {}) | (params["currency_options"])
    emit_update(state, "coupon.updated", before, coupon)
    return coupon


def retrieve(call: Call) -> Object:
    """GET /v1/coupons/{coupon}"""
    return call.fetch("coupon", "coupon")


def delete(call: Call) -> Object:
    """DELETE /v1/coupons/{coupon}: discounts that were made from it stay."""
    coupon = call.fetch("coupon", "coupon")
    emit(call.state, "coupon.deleted", coupon)
    call.state.table("coupon").remove(coupon["id"])
    return {"id": coupon["id"], "object": "coupon", "deleted": True}


def listing(call: Call) -> Object:
    """GET /v1/coupons"""
    return page(call, "coupon")
