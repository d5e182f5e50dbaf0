"""Products (https://docs.stripe.com/api/products)."""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page
from sandbox.api.parameters import (
    PAGING,
    Boolean,
    Choice,
    Hash,
    Integer,
    Kind,
    Listed,
    Metadata,
    Moments,
    Number,
    Shape,
    Text,
)
from sandbox.api.search import Fields, search
from sandbox.api.views import snapshot
from sandbox.catalogue.price_currencies import CUSTOM, OPTIONS, custom_of, options_of
from sandbox.catalogue.price_data import INTERVAL, ONE_TIME, new_price, new_product, recurring_of, unit_of
from sandbox.catalogue.tax_codes import TAX_CODE, TAX_DETAILS, tax_fields
from sandbox.webhooks.events import emit, emit_update

SIDE = Number(required=True, low=Decimal(0))
PACKAGE = Hash(dict.fromkeys(("height", "length", "weight", "width"), SIDE), unsets=True)
FEATURES = Listed(Hash({"name": Text(required=True, limit=80)}), most=15)
WRITE: dict[str, Kind] = {
    "active": Boolean(),
    "description": Text(limit=40_000),
    "images": Listed(Text(required=True), most=8),
    "marketing_features": FEATURES,
    "metadata": Metadata(),
    "name": Text(),
    "package_dimensions": PACKAGE,
    "shippable": Boolean(),
    "statement_descriptor": Text(limit=22),
    "tax_code": TAX_CODE,
    "tax_details": TAX_DETAILS,
    "unit_label": Text(limit=12),
    "url": Text(),
}
CREATE: Shape = WRITE | {
    "name": Text(required=True),
    "id": Text(),
    "type": Choice(("good", "service")),
    "default_price_data": Hash(
        {name: kind for name, kind in ONE_TIME.items() if name != "product"}
        | {
            "currency_options": OPTIONS,
            "custom_unit_amount": CUSTOM,
            "metadata": Metadata(),
            "recurring": Hash({"interval": INTERVAL, "interval_count": Integer(low=1)}),
        }
    ),
}
UPDATE: Shape = WRITE | {"default_price": Text()}
LIST: Shape = PAGING | {
    "active": Boolean(),
    "created": Moments(),
    "ids": Listed(Text(required=True)),
    "shippable": Boolean(),
    "type": Choice(("good", "service")),
    "url": Text(),
}
SEARCH = Fields(
    text={"active": "active", "description": "description", "name": "name", "shippable": "shippable", "url": "url"}
)
PLAIN = (
    "active", "description", "images", "marketing_features", "name", "package_dimensions", "shippable",
    "statement_descriptor", "unit_label", "url",
)  # fmt: skip


def create(call: Call) -> Object:
    """POST /v1/products"""
    state, params = call.state, call.params
    if params.get("id") in state.table("product").rows:
        raise invalid(f"Product already exists with id {params['id']}.", "id", "resource_already_exists")
    fields = plain(call) | tax_fields(params)
    name = fields.pop("name")
    for optional in ("id", "type"):
        if params.get(optional):
            fields[optional] = params[optional]
    product = new_product(state, name, **fields, metadata=merged({}, params.get("metadata")))
    data = params.get("default_price_data")
    if data:
        before = snapshot(state, product)
        product["default_price"] = default_price(state, product, data)["id"]
        emit_update(state, "product.updated", before, product)
    return product


def plain(call: Call) -> dict[str, Any]:
    """The fields that are kept as they were given."""
    fields = call.given(*PLAIN)
    if fields.get("package_dimensions"):
        fields["package_dimensions"] = {name: float(side) for name, side in fields["package_dimensions"].items()}
    return fields


def default_price(state: State, product: Object, data: dict[str, Any]) -> Object:
    """The price that is made with a product. Raises ApiError 400."""
    unit = unit_of(data, "default_price_data")
    custom = custom_of(data.get("custom_unit_amount"), "default_price_data[custom_unit_amount]")
    if (unit is None) == (custom is None):
        raise invalid(
            "Missing required param: default_price_data[unit_amount].",
            "default_price_data[unit_amount]",
            "parameter_missing",
        )
    price = new_price(
        state,
        product,
        data["currency"],
        unit,
        custom_unit_amount=custom,
        recurring=recurring_of(data["recurring"]) if data.get("recurring") else None,
        metadata=merged({}, data.get("metadata")),
        tax_behavior=data.get("tax_behavior") or "unspecified",
    )
    if data.get("currency_options"):
        price["_"]["currency_options"] = options_of(data["currency_options"], price)
    return price


def update(call: Call) -> Object:
    """POST /v1/products/{id}"""
    state, params = call.state, call.params
    product = state.edit(call.fetch("product", "id"))
    before = snapshot(state, product)
    if "name" in params and params["name"] is None:
        raise invalid("You cannot unset the name of a product.", "name", "parameter_invalid_empty")
    product |= plain(call) | tax_fields(params, product)
    if "metadata" in params:
        product["metadata"] = merged(product["metadata"], params["metadata"])
    if "default_price" in params:
        price = call.find("price", "default_price")
        if price is not None and price["product"] != product["id"]:
            raise invalid(f"The price {price['id']} belongs to another product.", "default_price")
        product["default_price"] = price["id"] if price else None
    if before != snapshot(state, product):
        product["updated"] = state.clock.now()
        emit_update(state, "product.updated", before, product)
    return product


def retrieve(call: Call) -> Object:
    """GET /v1/products/{id}"""
    return call.fetch("product", "id")


def delete(call: Call) -> Object:
    """DELETE /v1/products/{id}: not while it has prices."""
    product = call.fetch("product", "id")
    if call.state.table("price").keys("product", product["id"]):
        raise invalid("This product cannot be deleted because it has one or more user-created prices.")
    emit(call.state, "product.deleted", product)
    call.state.table("product").remove(product["id"])
    return {"id": product["id"], "object": "product", "deleted": True}


def listing(call: Call) -> Object:
    """GET /v1/products"""
    params = call.params

    def matches(row: Object) -> bool:
        return all(row[name] == params[name] for name in ("active", "shippable", "type", "url") if name in params) and (
            "ids" not in params or row["id"] in params["ids"]
        )

    return page(call, "product", where=matches)


def find(call: Call) -> Object:
    """GET /v1/products/search"""
    return search(call, "product", SEARCH)
