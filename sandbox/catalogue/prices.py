"""Prices (https://docs.stripe.com/api/prices)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page
from sandbox.api.search import search
from sandbox.api.views import snapshot
from sandbox.catalogue.price_currencies import custom_of, options_of
from sandbox.catalogue.price_data import new_price, new_product, recurring_of, unit_of
from sandbox.catalogue.price_parameters import SEARCH
from sandbox.catalogue.price_tiers import tiers_of
from sandbox.catalogue.tax_codes import tax_fields
from sandbox.webhooks.events import emit_update


def create(call: Call) -> Object:
    """POST /v1/prices"""
    state, params = call.state, call.params
    recurring = params.get("recurring")
    if recurring and recurring.get("usage_type") == "metered":
        raise invalid(
            "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.",
            "recurring[usage_type]",
        )
    fields: dict[str, Any] = call.given("active", "nickname", "tax_behavior", "transform_quantity")
    fields["recurring"] = recurring_of(recurring) if recurring else None
    fields["metadata"] = merged({}, params.get("metadata"))
    if params.get("billing_scheme") == "tiered":
        fields |= tiered(params)
        unit = None
    else:
        for name in ("tiers", "tiers_mode"):
            if name in params:
                raise invalid(f"{name} is only for billing_scheme=tiered.", name)
        unit, custom = unit_of(params), custom_of(params.get("custom_unit_amount"))
        fields["custom_unit_amount"] = custom
        if custom is not None and unit is not None:
            raise invalid(
                "You may only specify one of these parameters: unit_amount, custom_unit_amount.", "custom_unit_amount"
            )
        if custom is not None and recurring:
            raise invalid("custom_unit_amount is only for one-time prices.", "custom_unit_amount")
        if unit is None and custom is None:
            raise invalid(
                "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
                "unit_amount",
                "parameter_missing",
            )
    product = product_for(call)
    fields["lookup_key"] = claimed_key(
        state, params.get("lookup_key"), None, transfer=params.get("transfer_lookup_key")
    )
    price = new_price(state, product, params["currency"], unit, **fields)
    if params.get("currency_options"):
        price["_"]["currency_options"] = options_of(params["currency_options"], price)
    return price


def product_for(call: Call) -> Object:
    """The product that a new price is for, made along the way if so asked."""
    params = call.params
    if "product" in params and "product_data" in params:
        raise invalid("You may only specify one of these parameters: product, product_data.", "product")
    if "product" not in params and "product_data" not in params:
        raise invalid("You must specify either `product` or `product_data` when creating a price.", "product")
    found = call.find("product", "product")
    if found is not None:
        return found
    data = dict(params["product_data"])
    name, metadata = data.pop("name"), merged({}, data.pop("metadata", {}))
    if data.get("id") in call.state.table("product").rows:
        raise invalid(f"Product already exists with id {data['id']}.", "product_data[id]", "resource_already_exists")
    return new_product(call.state, name, metadata=metadata, **data | tax_fields(data))


def tiered(params: dict[str, Any]) -> dict[str, Any]:
    """The fields of a tiered price. Raises ApiError 400."""
    tiers = params.get("tiers") or []
    if not tiers or not params.get("tiers_mode"):
        raise invalid(
            "A tiered price needs tiers and tiers_mode.", "tiers" if not tiers else "tiers_mode", "parameter_missing"
        )
    for name in ("custom_unit_amount", "transform_quantity", "unit_amount", "unit_amount_decimal"):
        if params.get(name) is not None:
            raise invalid(f"A tiered price takes its amounts from its tiers: it has no {name}.", name)
    if not params.get("recurring"):
        raise invalid("Prices with `type=one_time` are not supported with tiered billing.", "interval")
    return {"billing_scheme": "tiered", "tiers_mode": params["tiers_mode"], "_": {"tiers": tiers_of(tiers)}}


def claimed_key(state: State, key: str | None, own: str | None, *, transfer: bool | None) -> str | None:
    """A lookup key for a price; another price that has it must let go of it first, or is made to."""
    if key is None:
        return None
    for holder in state.table("price").oldest_first("lookup_key", key):
        if holder["id"] == own:
            continue
        if not transfer:
            raise invalid(f"A price (`{holder['id']}`) already uses that lookup key.", "lookup_key")
        before = snapshot(state, holder)
        state.edit(holder)["lookup_key"] = None
        state.table("price").reindex(holder["id"])
        emit_update(state, "price.updated", before, holder)
    return key


def update(call: Call) -> Object:
    """POST /v1/prices/{price}: amounts never change."""
    state, params = call.state, call.params
    price = state.edit(call.fetch("price", "price"))
    before = snapshot(state, price)
    if "lookup_key" in params:
        price["lookup_key"] = claimed_key(
            state, params["lookup_key"], price["id"], transfer=params.get("transfer_lookup_key")
        )
        state.table("price").reindex(price["id"])
    if "tax_behavior" in params and price["tax_behavior"] not in ("unspecified", params["tax_behavior"]):
        raise invalid("The tax_behavior of a price cannot be changed once it is set.", "tax_behavior")
    if params.get("active") is False and state.get("product", price["product"])["default_price"] == price["id"]:
        raise invalid("This price cannot be archived because it is the default price of its product.", "active")
    if params.get("currency_options"):
        price["_"]["currency_options"] = (price["_"].get("currency_options") or {}) | options_of(
            params["currency_options"], price
        )
    price |= call.given("active", "nickname", "tax_behavior")
    if "metadata" in params:
        price["metadata"] = merged(price["metadata"], params["metadata"])
    emit_update(state, "price.updated", before, price)
    return price


def retrieve(call: Call) -> Object:
    """GET /v1/prices/{price}"""
    return call.fetch("price", "price")


def listing(call: Call) -> Object:
    """GET /v1/prices"""
    params = call.params

    def matches(row: Object) -> bool:
        if any(row[name] != params[name] for name in ("active", "currency", "type") if name in params):
            return False
        if "lookup_keys" in params and row["lookup_key"] not in params["lookup_keys"]:
            return False
        recurring = params.get("recurring") or {}
        return all(row["recurring"] and row["recurring"][name] == value for name, value in recurring.items())

    if call.find("product", "product") is not None:
        return page(call, "price", index="product", value=params["product"], where=matches)
    return page(call, "price", where=matches)


def find(call: Call) -> Object:
    """GET /v1/prices/search"""
    return search(call, "price", SEARCH)
