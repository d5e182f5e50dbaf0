"""The one account (https://docs.stripe.com/api/accounts)."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call


def retrieve(call: Call) -> Object:
    """GET /v1/account"""
    state = call.state
    return {
        "id": state.account,
        "object": "account",
        "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "US",
        "created": state.began,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "owner@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }
