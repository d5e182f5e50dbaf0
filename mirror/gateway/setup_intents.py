"""Calls about setup intents. https://docs.stripe.com/api/setup_intents"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.gateway.call import Call

if TYPE_CHECKING:
    from stripe.params import SetupIntentCreateParams


def create(params: SetupIntentCreateParams) -> Call:
    return Call("post", "/v1/setup_intents", params)


def of_customer(customer: str) -> Call:
    return Call("get", "/v1/setup_intents", {"customer": customer, "limit": 100})
