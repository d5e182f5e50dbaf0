"""Tax ids of customers and of the account itself (https://docs.stripe.com/api/tax_ids)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import missing, no_such, unsupported
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Choice, Hash, Listed, Shape, Text, unsupported_names
from sandbox.customers.tax_id_types import TYPES, check
from sandbox.webhooks.events import emit

CREATE: Shape = {"type": Choice(TYPES, required=True), "value": Text(required=True)}
TAX_ID_DATA = Listed(Hash(CREATE), most=5)
OWNER = Hash(
    unsupported_names("account customer_account")
    | {"customer": Text(), "type": Choice(("account", "application", "customer", "self"), required=True)}
)
CREATE_OWNED: Shape = CREATE | {"owner": OWNER}
LIST: Shape = PAGING | {"owner": OWNER}


def add_tax_id(state: State, customer: Object | None, data: dict[str, Any]) -> Object:
    """Puts a tax id on a customer, or on the account. Raises ApiError 400 tax_id_invalid."""
    check(data["type"], data["value"], "value")
    owner: Object = {"customer_account": None, "type": "self"}
    if customer is not None:
        owner |= {"customer": customer["id"], "type": "customer"}
    tax_id: Object = {
        "id": state.new_id("tax_id"),
        "object": "tax_id",
        "country": data["type"][:2].upper() if data["type"] != "eu_vat" else data["value"][:2].upper(),
        "created": state.now_for(customer) if customer else state.now(),
        "customer": customer["id"] if customer else None,
        "customer_account": None,
        "livemode": False,
        "owner": owner,
        "type": data["type"],
        "value": data["value"],
        "verification": {"status": "unavailable", "verified_address": None, "verified_name": None},
    }
    state.table("tax_id").add(tax_id)
    if customer is not None:
        emit(state, "customer.tax_id.created", tax_id)
    return tax_id


def create(call: Call) -> Object:
    """POST /v1/customers/{customer}/tax_ids"""
    return add_tax_id(call.state, call.fetch("customer", "customer"), call.params)


def owner_of(call: Call) -> Object | None:
    """The customer that owns, None for the account itself. Raises ApiError 400, and 501 for other accounts."""
    owner = call.params.get("owner") or {"type": "self"}
    if owner["type"] in ("account", "application"):
        raise unsupported("tax ids of other accounts", "owner[type]")
    if owner["type"] == "self":
        return None
    if not owner.get("customer"):
        raise missing("owner[customer]")
    return call.state.find("customer", owner["customer"], "owner[customer]")


def create_owned(call: Call) -> Object:
    """POST /v1/tax_ids: the account's own unless another owner is given."""
    return add_tax_id(call.state, owner_of(call), call.params)


def retrieve_owned(call: Call) -> Object:
    """GET /v1/tax_ids/{id}"""
    return call.fetch("tax_id", "id")


def delete_owned(call: Call) -> Object:
    """DELETE /v1/tax_ids/{id}"""
    return removed(call, call.fetch("tax_id", "id"))


def list_owned(call: Call) -> Object:
    """GET /v1/tax_ids: of one owner, the account unless another is given."""
    customer = owner_of(call)
    if customer is not None:
        return page(call, "tax_id", index="customer", value=customer["id"])
    return page(call, "tax_id", where=lambda row: row["customer"] is None)


def tax_id_of(call: Call) -> Object:
    """The tax id that the path names."""
    customer, tax_id = call.fetch("customer", "customer"), call.fetch("tax_id", "id")
    if tax_id["customer"] != customer["id"]:
        raise no_such("tax_id", tax_id["id"], "id", status=404)
    return tax_id


def retrieve(call: Call) -> Object:
    """GET /v1/customers/{customer}/tax_ids/{id}"""
    return tax_id_of(call)


def delete(call: Call) -> Object:
    """DELETE /v1/customers/{customer}/tax_ids/{id}"""
    return removed(call, tax_id_of(call))


def removed(call: Call, tax_id: Object) -> Object:
    """What is answered once a tax id is gone."""
    if tax_id["customer"] is not None:
        emit(call.state, "customer.tax_id.deleted", tax_id)
    call.state.table("tax_id").remove(tax_id["id"])
    return {"id": tax_id["id"], "object": "tax_id", "deleted": True}


def listing(call: Call) -> Object:
    """GET /v1/customers/{customer}/tax_ids"""
    return page(call, "tax_id", index="customer", value=call.fetch("customer", "customer")["id"])
