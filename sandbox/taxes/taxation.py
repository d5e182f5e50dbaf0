"""What tax rates make of an amount (https://docs.stripe.com/billing/taxes/tax-rates).

Taxes come after discounts and are rounded for each line and rate, halves away from zero; totals are sums of those.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import invalid
from sandbox.api.parameters import Listed, Text
from sandbox.money import rounded

MOST_RATES = 10
TAX_RATES = Listed(Text(required=True))
REASONS = {"exempt": "customer_exempt", "reverse": "reverse_charge"}


def rates_given(state: State, ids: Sequence[str], param: str, kept: Sequence[str] = ()) -> list[str]:
    """The ids of tax rates to set; archived ones only where they were kept. Raises ApiError 400."""
    if len(ids) > MOST_RATES:
        raise invalid(f"You may only specify up to {MOST_RATES} tax rates.", param)
    for place, id in enumerate(ids):
        rate = state.find("tax_rate", id, f"{param}[{place}]")
        if not rate["active"] and id not in kept:
            raise invalid(f"The tax rate `{id}` is inactive and cannot be used.", f"{param}[{place}]")
        if id in ids[:place]:
            raise invalid(f"The tax rate `{id}` is given twice.", f"{param}[{place}]")
    return list(ids)


def taxes_on(amount: int, rates: Sequence[Object], exempt: str = "none") -> list[Object]:
    """The `taxes` of a line whose amount is what discounts have left.

    What inclusive rates take is part of the amount; exclusive ones come on top of it. Customers who are exempt, or
    who owe the tax themselves (`reverse`), are shown each rate with nothing to pay.
    """
    inside = inclusive_part(amount, rates) if exempt == "none" else 0
    parts = split(inside, [rate for rate in rates if rate["inclusive"]])
    net = amount - inside
    taxes = []
    for rate in rates:
        tax = parts.get(rate["id"], 0) if rate["inclusive"] else rounded(net * percent(rate))
        taxes.append(entry(rate, 0 if exempt != "none" else tax, 0 if exempt != "none" else net, exempt))
    return taxes


def entry(rate: Object, amount: int, taxable: int, exempt: str = "none") -> Object:
    """One of `taxes`."""
    return {
        "amount": amount,
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": REASONS.get(exempt, "not_available"),
        "taxable_amount": taxable,
        "type": "tax_rate_details",
    }


def inclusive_part(amount: int, rates: Iterable[Object]) -> int:
    """How much of an amount is tax that it includes."""
    whole = sum((percent(rate) for rate in rates if rate["inclusive"]), Decimal(0))
    return rounded(amount * whole / (1 + whole))


def split(inside: int, rates: Sequence[Object]) -> dict[str, int]:
    """The included tax by rate, in proportion; the last rate takes what rounding leaves."""
    whole = sum((percent(rate) for rate in rates), Decimal(0))
    parts: dict[str, int] = {}
    for rate in rates[:-1]:
        parts[rate["id"]] = rounded(inside * percent(rate) / whole) if whole else 0
    if rates:
        parts[rates[-1]["id"]] = inside - sum(parts.values())
    return parts


def percent(rate: Object) -> Decimal:
    """A rate's percentage as a fraction of one, exactly as it was given."""
    return Decimal(str(rate["percentage"])) / 100


def of_behavior(taxes: Iterable[Object], behavior: str) -> int:
    """The sum of the inclusive or of the exclusive ones."""
    return sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == behavior)


def totalled(taxes: Iterable[Object]) -> list[Object]:
    """`total_taxes`: one entry for each rate and reason."""
    found: dict[tuple[Any, ...], Object] = {}
    for tax in taxes:
        key = (tax["tax_rate_details"]["tax_rate"], tax["tax_behavior"], tax["taxability_reason"])
        if key in found:
            found[key]["amount"] += tax["amount"]
            found[key]["taxable_amount"] += tax["taxable_amount"]
        else:
            found[key] = tax | {"tax_rate_details": dict(tax["tax_rate_details"])}
    return list(found.values())
