"""Calls about invoice items. https://docs.stripe.com/api/invoiceitems"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.gateway.call import Call

if TYPE_CHECKING:
    from stripe.params import InvoiceItemCreateParams


def create(params: InvoiceItemCreateParams) -> Call:
    return Call("post", "/v1/invoiceitems", params)


def pending(customer: str) -> Call:
    return Call("get", "/v1/invoiceitems", {"customer": customer, "pending": True, "limit": 100})
