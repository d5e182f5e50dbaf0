"""Tax ids of customers (https://docs.stripe.com/api/customer_tax_ids)."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import no_such
from sandbox.api.lists import page
from sandbox.api.parameters import Hash, Listed, Shape, Text
from sandbox.webhooks.events import emit

CREATE: Shape = {"type": Text(required=True), "value": Text(required=True)}
TAX_ID_DATA = Listed(Hash(CREATE), most=5)


def add_tax_id(state: State, customer: Object, data: dict[str, str]) -> Object:
    """Puts a tax id on a customer."""
    tax_id: Object = {
        "id": state.new_id("tax_id"),
        "object": "tax_id",
        "country": data["type"][:2].upper() if data["type"] != "eu_vat" else data["value"][:2].upper(),
        "created": state.now_for(customer),
        "customer": customer["id"],
        "customer_account": None,
        "livemode": False,
        "owner": {"customer": customer["id"], "type": "customer"},
        "type": data["type"],
        "value": data["value"],
        "verification": {"status": "unavailable", "verified_address": None, "verified_name": None},
    }
    state.table("tax_id").add(tax_id)
    emit(state, "customer.tax_id.created", tax_id)
    return tax_id


def create(call: Call) -> Object:
    """POST /v1/customers/{customer}/tax_ids"""
    return add_tax_id(call.state, call.fetch("customer", "customer"), call.params)


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
    tax_id = tax_id_of(call)
    emit(call.state, "customer.tax_id.deleted", tax_id)
    call.state.table("tax_id").remove(tax_id["id"])
    return {"id": tax_id["id"], "object": "tax_id", "deleted": True}


def listing(call: Call) -> Object:
    """GET /v1/customers/{customer}/tax_ids"""
    return page(call, "tax_id", index="customer", value=call.fetch("customer", "customer")["id"])
