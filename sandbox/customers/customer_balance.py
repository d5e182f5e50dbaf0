"""What a customer owes (positive) or is owed (negative), and its ledger.

https://docs.stripe.com/api/customer_balance_transactions
"""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid, no_such
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Currency, Integer, Metadata, Moments, Shape, Text
from sandbox.api.views import snapshot
from sandbox.webhooks.events import emit_update

CREATE: Shape = {
    "amount": Integer(required=True),
    "currency": Currency(required=True),
    "description": Text(limit=350),
    "metadata": Metadata(),
}
LIST: Shape = PAGING | {"created": Moments(), "invoice": Text()}
UPDATE: Shape = {"description": Text(limit=350), "metadata": Metadata()}


def adjust(state: State, customer: Object, amount: int, type: str, **fields: str | None) -> Object | None:
    """Changes the balance and writes it into the ledger; the caller tells about the customer."""
    if not amount:
        return None
    customer["balance"] += amount
    if customer["currency"] is None:
        customer["currency"] = fields.get("currency") or "usd"
    return state.table("customer_balance_transaction").add(
        {
            "id": state.new_id("customer_balance_transaction"),
            "object": "customer_balance_transaction",
            "amount": amount,
            "checkout_session": None,
            "created": state.now_for(customer),
            "credit_note": fields.get("credit_note"),
            "currency": fields.get("currency") or customer["currency"],
            "customer": customer["id"],
            "customer_account": None,
            "description": fields.get("description"),
            "ending_balance": customer["balance"],
            "invoice": fields.get("invoice"),
            "livemode": False,
            "metadata": {},
            "type": type,
        }
    )


def create(call: Call) -> Object:
    """POST /v1/customers/{customer}/balance_transactions"""
    state, params = call.state, call.params
    customer = state.edit(call.fetch("customer", "customer"))
    if not params["amount"]:
        raise invalid("The amount must not be zero.", "amount", "parameter_invalid_integer")
    if customer["currency"] not in (None, params["currency"]):
        raise invalid(
            f"The customer's currency is {customer['currency']}; a balance transaction must be in it.", "currency"
        )
    before = snapshot(state, customer)
    customer["currency"] = params["currency"]
    description = params.get("description")
    entry = adjust(state, customer, params["amount"], "adjustment", description=description)
    if entry is None:
        raise AssertionError("the amount is not zero")
    entry["metadata"] = merged({}, params.get("metadata"))
    emit_update(state, "customer.updated", before, customer)
    return entry


def entry_of(call: Call) -> Object:
    """The ledger entry that the path names."""
    customer = call.fetch("customer", "customer")
    entry = call.fetch("customer_balance_transaction", "transaction")
    if entry["customer"] != customer["id"]:
        raise no_such("customer_balance_transaction", entry["id"], "transaction", status=404)
    return entry


def retrieve(call: Call) -> Object:
    """GET /v1/customers/{customer}/balance_transactions/{transaction}"""
    return entry_of(call)


def update(call: Call) -> Object:
    """POST /v1/customers/{customer}/balance_transactions/{transaction}"""
    entry = call.state.edit(entry_of(call))
    entry |= call.given("description")
    if "metadata" in call.params:
        entry["metadata"] = merged(entry["metadata"], call.params["metadata"])
    return entry


def listing(call: Call) -> Object:
    """GET /v1/customers/{customer}/balance_transactions"""
    customer = call.fetch("customer", "customer")
    invoice = call.params.get("invoice")
    return page(
        call,
        "customer_balance_transaction",
        index="customer",
        value=customer["id"],
        where=lambda row: invoice in (None, row["invoice"]),
    )
