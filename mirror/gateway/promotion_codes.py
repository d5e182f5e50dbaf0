"""Calls about promotion codes. https://docs.stripe.com/api/promotion_codes"""

from mirror.gateway.call import Call


def active(code: str) -> Call:
    """The active promotion codes that read so, with their coupons."""
    params = {"code": code, "active": True, "limit": 100, "expand": ["data.promotion.coupon"]}
    return Call("get", "/v1/promotion_codes", params)
