"""What customers are entitled to (https://docs.stripe.com/api/entitlements/active-entitlement), to read."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Shape, Text

LIST: Shape = PAGING | {"customer": Text(required=True)}


def retrieve(call: Call) -> Object:
    """GET /v1/entitlements/active_entitlements/{id}"""
    return call.fetch("entitlements.active_entitlement", "id")


def listing(call: Call) -> Object:
    """GET /v1/entitlements/active_entitlements"""
    customer = call.state.find("customer", call.params["customer"], "customer")
    return page(call, "entitlements.active_entitlement", index="customer", value=customer["id"])
