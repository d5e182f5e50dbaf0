"""Where something is sent: on payment intents and charges (https://docs.stripe.com/api/charges/object)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.api.parameters import Hash, Text

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
OTHER = ("carrier", "name", "phone", "tracking_number")
SHIPPING = Hash(
    {
        "address": Hash({name: Text() for name in ADDRESS}, required=True),
        "carrier": Text(),
        "name": Text(required=True),
        "phone": Text(),
        "tracking_number": Text(),
    },
    unsets=True,
)


def shipping_given(params: dict[str, Any]) -> Object:
    """`{"shipping": …}` with every key that it has, where a request gives it."""
    if "shipping" not in params:
        return {}
    given = params["shipping"]
    if given is None:
        return {"shipping": None}
    address = {name: given["address"].get(name) for name in ADDRESS}
    return {"shipping": {"address": address} | {name: given.get(name) for name in OTHER}}
