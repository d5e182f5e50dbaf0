"""Prices that come to be along the way: from `price_data`, and behind plain amounts."""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import invalid, missing
from sandbox.api.parameters import Choice, Currency, Hash, Integer, Kind, Number, Text
from sandbox.money import decimal_string
from sandbox.webhooks.events import emit

TAX_BEHAVIOR = Choice(("exclusive", "inclusive", "unspecified"))
ONE_TIME: dict[str, Kind] = {
    "currency": Currency(required=True),
    "product": Text(required=True),
    "tax_behavior": TAX_BEHAVIOR,
    "unit_amount": Integer(low=-99_999_999, high=99_999_999),
    "unit_amount_decimal": Number(low=Decimal(-99_999_999), high=Decimal(99_999_999)),
}
ONE_TIME_DATA = Hash(ONE_TIME)
INTERVAL = Choice(("day", "week", "month", "year"), required=True)
RECURRING_DATA = Hash(
    ONE_TIME | {"recurring": Hash({"interval": INTERVAL, "interval_count": Integer(low=1)}, required=True)}
)


def new_product(state: State, name: str, **fields: Any) -> Object:
    """A product."""
    now = state.clock.now()
    product: Object = {
        "id": state.new_id("product"),
        "object": "product",
        "active": True,
        "created": now,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "tax_details": None,
        "type": "service",
        "unit_label": None,
        "updated": now,
        "url": None,
    } | fields
    state.table("product").add(product)
    emit(state, "product.created", product)
    return product


def new_price(state: State, product: Object, currency: str, unit: Decimal | None, **fields: Any) -> Object:
    """A price; `unit` is in minor units, possibly a fraction of them."""
    whole = unit is not None and unit == unit.to_integral_value()
    price: Object = {
        "id": state.new_id("price"),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": state.clock.now(),
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product["id"],
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if fields.get("recurring") else "one_time",
        "unit_amount": int(unit) if unit is not None and whole else None,
        "unit_amount_decimal": decimal_string(unit) if unit is not None else None,
        "_": {},
    } | fields
    state.table("price").add(price)
    emit(state, "price.created", price)
    return price


def recurring_of(given: dict[str, Any]) -> Object:
    """`price.recurring` with its defaults. Raises ApiError 400 for periods of more than three years."""
    count = given.get("interval_count", 1)
    most = {"day": 1_095, "week": 156, "month": 36, "year": 3}[given["interval"]]
    if count > most:
        raise invalid(
            f"The maximum interval_count for {given['interval']} is {most}: prices renew at least every three years.",
            "recurring[interval_count]",
        )
    return {
        "interval": given["interval"],
        "interval_count": count,
        "meter": None,
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": "licensed",
    }


def unit_of(given: dict[str, Any], param: str = "") -> Decimal | None:
    """The one of `unit_amount` and `unit_amount_decimal` that was given."""
    if "unit_amount" in given and "unit_amount_decimal" in given:
        name = f"{param}[unit_amount_decimal]" if param else "unit_amount_decimal"
        raise invalid("You may only specify one of these parameters: unit_amount, unit_amount_decimal.", name)
    if "unit_amount" in given:
        return Decimal(given["unit_amount"])
    unit: Decimal | None = given.get("unit_amount_decimal")
    return unit


def from_data(state: State, data: dict[str, Any], param: str) -> Object:
    """An inactive price for one use; its product may be described along with it. Raises ApiError 400."""
    if data.get("product_data"):
        if data.get("product"):
            raise invalid("You may only specify one of these parameters: product, product_data.", f"{param}[product]")
        about = data["product_data"]
        product = new_product(
            state,
            about["name"],
            active=False,
            **{name: about[name] for name in ("description", "images", "metadata", "unit_label") if about.get(name)},
        )
    elif data.get("product"):
        product = state.find("product", data["product"], f"{param}[product]")
    else:
        raise missing(f"{param}[product]")
    unit = unit_of(data, param)
    if unit is None:
        raise invalid(f"Missing required param: {param}[unit_amount].", f"{param}[unit_amount]", "parameter_missing")
    fields: dict[str, Any] = {"active": False, "tax_behavior": data.get("tax_behavior") or "unspecified"}
    if "recurring" in data:
        fields["recurring"] = recurring_of(data["recurring"])
    return new_price(state, product, data["currency"], unit, **fields)


def adhoc_price(state: State, currency: str, unit: Decimal, description: str | None) -> Object:
    """The inactive price that Stripe keeps behind an amount without a price; equal ones are shared."""
    name = (description or "Invoice item")[:250]
    key = f"{currency}:{decimal_string(unit)}:{name}"
    for price in state.table("price").newest_first("adhoc", key):
        return price
    product = new_product(state, name, active=False)
    return new_price(state, product, currency, unit, active=False, _={"adhoc": key})
