"""Calls about payment methods. https://docs.stripe.com/api/payment_methods"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.gateway.call import Call, segment

if TYPE_CHECKING:
    from stripe.params import PaymentMethodAttachParams


def attach(payment_method: str, params: PaymentMethodAttachParams) -> Call:
    return Call("post", f"/v1/payment_methods/{segment(payment_method)}/attach", params)


def of_customer(customer: str) -> Call:
    return Call("get", f"/v1/customers/{segment(customer)}/payment_methods", {"limit": 100})
