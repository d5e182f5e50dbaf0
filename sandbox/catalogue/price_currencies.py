"""One price in several currencies (https://docs.stripe.com/products-prices/multi-currency), and open amounts."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import invalid
from sandbox.api.parameters import Boolean, Hash, Shape
from sandbox.catalogue.per_currency import PerCurrency
from sandbox.catalogue.price_data import TAX_BEHAVIOR, unit_of
from sandbox.catalogue.price_tiers import TIERS, UNIT, UNIT_DECIMAL, amounts_of, tiers_of

CUSTOM = Hash({"enabled": Boolean(required=True), "maximum": UNIT, "minimum": UNIT, "preset": UNIT})
OPTION: Shape = {
    "custom_unit_amount": CUSTOM,
    "tax_behavior": TAX_BEHAVIOR,
    "tiers": TIERS,
    "unit_amount": UNIT,
    "unit_amount_decimal": UNIT_DECIMAL,
}
OPTIONS = PerCurrency(OPTION)


def custom_of(given: dict[str, Any] | None, param: str = "custom_unit_amount") -> Object | None:
    """An amount that the customer chooses, as it is shown. Raises ApiError 400."""
    if not given:
        return None
    if not given["enabled"]:
        raise invalid("Pass enabled=true, or leave custom_unit_amount out.", f"{param}[enabled]")
    low, high, preset = given.get("minimum"), given.get("maximum"), given.get("preset")
    bounds = [amount for amount in (low, preset, high) if amount is not None]
    if bounds != sorted(bounds):
        raise invalid("The preset must be between the minimum and the maximum.", param)
    return {"maximum": high, "minimum": low, "preset": preset}


def options_of(given: dict[str, dict[str, Any]], price: Object) -> Object:
    """The further currencies of a price as they are shown. Raises ApiError 400."""
    shown: Object = {}
    for currency, option in given.items():
        where = f"currency_options[{currency}]"
        if currency == price["currency"]:
            raise invalid(
                f"`{currency}` is the price's own currency: it cannot be in currency_options.", "currency_options"
            )
        custom, unit, tiers = custom_of(option.get("custom_unit_amount"), where), unit_of(option, where), None
        if price["billing_scheme"] == "tiered":
            tiers = tiers_of(option["tiers"], f"{where}[tiers]") if option.get("tiers") else None
        if sum(one is not None for one in (custom, unit, tiers)) != 1:
            raise invalid(f"{where} needs an amount of the same kind as the price has.", where, "parameter_missing")
        if (price["custom_unit_amount"] is None) != (custom is None):
            raise invalid(f"{where} needs an amount of the same kind as the price has.", where)
        shown[currency] = {
            "custom_unit_amount": custom,
            "tax_behavior": option.get("tax_behavior") or "unspecified",
            **({"tiers": tiers} if tiers else {}),
            **amounts_of("unit_amount", unit),
        }
    return shown


def currency_options(state: State, shown: Object) -> Object:
    """All currencies of a price, its own one first."""
    price = state.get("price", shown["id"])
    tiers = price["_"].get("tiers")
    own: Object = {
        "custom_unit_amount": price["custom_unit_amount"],
        "tax_behavior": price["tax_behavior"],
        **({"tiers": tiers} if tiers else {}),
        "unit_amount": price["unit_amount"],
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
    return {price["currency"]: own} | (price["_"].get("currency_options") or {})


def in_currency(price: Object, currency: str) -> Object | None:
    """A price with its amounts in a currency, None when it has none in that."""
    if price["currency"] == currency:
        return price
    option = (price["_"].get("currency_options") or {}).get(currency)
    if option is None:
        return None
    amounts = {name: value for name, value in option.items() if name != "tiers"}
    return price | amounts | {"currency": currency, "_": price["_"] | {"tiers": option.get("tiers")}}


def priced_in(price: Object, currency: str) -> Object:
    """The same where a price was let in for its currency before."""
    found = in_currency(price, currency)
    return price if found is None else found
