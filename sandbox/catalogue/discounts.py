"""Discounts: a coupon put to use on a subscription, an invoice or an item.

https://docs.stripe.com/billing/subscriptions/coupons
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError, invalid, no_such
from sandbox.api.parameters import Hash, Listed, Text
from sandbox.api.views import coupon_is_valid, promotion_code_is_active
from sandbox.money import rounded, share
from sandbox.timing.periods import add
from sandbox.webhooks.events import emit

DISCOUNTS = Listed(Hash({"coupon": Text(), "discount": Text(), "promotion_code": Text()}), most=20)


def resolve(
    state: State,
    given: Sequence[dict[str, Any]],
    customer: Object,
    currency: str,
    param: str,
    kept: Sequence[str] = (),
    amount: int | None = None,
    **owner: str,
) -> list[str]:
    """The ids of the discounts that a full replacement asks for: kept ones by id, new ones made.

    Raises ApiError 400 for what cannot be redeemed; amount, if known, is held against a code's minimum.
    """
    ids = []
    for place, one in enumerate(given):
        where = f"{param}[{place}]"
        named = [name for name in ("coupon", "discount", "promotion_code") if one.get(name)]
        if len(named) != 1:
            raise invalid("You must give exactly one of coupon, discount and promotion_code.", where)
        if named[0] == "discount":
            ids.append(reused(state, one["discount"], kept, customer, f"{where}[discount]", owner))
        elif named[0] == "coupon":
            coupon = state.find("coupon", one["coupon"], f"{where}[coupon]")
            ids.append(redeem(state, coupon, None, customer, currency, f"{where}[coupon]", **owner))
        else:
            code = state.find("promotion_code", one["promotion_code"], f"{where}[promotion_code]")
            check_restrictions(state, code, customer, currency, amount, f"{where}[promotion_code]")
            coupon = state.get("coupon", code["promotion"]["coupon"])
            ids.append(redeem(state, coupon, code, customer, currency, f"{where}[promotion_code]", **owner))
    if len(set(ids)) < len(ids):
        raise invalid("The same discount cannot be applied twice.", param)
    return ids


def reused(state: State, id: str, kept: Sequence[str], customer: Object, param: str, owner: dict[str, str]) -> str:
    """A discount to keep; one from elsewhere is taken over with what is left of it."""
    if id in kept:
        return id
    found = state.table("discount").get(id)
    if found is None:
        raise no_such("discount", id, param)
    if found["customer"] not in (None, customer["id"]):
        raise invalid(f"The discount {id} belongs to another customer.", param)
    copy = found | {"id": state.new_id("discount"), "subscription": None, "invoice": None, "invoice_item": None}
    copy |= {"subscription_item": None, "customer": customer["id"], "_": {"used": False}} | owner
    state.table("discount").add(copy)
    return str(copy["id"])


def redeem(
    state: State, coupon: Object, code: Object | None, customer: Object, currency: str, param: str, **owner: str
) -> str:
    """A new discount from a coupon, counted. Raises ApiError 400 when the coupon is over or of another currency."""
    if not coupon_is_valid(state, coupon):
        over = coupon["redeem_by"] is not None and state.now() > coupon["redeem_by"]
        raise invalid(
            f"Coupon expired: {coupon['id']}" if over else f"Coupon {coupon['id']} is used up and cannot be applied.",
            param,
            "coupon_expired",
        )
    if coupon["amount_off"] is not None and amount_off(coupon, currency) is None:
        raise invalid(
            f"The coupon {coupon['id']} is in {coupon['currency']} and cannot be applied to amounts in {currency}.",
            param,
        )
    now = state.now_for(customer)
    months = coupon["duration_in_months"]
    discount: Object = {
        "id": state.new_id("discount"),
        "object": "discount",
        "checkout_session": None,
        "customer": customer["id"],
        "customer_account": None,
        "end": add(now, "month", months) if months else None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": code["id"] if code else None,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": now,
        "subscription": None,
        "subscription_item": None,
        "_": {"used": False},
    } | owner
    state.table("discount").add(discount)
    state.edit(coupon)["times_redeemed"] += 1
    if code:
        state.edit(code)["times_redeemed"] += 1
    emit(state, "customer.discount.created", discount)
    return str(discount["id"])


def check_restrictions(
    state: State, code: Object, customer: Object, currency: str, amount: int | None, param: str
) -> None:
    """Whether a customer may use a promotion code. Raises ApiError 400."""
    if code["max_redemptions"] is not None and code["times_redeemed"] >= code["max_redemptions"]:
        raise refused("it has been used the maximum number of times", param)
    if code["expires_at"] is not None and state.now() > code["expires_at"]:
        raise refused("it is expired", param)
    if not promotion_code_is_active(state, code):
        raise refused("it, or its coupon, is not active", param)
    if code["customer"] not in (None, customer["id"]):
        raise refused("it is restricted to another customer", param)
    restrictions = code["restrictions"]
    if restrictions["first_time_transaction"] and has_paid(state, customer):
        raise refused("the associated customer has prior transactions", param)
    least = restrictions["minimum_amount"]
    options = (restrictions.get("currency_options") or {}).get(currency)
    if options:
        least = options["minimum_amount"]
    elif least is not None and restrictions["minimum_amount_currency"] != currency:
        raise refused(f"it has no minimum amount in {currency}", param)
    if least is not None and amount is not None and amount < least:
        raise refused("the associated purchase does not meet the minimum amount requirement", param)


def refused(why: str, param: str) -> ApiError:
    """A promotion code that cannot be used here."""
    return invalid(f"This promotion code cannot be redeemed because {why}.", param)


def has_paid(state: State, customer: Object) -> bool:
    """Whether the customer has a successful payment or an invoice that was paid."""
    charges = state.table("charge").newest_first("customer", customer["id"])
    invoices = state.table("invoice").newest_first("customer", customer["id"])
    return any(charge["paid"] for charge in charges) or any(one["amount_paid"] for one in invoices)


def drop(state: State, id: str) -> None:
    """Ends a discount that was taken off."""
    discount = state.get("discount", id)
    emit(state, "customer.discount.deleted", discount)


def amount_off(coupon: Object, currency: str) -> int | None:
    """How much a coupon takes off in a currency."""
    if coupon["currency"] == currency:
        amount: int = coupon["amount_off"]
        return amount
    option = (coupon["_"].get("currency_options") or {}).get(currency)
    return option["amount_off"] if option else None


def reductions(
    state: State, discount: Object, currency: str, amounts: Sequence[int], products: Sequence[str]
) -> list[int]:
    """What a discount takes off each of several amounts, never more than they are."""
    coupon = state.get("coupon", discount["source"]["coupon"])
    eligible = coupon["_"].get("applies_to")
    open_amounts = [
        max(amount, 0) if eligible is None or product in eligible["products"] else 0
        for amount, product in zip(amounts, products, strict=True)
    ]
    whole = sum(open_amounts)
    if coupon["percent_off"] is not None:
        off = rounded(whole * Decimal(str(coupon["percent_off"])) / 100)
    else:
        off = min(whole, amount_off(coupon, currency) or 0)
    return share(off, open_amounts)


def applies(state: State, discount: Object, moment: int) -> bool:
    """Whether a discount counts for an invoice made at a moment."""
    coupon = state.get("coupon", discount["source"]["coupon"])
    if coupon["duration"] == "once" and discount["_"]["used"]:
        return False
    return discount["end"] is None or moment < discount["end"]
