"""Calls about events. https://docs.stripe.com/api/events"""

from mirror.gateway.call import Call


def since(moment: int) -> Call:
    """Those made at or after a moment (whole seconds, UTC), newest first; Stripe lists 30 days."""
    return Call("get", "/v1/events", {"created": {"gte": moment}, "limit": 100})


def of_type(type: str, since: int) -> Call:
    """Those of one type made at or after a moment (whole seconds, UTC), newest first; Stripe lists 30 days."""
    return Call("get", "/v1/events", {"type": type, "created": {"gte": since}, "limit": 100})
