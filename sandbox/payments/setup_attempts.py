"""Setup attempts (https://docs.stripe.com/api/setup_attempts): every confirmation of a setup intent leaves one."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Moments, Shape, Text

LIST: Shape = PAGING | {"created": Moments(), "setup_intent": Text(required=True)}


def listing(call: Call) -> Object:
    """GET /v1/setup_attempts"""
    intent = call.state.find("setup_intent", call.params["setup_intent"], "setup_intent")
    return page(call, "setup_attempt", index="setup_intent", value=intent["id"])
