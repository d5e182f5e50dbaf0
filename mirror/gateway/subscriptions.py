"""Calls about subscriptions. https://docs.stripe.com/api/subscriptions"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.gateway.call import Call, segment

if TYPE_CHECKING:
    from stripe.params import SubscriptionCancelParams, SubscriptionCreateParams, SubscriptionUpdateParams


def create(params: SubscriptionCreateParams) -> Call:
    return Call("post", "/v1/subscriptions", params)


def update(subscription: str, params: SubscriptionUpdateParams) -> Call:
    return Call("post", f"/v1/subscriptions/{segment(subscription)}", params)


def cancel(subscription: str, params: SubscriptionCancelParams) -> Call:
    return Call("delete", f"/v1/subscriptions/{segment(subscription)}", params)


def of_customer(customer: str) -> Call:
    """All of them, ended ones too, newest first."""
    params = {"customer": customer, "status": "all", "limit": 100, "expand": ["data.discounts.source.coupon"]}
    return Call("get", "/v1/subscriptions", params)


def items(subscription: str) -> Call:
    return Call("get", "/v1/subscription_items", {"subscription": subscription, "limit": 100})
