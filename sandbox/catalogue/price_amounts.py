"""What a quantity of a price costs (https://docs.stripe.com/products-prices/pricing-models)."""

from collections.abc import Sequence
from decimal import Decimal

from sandbox.account.objects import Object
from sandbox.money import display, rounded


def amount_of(price: Object, quantity: int | Decimal) -> int:
    """In minor units, rounded once."""
    return rounded(exact_amount(price, Decimal(quantity)))


def exact_amount(price: Object, quantity: Decimal) -> Decimal:
    """Before rounding."""
    transform = price["transform_quantity"]
    if transform:
        packages = quantity / transform["divide_by"]
        quantity = Decimal(packages.__ceil__() if transform["round"] == "up" else packages.__floor__())
    if price["billing_scheme"] == "tiered":
        tiers = price["_"]["tiers"]
        return volume(tiers, quantity) if price["tiers_mode"] == "volume" else graduated(tiers, quantity)
    return Decimal(price["unit_amount_decimal"] or 0) * quantity


def graduated(tiers: Sequence[Object], quantity: Decimal) -> Decimal:
    """Each unit at the price of the tier that it falls in."""
    amount, below = Decimal(0), Decimal(0)
    for tier in tiers:
        top = quantity if tier["up_to"] is None else min(quantity, Decimal(tier["up_to"]))
        if top > below or (below == 0 and quantity == 0):
            amount += Decimal(tier["flat_amount_decimal"] or 0) + Decimal(tier["unit_amount_decimal"] or 0) * (
                top - below
            )
        if tier["up_to"] is None or quantity <= tier["up_to"]:
            break
        below = Decimal(tier["up_to"])
    return amount


def volume(tiers: Sequence[Object], quantity: Decimal) -> Decimal:
    """All units at the price of the tier that the quantity reaches."""
    tier = next(tier for tier in tiers if tier["up_to"] is None or quantity <= tier["up_to"])
    return Decimal(tier["flat_amount_decimal"] or 0) + Decimal(tier["unit_amount_decimal"] or 0) * quantity


def rhythm(price: Object) -> str:
    """`/ month`, `/ every 3 months`, or nothing for one-time prices."""
    recurring = price["recurring"]
    if recurring is None:
        return ""
    count = recurring["interval_count"]
    return f" / {recurring['interval']}" if count == 1 else f" / every {count} {recurring['interval']}s"


def label(price: Object, product: Object, quantity: int) -> str:
    """`1 × Pro (at $25.00 / month)`, as lines are described."""
    unit = product.get("unit_label")
    noun = f" {unit}" if unit else ""
    if price["billing_scheme"] == "tiered":
        return f"{quantity}{noun} × {product['name']} (tiered{rhythm(price)})"
    each = display(Decimal(price["unit_amount_decimal"] or 0), price["currency"])
    return f"{quantity}{noun} × {product['name']} (at {each}{rhythm(price)})"


def trial_label(product: Object, quantity: int) -> str:
    """`Free trial for 1 × Pro`."""
    unit = product.get("unit_label")
    return f"Free trial for {quantity}{f' {unit}' if unit else ''} × {product['name']}"
