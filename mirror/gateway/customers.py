"""Calls about customers. https://docs.stripe.com/api/customers"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.gateway.call import Call, segment

if TYPE_CHECKING:
    from stripe.params import CustomerCreateParams, CustomerUpdateParams


def create(params: CustomerCreateParams) -> Call:
    return Call("post", "/v1/customers", params)


def update(customer: str, params: CustomerUpdateParams) -> Call:
    return Call("post", f"/v1/customers/{segment(customer)}", params)


def delete(customer: str) -> Call:
    return Call("delete", f"/v1/customers/{segment(customer)}")


def with_metadata(key: str, value: str) -> Call:
    """Customers whose metadata holds the value. Search lags: what was made in the last minute may be missing."""
    return Call("get", "/v1/customers/search", {"query": metadata_query(key, value), "limit": 100})


def metadata_query(key: str, value: str) -> str:
    """Stripe's search language for an exact value of a metadata key. https://docs.stripe.com/search"""
    return f"metadata[{_quoted(key)}]:{_quoted(value)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
