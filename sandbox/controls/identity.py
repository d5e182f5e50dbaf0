"""Which server this is."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.controls.desk import Desk

PRODUCT = "stripe-graphql sandbox"


def show(desk: Desk, given: dict[str, Any]) -> Object:
    """GET /sandbox"""
    return {"product": PRODUCT, "account": desk.state.account, "now": desk.state.clock.now()}
