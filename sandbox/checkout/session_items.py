"""Line items of Checkout Sessions (https://docs.stripe.com/api/checkout/sessions/line_items)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import ApiError, invalid, no_such, unsupported
from sandbox.catalogue.price_data import new_price, new_product, recurring_of, unit_of
from sandbox.taxes.taxation import rates_given

MOST_RECURRING = 20


def items_of(state: State, session: Object) -> list[Object]:
    """The items of a session, in their order."""
    rows = state.table("item").oldest_first("session", session["id"])
    return sorted(rows, key=lambda row: int(row["_"]["place"]))


def set_items(state: State, session: Object, given: list[dict[str, Any]], currency: str | None) -> None:
    """Replaces the items of a session: those named by id are kept, with what is given anew. Raises ApiError 400."""
    old = {item["id"]: item for item in items_of(state, session)}
    kept: set[str] = set()
    for place, one in enumerate(given):
        param = f"line_items[{place}]"
        item = old.get(one["id"]) if one.get("id") else None
        if one.get("id") and item is None:
            raise no_such("item", one["id"], f"{param}[id]")
        price = price_of(state, one, param, currency)
        if item is None:
            if price is None:
                raise invalid(
                    f"You must specify either `price` or `price_data` in `{param}`.", param, "parameter_missing"
                )
            item = add(state, session, price)
        item = state.edit(item)
        kept.add(item["id"])
        if price is not None:
            item |= {"price": price["id"], "currency": price["currency"]}
        currency = currency or item["currency"]
        change(state, item, one, param)
        item["_"]["place"] = place
    for id in old.keys() - kept:
        state.table("item").remove(id)


def add(state: State, session: Object, price: Object) -> Object:
    """One more item; the session's totals are worked out by the caller."""
    return state.table("item").add(
        {
            "id": state.new_id("item"),
            "object": "item",
            "adjustable_quantity": None,
            "amount_discount": 0,
            "amount_subtotal": 0,
            "amount_tax": 0,
            "amount_total": 0,
            "currency": price["currency"],
            "description": None,
            "metadata": {},
            "price": price["id"],
            "quantity": None,
            "_": {"discounts": [], "place": 0, "session": session["id"], "tax_rates": [], "taxes": []},
        }
    )


def change(state: State, item: Object, given: dict[str, Any], param: str) -> None:
    """Quantity, bounds and metadata."""
    price = state.get("price", item["price"])
    item["description"] = state.get("product", price["product"])["name"]
    if "quantity" in given:
        item["quantity"] = given["quantity"]
    if item["quantity"] is None:
        raise invalid(f"Quantity is required. Add `quantity` to `{param}`", f"{param}[quantity]", "parameter_missing")
    if "adjustable_quantity" in given:
        bounds = given["adjustable_quantity"] or {}
        item["adjustable_quantity"] = (
            {"enabled": True, "maximum": bounds.get("maximum", 99), "minimum": bounds.get("minimum", 0)}
            if bounds.get("enabled")
            else None
        )
    if "metadata" in given:
        item["metadata"] = merged(item["metadata"], given["metadata"])
    if "tax_rates" in given:
        item["_"]["tax_rates"] = rates_given(state, given["tax_rates"], f"{param}[tax_rates]", item["_"]["tax_rates"])
    check_bounds(item, param)


def check_bounds(item: Object, param: str) -> None:
    """The quantity lies within what the customer may choose. Raises ApiError 400."""
    bounds = item["adjustable_quantity"]
    if bounds and not bounds["minimum"] <= item["quantity"] <= bounds["maximum"]:
        raise invalid(
            f"The quantity must lie between {bounds['minimum']} and {bounds['maximum']}, as `adjustable_quantity`"
            " says.",
            f"{param}[quantity]",
        )


def price_of(state: State, given: dict[str, Any], param: str, currency: str | None) -> Object | None:
    """The price that an item names or describes, None when it does neither. Raises ApiError 400."""
    if given.get("price") and given.get("price_data"):
        raise invalid("You may only specify one of these parameters: price, price_data.", f"{param}[price_data]")
    if given.get("price_data"):
        price = described(state, given["price_data"], f"{param}[price_data]")
    elif given.get("price"):
        price = state.find("price", given["price"], f"{param}[price]")
        if not price["active"]:
            raise invalid("The price specified is inactive. This field only accepts active prices.", f"{param}[price]")
        if price.get("custom_unit_amount"):
            raise unsupported("prices that the customer chooses", f"{param}[price]")
    else:
        return None
    if currency not in (None, price["currency"]):
        if currency in (price["_"].get("currency_options") or {}):
            raise unsupported("selling a price in another of its currencies", "currency")
        raise invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency:"
            f" `{currency}`.",
            f"{param}[price]",
        )
    return price


def described(state: State, data: dict[str, Any], param: str) -> Object:
    """An inactive price, and product, of this session's own. Raises ApiError 400."""
    if bool(data.get("product")) == bool(data.get("product_data")):
        raise invalid("You must specify exactly one of `product` and `product_data`.", f"{param}[product_data]")
    if data.get("product"):
        product = state.find("product", data["product"], f"{param}[product]")
        if not product["active"]:
            raise inactive(product, f"{param}[product]")
    else:
        details = data["product_data"]
        product = new_product(
            state,
            details["name"],
            active=False,
            **{name: details[name] for name in ("description", "images", "tax_code", "unit_label") if name in details},
            metadata=merged({}, details.get("metadata", {})),
        )
    unit = unit_of(data, param)
    if unit is None:
        raise invalid(f"Missing required param: {param}[unit_amount].", f"{param}[unit_amount]", "parameter_missing")
    fields: dict[str, Any] = {"active": False, "tax_behavior": data.get("tax_behavior") or "unspecified"}
    if data.get("recurring"):
        fields["recurring"] = recurring_of(data["recurring"])
    return new_price(state, product, data["currency"], unit, **fields)


def inactive(product: Object, param: str) -> ApiError:
    """A product that is no longer sold."""
    return invalid(f"The product {product['id']} is marked as inactive, and cannot be bought.", param)


def check_for_mode(state: State, session: Object) -> None:
    """What may be sold in the session's mode. Raises ApiError 400."""
    prices = [state.get("price", item["price"]) for item in items_of(state, session)]
    recurring = [price for price in prices if price["recurring"] is not None]
    if session["mode"] == "payment" and recurring:
        raise invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use"
            " only one-time prices.",
            "mode",
        )
    if session["mode"] == "subscription" and not recurring:
        raise invalid(
            "You must provide at least one recurring price in `subscription` mode when using prices.", "line_items"
        )
    for kind in (recurring, [price for price in prices if price["recurring"] is None]):
        if session["mode"] == "subscription" and len(kind) > MOST_RECURRING:
            raise invalid(f"There can be at most {MOST_RECURRING} line items of a kind.", "line_items")
    names = [price["id"] for price in recurring]
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"Cannot add multiple subscription items with the same plan: {name}", "line_items")
