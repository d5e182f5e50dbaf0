"""Coupons, the codes that stand for them, and the discounts that they gave."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import strawberry

from db import tables
from resolvers.reading.tenancy import hidden
from schema.field import column, mirrored, money, path, reference
from schema.money import Money
from schema.node import Node


@strawberry.enum(description="How long a coupon counts once it is given.")
class CouponDuration(StrEnum):
    ONCE = "ONCE"
    REPEATING = "REPEATING"
    FOREVER = "FOREVER"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.type(description="An offer to pay less.")
class Coupon(Node):
    __mirrored__ = mirrored(tables.Coupon, hidden, keeps_deleted=True)

    name: str | None = column("name", "What customers see on their invoices.")
    percent_off: Decimal | None = path("percent_off", description="How much less, in percent.")
    amount_off: Money | None = money("amount_off", "How much less, as an amount.")
    duration: CouponDuration = path("duration", description="How long it counts once it is given.")
    duration_in_months: int | None = path("duration_in_months", description="For how many months it repeats.")
    valid: bool = column("valid", "Whether it can still be given.")
    deleted: bool = column("deleted", "Whether it was deleted at Stripe; discounts that it gave go on.")
    redeem_by: datetime | None = path("redeem_by", description="The last moment at which it can be given.")
    max_redemptions: int | None = path("max_redemptions", description="How often it can be given in all.")
    times_redeemed: int = path("times_redeemed", description="How often it was given.")


@strawberry.type(description="A code that people type in to get a coupon.")
class PromotionCode:
    __mirrored__ = mirrored(tables.PromotionCode, hidden)

    id: strawberry.ID = column("id", "Stripe's own id.")
    code: str = column("code", "What people type.")


@strawberry.type(description="A coupon that a customer, a subscription or an invoice has.")
class Discount:
    __mirrored__ = mirrored(tables.Discount, hidden)

    id: strawberry.ID = column("id", "Stripe's own id.")
    coupon: Coupon | None = reference("coupon", "What it takes off.")
    promotion_code: PromotionCode | None = reference("promotion_code", "The code that gave it, if one did.")
    start: datetime = column("start", "Since when it counts.")
    end: datetime | None = column("end", "Until when it counts; null if it does not end by itself.")
