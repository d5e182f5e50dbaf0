"""Balance transactions (https://docs.stripe.com/api/balance_transactions)."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Currency, Moments, Shape, Text, unsupported_names

LIST: Shape = (
    PAGING
    | unsupported_names("payout")
    | {
        "created": Moments(),
        "currency": Currency(),
        "source": Text(),
        "type": Text(),
    }
)


def retrieve(call: Call) -> Object:
    """GET /v1/balance_transactions/{id}"""
    return call.fetch("balance_transaction", "id")


def listing(call: Call) -> Object:
    """GET /v1/balance_transactions"""
    params = call.params

    def matches(row: Object) -> bool:
        return all(row[name] == params[name] for name in ("currency", "type") if name in params)

    if params.get("source"):
        return page(call, "balance_transaction", index="source", value=params["source"], where=matches)
    return page(call, "balance_transaction", where=matches)
