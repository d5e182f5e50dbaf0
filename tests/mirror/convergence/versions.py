"""Events of another API version."""

import random

from tests.sandbox.client import Object

NAMES = ("id", "object", "deleted", "customer", "invoice")


def as_of_old(event: Object) -> Object:
    """As an endpoint of another API version gets the event: its object reads differently, a little or in nearly all."""
    told = event["data"]["object"]
    if random.Random(event["id"]).random() < 0.5:
        told = {name: value for name, value in told.items() if name in NAMES}
    return {**event, "api_version": "2020-08-27", "data": {"object": {**told, "written": "as it was then"}}}
