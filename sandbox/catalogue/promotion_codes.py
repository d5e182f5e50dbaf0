"""Promotion codes (https://docs.stripe.com/api/promotion_codes)."""

import re
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page
from sandbox.api.parameters import (
    PAGING,
    Boolean,
    Choice,
    Currency,
    Hash,
    Integer,
    Metadata,
    Moments,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.api.views import coupon_is_valid, promotion_code_is_active, snapshot
from sandbox.catalogue.per_currency import PerCurrency
from sandbox.timing.periods import add
from sandbox.webhooks.events import emit, emit_update

MINIMUMS = PerCurrency({"minimum_amount": Integer(required=True, low=1)})
CREATE: Shape = unsupported_names("customer_account") | {
    "active": Boolean(),
    "code": Text(limit=500),
    "customer": Text(),
    "expires_at": Integer(low=0),
    "max_redemptions": Integer(low=1),
    "metadata": Metadata(),
    "promotion": Hash({"coupon": Text(), "type": Choice(("coupon",), required=True)}, required=True),
    "restrictions": Hash(
        {
            "currency_options": MINIMUMS,
            "first_time_transaction": Boolean(),
            "minimum_amount": Integer(low=1),
            "minimum_amount_currency": Currency(),
        }
    ),
}
UPDATE: Shape = {
    "active": Boolean(),
    "metadata": Metadata(),
    "restrictions": Hash({"currency_options": MINIMUMS}),
}
LIST: Shape = (
    PAGING
    | unsupported_names("customer_account")
    | {
        "active": Boolean(),
        "code": Text(),
        "coupon": Text(),
        "created": Moments(),
        "customer": Text(),
    }
)


def create(call: Call) -> Object:
    """POST /v1/promotion_codes"""
    state, params = call.state, call.params
    if not params["promotion"].get("coupon"):
        raise invalid("You must pass promotion.coupon when passing promotion", "promotion.coupon")
    coupon = state.find("coupon", params["promotion"]["coupon"], "promotion[coupon]")
    customer = call.find("customer", "customer")
    if not coupon_is_valid(state, coupon):
        raise invalid(f"The coupon {coupon['id']} is no longer valid.", "promotion[coupon]")
    if params.get("expires_at", state.clock.now() + 1) <= state.clock.now():
        raise invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future. You specified the value"
            f" `{params['expires_at']}` which is in the past.",
            "expires_at",
        )
    if params.get("expires_at", 0) > add(state.clock.now(), "year", 5):
        raise invalid("Invalid timestamp: can be no more than five years in the future.", "expires_at")
    code = params.get("code") or state.token(8).upper()
    if not re.fullmatch(r"[a-zA-Z0-9\-_]+", code):
        raise invalid(
            r"This value must match the regex pattern. (/\A[a-zA-Z0-9\-_]+\z/ does not match for the value"
            f" {code}).",
            "code",
        )
    if params.get("active", True):
        check_free(state, code, customer["id"] if customer else None)
    promotion_code: Object = {
        "id": state.new_id("promotion_code"),
        "object": "promotion_code",
        "active": params.get("active", True),
        "code": code,
        "created": state.clock.now(),
        "customer": customer["id"] if customer else None,
        "customer_account": None,
        "expires_at": params.get("expires_at"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": merged({}, params.get("metadata")),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": restrictions_of(params.get("restrictions") or {}),
        "times_redeemed": 0,
    }
    state.table("promotion_code").add(promotion_code)
    emit(state, "promotion_code.created", promotion_code)
    return promotion_code


def check_free(state: State, code: str, customer: str | None, own: str | None = None) -> None:
    """A code, whatever its case, is given out once among the active ones of a customer. Raises ApiError 400."""
    for other in state.table("promotion_code").oldest_first("code", code.lower()):
        shared = other["customer"] is None or customer is None or other["customer"] == customer
        if shared and other["id"] != own and promotion_code_is_active(state, other):
            raise invalid(f"An active promotion code with `code: {code}` already exists.")


def restrictions_of(given: dict[str, Any]) -> Object:
    """Restrictions as they are shown. Raises ApiError 400."""
    if ("minimum_amount" in given) != ("minimum_amount_currency" in given):
        raise invalid(
            "minimum_amount and minimum_amount_currency go together.", "restrictions[minimum_amount_currency]"
        )
    shown: Object = {
        "first_time_transaction": given.get("first_time_transaction", False),
        "minimum_amount": given.get("minimum_amount"),
        "minimum_amount_currency": given.get("minimum_amount_currency"),
    }
    if given.get("currency_options"):
        shown["currency_options"] = given["currency_options"]
    return shown


def update(call: Call) -> Object:
    """POST /v1/promotion_codes/{promotion_code}"""
    state, params = call.state, call.params
    code = state.edit(call.fetch("promotion_code", "promotion_code"))
    before = snapshot(state, code)
    if params.get("active") and not promotion_code_is_active(state, code | {"active": True}):
        raise invalid("This promotion code cannot be activated: it, or its coupon, is used up or expired.", "active")
    if params.get("active") and not code["active"]:
        check_free(state, code["code"], code["customer"], code["id"])
    code |= call.given("active")
    if "metadata" in params:
        code["metadata"] = merged(code["metadata"], params["metadata"])
    options = (params.get("restrictions") or {}).get("currency_options")
    if options:
        code["restrictions"]["currency_options"] = (code["restrictions"].get("currency_options") or {}) | options
    emit_update(state, "promotion_code.updated", before, code)
    return code


def retrieve(call: Call) -> Object:
    """GET /v1/promotion_codes/{promotion_code}"""
    return call.fetch("promotion_code", "promotion_code")


def listing(call: Call) -> Object:
    """GET /v1/promotion_codes"""
    params = call.params
    for kind in ("coupon", "customer"):
        call.find(kind, kind)

    def matches(row: Object) -> bool:
        return (
            ("active" not in params or promotion_code_is_active(call.state, row) == params["active"])
            and ("coupon" not in params or row["promotion"]["coupon"] == params["coupon"])
            and ("customer" not in params or row["customer"] == params["customer"])
        )

    if params.get("code"):
        return page(call, "promotion_code", index="code", value=params["code"].lower(), where=matches)
    return page(call, "promotion_code", where=matches)
