"""The account's balance (https://docs.stripe.com/api/balance): what its transactions come to."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.views import view


def retrieve(call: Call) -> Object:
    """GET /v1/balance: net of fees, by currency; payouts are not built, so nothing leaves."""
    sums: dict[str, dict[str, int]] = {"available": {"usd": 0}, "pending": {"usd": 0}}
    for row in call.state.table("balance_transaction").rows.values():
        shown = view(call.state, row)
        for amounts in sums.values():
            amounts.setdefault(shown["currency"], 0)
        sums[shown["status"]][shown["currency"]] += shown["net"]
    return {"object": "balance", "livemode": False} | {
        status: [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in sorted(amounts.items())
        ]
        for status, amounts in sums.items()
    }
