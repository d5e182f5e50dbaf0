"""Plans (https://docs.stripe.com/api/plans): recurring prices under their old name, to read."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.errors import no_such
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Boolean, Moments, Shape, Text
from sandbox.api.views import plan_of

LIST: Shape = PAGING | {"active": Boolean(), "created": Moments(), "product": Text()}


def retrieve(call: Call) -> Object:
    """GET /v1/plans/{plan}"""
    price = call.state.table("price").get(call.ids["plan"])
    if price is None or price["recurring"] is None:
        raise no_such("plan", call.ids["plan"], "plan", status=404)
    return plan_of(price)


def listing(call: Call) -> Object:
    """GET /v1/plans"""
    params = call.params

    def matches(row: Object) -> bool:
        return row["recurring"] is not None and all(
            row[name] == params[name] for name in ("active", "product") if name in params
        )

    shown = page(call, "price", where=matches)
    return shown | {"data": [plan_of(price) for price in shown["data"]]}
