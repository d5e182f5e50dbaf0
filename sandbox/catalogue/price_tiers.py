"""Tiers of prices (https://docs.stripe.com/products-prices/pricing-models#tiered-pricing)."""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.api.errors import invalid
from sandbox.api.parameters import Either, Hash, Integer, Listed, Number
from sandbox.money import decimal_string

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


def tiers_of(tiers: list[dict[str, Any]], param: str = "tiers") -> list[Object]:
    """Tiers as they are shown. Raises ApiError 400."""
    bounds = [tier["up_to"] for tier in tiers]
    if bounds[-1] != "inf" or "inf" in bounds[:-1]:
        raise invalid("The last tier, and only it, must have up_to=inf.", param)
    if sorted(set(bounds[:-1])) != bounds[:-1]:
        raise invalid("The tiers must be in ascending order of up_to.", param)
    return [tier_of(tier, f"{param}[{place}]") for place, tier in enumerate(tiers)]


def tier_of(tier: dict[str, Any], param: str) -> Object:
    """A tier as it is shown."""
    if not tier.keys() & {"unit_amount", "unit_amount_decimal", "flat_amount", "flat_amount_decimal"}:
        raise invalid("A tier needs a unit amount or a flat amount.", param)
    shown: Object = {}
    for name in ("flat_amount", "unit_amount"):
        if name in tier and f"{name}_decimal" in tier:
            raise invalid(
                f"You may only specify one of these parameters: {name}, {name}_decimal.", f"{param}[{name}_decimal]"
            )
        amount = Decimal(tier[name]) if name in tier else tier.get(f"{name}_decimal")
        shown |= amounts_of(name, amount)
    return shown | {"up_to": None if tier["up_to"] == "inf" else tier["up_to"]}


def amounts_of(name: str, amount: Decimal | None) -> Object:
    """An amount and its decimal form; fractions of the minor unit have only the latter."""
    whole = amount is not None and amount == amount.to_integral_value()
    return {
        name: int(amount) if amount is not None and whole else None,
        f"{name}_decimal": decimal_string(amount) if amount is not None else None,
    }
