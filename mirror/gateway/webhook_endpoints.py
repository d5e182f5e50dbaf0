"""Calls about webhook endpoints. https://docs.stripe.com/api/webhook_endpoints"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.gateway.call import Call, segment

if TYPE_CHECKING:
    from stripe.params import WebhookEndpointCreateParams, WebhookEndpointUpdateParams


def create(params: WebhookEndpointCreateParams) -> Call:
    """The only answer that holds the signing secret."""
    return Call("post", "/v1/webhook_endpoints", params)


def update(endpoint: str, params: WebhookEndpointUpdateParams) -> Call:
    """An endpoint's API version cannot be changed."""
    return Call("post", f"/v1/webhook_endpoints/{segment(endpoint)}", params)


def listing() -> Call:
    return Call("get", "/v1/webhook_endpoints", {"limit": 100})
