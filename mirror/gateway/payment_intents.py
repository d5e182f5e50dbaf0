"""Calls about payment intents. https://docs.stripe.com/api/payment_intents"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.gateway.call import Call

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams


def create(params: PaymentIntentCreateParams) -> Call:
    return Call("post", "/v1/payment_intents", params)


def of_customer(customer: str) -> Call:
    return Call("get", "/v1/payment_intents", {"customer": customer, "limit": 100})
