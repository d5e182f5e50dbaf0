"""Prices (https://docs.stripe.com/api/prices)."""

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
    Currency,
    Either,
    Hash,
    Integer,
    Listed,
    Metadata,
    Moments,
    Number,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.api.search import Fields, search
from sandbox.api.views import snapshot
from sandbox.catalogue.price_data import INTERVAL, TAX_BEHAVIOR, new_price, new_product, recurring_of, unit_of
from sandbox.money import decimal_string
from sandbox.webhooks.events import emit_update

UNIT = Integer(low=0, high=99_999_999)
UNIT_DECIMAL = Number(low=Decimal(0), high=Decimal(99_999_999))
TIERS = Listed(
    Hash(
        {
            "flat_amount": UNIT,
            "flat_amount_decimal": UNIT_DECIMAL,
            "unit_amount": UNIT,
            "unit_amount_decimal": UNIT_DECIMAL,
            "up_to": Either(("inf",), Integer(low=1), required=True),
        }
    )
)
CREATE: Shape = unsupported_names("currency_options custom_unit_amount") | {
    "active": Boolean(),
    "billing_scheme": Choice(("per_unit", "tiered")),
    "currency": Currency(required=True),
    "lookup_key": Text(limit=200),
    "metadata": Metadata(),
    "nickname": Text(),
    "product": Text(),
    "product_data": Hash(
        unsupported_names("tax_code tax_details")
        | {
            "active": Boolean(),
            "id": Text(),
            "metadata": Metadata(),
            "name": Text(required=True),
            "statement_descriptor": Text(limit=22),
            "unit_label": Text(limit=12),
        }
    ),
    "recurring": Hash(
        unsupported_names("meter")
        | {
            "interval": INTERVAL,
            "interval_count": Integer(low=1),
            "trial_period_days": Integer(low=1, high=730),
            "usage_type": Choice(("licensed", "metered")),
        }
    ),
    "tax_behavior": TAX_BEHAVIOR,
    "tiers": TIERS,
    "tiers_mode": Choice(("graduated", "volume")),
    "transfer_lookup_key": Boolean(),
    "transform_quantity": Hash(
        {"divide_by": Integer(required=True, low=1), "round": Choice(("down", "up"), required=True)}
    ),
    "unit_amount": UNIT,
    "unit_amount_decimal": UNIT_DECIMAL,
}
UPDATE: Shape = unsupported_names("currency_options") | {
    "active": Boolean(),
    "lookup_key": Text(limit=200),
    "metadata": Metadata(),
    "nickname": Text(),
    "tax_behavior": TAX_BEHAVIOR,
    "transfer_lookup_key": Boolean(),
}
LIST: Shape = PAGING | {
    "active": Boolean(),
    "created": Moments(),
    "currency": Currency(),
    "lookup_keys": Listed(Text(required=True), most=10),
    "product": Text(),
    "recurring": Hash(
        {
            "interval": Choice(("day", "week", "month", "year")),
            "meter": Text(),
            "usage_type": Choice(("licensed", "metered")),
        }
    ),
    "type": Choice(("one_time", "recurring")),
}
SEARCH = Fields(
    text={
        "active": "active",
        "currency": "currency",
        "lookup_key": "lookup_key",
        "product": "product",
        "type": "type",
    }
)


def create(call: Call) -> Object:
    """POST /v1/prices"""
    state, params = call.state, call.params
    recurring = params.get("recurring")
    if recurring and recurring.get("usage_type") == "metered":
        raise invalid("A metered price needs a meter; the sandbox has none.", "recurring[usage_type]")
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
        unit = unit_of(params)
        if unit is None:
            raise invalid(
                "Missing required param: unit_amount. Prices need unit_amount or unit_amount_decimal unless they are"
                " tiered.",
                "unit_amount",
                "parameter_missing",
            )
    product = product_for(call)
    fields["lookup_key"] = claimed_key(
        state, params.get("lookup_key"), None, transfer=params.get("transfer_lookup_key")
    )
    return new_price(state, product, params["currency"], unit, **fields)


def product_for(call: Call) -> Object:
    """The product that a new price is for, made along the way if so asked."""
    params = call.params
    if ("product" in params) == ("product_data" in params):
        raise invalid(
            "You must specify either product or product_data when creating a price.", "product", "parameter_missing"
        )
    found = call.find("product", "product")
    if found is not None:
        return found
    data = dict(params["product_data"])
    name, metadata = data.pop("name"), merged({}, data.pop("metadata", {}))
    if data.get("id") in call.state.table("product").rows:
        raise invalid(f"Product already exists with id {data['id']}.", "product_data[id]", "resource_already_exists")
    return new_product(call.state, name, metadata=metadata, **data)


def tiered(params: dict[str, Any]) -> dict[str, Any]:
    """The fields of a tiered price. Raises ApiError 400."""
    tiers = params.get("tiers") or []
    if not tiers or not params.get("tiers_mode"):
        raise invalid(
            "A tiered price needs tiers and tiers_mode.", "tiers" if not tiers else "tiers_mode", "parameter_missing"
        )
    if "unit_amount" in params or "unit_amount_decimal" in params:
        raise invalid("A tiered price takes its amounts from its tiers.", "unit_amount")
    bounds = [tier["up_to"] for tier in tiers]
    if bounds[-1] != "inf" or "inf" in bounds[:-1]:
        raise invalid("The last tier, and only it, must have up_to=inf.", "tiers")
    if sorted(set(bounds[:-1])) != bounds[:-1]:
        raise invalid("The tiers must be in ascending order of up_to.", "tiers")
    return {
        "billing_scheme": "tiered",
        "tiers_mode": params["tiers_mode"],
        "_": {"tiers": [tier_of(tier, place) for place, tier in enumerate(tiers)]},
    }


def tier_of(tier: dict[str, Any], place: int) -> Object:
    """A tier as it is shown."""
    if not tier.keys() & {"unit_amount", "unit_amount_decimal", "flat_amount", "flat_amount_decimal"}:
        raise invalid("A tier needs a unit amount or a flat amount.", f"tiers[{place}]")
    shown: Object = {}
    for name in ("flat_amount", "unit_amount"):
        amount = Decimal(tier[name]) if name in tier else tier.get(f"{name}_decimal")
        whole = amount is not None and amount == amount.to_integral_value()
        shown[name] = int(amount) if amount is not None and whole else None
        shown[f"{name}_decimal"] = decimal_string(amount) if amount is not None else None
    return shown | {"up_to": None if tier["up_to"] == "inf" else tier["up_to"]}


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

    if params.get("product"):
        return page(call, "price", index="product", value=params["product"], where=matches)
    return page(call, "price", where=matches)


def find(call: Call) -> Object:
    """GET /v1/prices/search"""
    return search(call, "price", SEARCH)
