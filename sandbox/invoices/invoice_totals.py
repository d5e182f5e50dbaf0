"""The arithmetic of an invoice: lines, discounts, taxes, customer balance, what is due."""

from collections.abc import Sequence

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import customer_fields
from sandbox.catalogue.discounts import applies, reductions
from sandbox.money import minimum
from sandbox.taxes.taxation import inclusive_part, of_behavior, taxes_on, totalled


def recompute(state: State, invoice: Object) -> None:
    """Works out an invoice that is not finalized yet from its lines.

    The subtotal has the discounts of single lines in it, and inclusive taxes, but not the invoice's own discounts.
    """
    lines = [state.edit(line) for line in state.table("line_item").oldest_first("invoice", invoice["id"])]
    customer = state.get("customer", invoice["customer"])
    invoice |= customer_fields(state, customer)
    taken = discounted(state, invoice, lines)
    for line in lines:
        line["taxes"] = line_taxes(state, invoice, line)
    own = [
        sum(one["amount"] for one in line["discount_amounts"] if one["discount"] in line["discounts"]) for line in lines
    ]
    taxes = [tax for line in lines for tax in line["taxes"]]
    exclusive, inclusive = of_behavior(taxes, "exclusive"), of_behavior(taxes, "inclusive")
    invoice["subtotal"] = sum(line["amount"] for line in lines) - sum(own)
    invoice["subtotal_excluding_tax"] = invoice["subtotal"] - sum(
        included(state, invoice, line, line["amount"] - off) for line, off in zip(lines, own, strict=True)
    )
    invoice["total_discount_amounts"] = [{"amount": off, "discount": id} for id, off in taken.items()]
    invoice["total_pretax_credit_amounts"] = credits(invoice["total_discount_amounts"])
    invoice["total"] = sum(line["amount"] for line in lines) - sum(taken.values()) + exclusive
    invoice["total_excluding_tax"] = invoice["total"] - exclusive - inclusive
    invoice["total_taxes"] = totalled(taxes)
    balance = customer["balance"] if customer["currency"] in (None, invoice["currency"]) else 0
    if invoice["_"].get("apart_from_balance"):
        balance = 0
    invoice["starting_balance"] = balance
    invoice["amount_due"] = due(invoice, balance)
    invoice["amount_remaining"] = invoice["amount_due"]


def due(invoice: Object, balance: int) -> int:
    """What is to be paid once the balance has been put against the total.

    Less than the smallest charge is carried over to the next invoice, as Stripe does.
    """
    amount: int = max(0, invoice["total"] + balance)
    if invoice["collection_method"] == "charge_automatically" and amount < minimum(invoice["currency"]):
        return 0
    return amount


def rates_of(state: State, invoice: Object, line: Object) -> list[Object]:
    """A line's own tax rates, or the invoice's."""
    ids = line["_"]["tax_rates"] or invoice["default_tax_rates"]
    return [state.get("tax_rate", id) for id in ids]


def line_taxes(state: State, invoice: Object, line: Object) -> list[Object]:
    """The taxes of what discounts have left of a line; amounts that were set by hand stay as they are."""
    if line["_"].get("tax_amounts"):
        return [dict(tax) for tax in line["_"]["tax_amounts"]]
    left = line["amount"] - sum(one["amount"] for one in line["discount_amounts"])
    return taxes_on(left, rates_of(state, invoice, line), invoice["customer_tax_exempt"] or "none")


def included(state: State, invoice: Object, line: Object, amount: int) -> int:
    """The inclusive tax in an amount of a line."""
    if line["_"].get("tax_amounts"):
        return of_behavior(line["taxes"], "inclusive")
    if invoice["customer_tax_exempt"] in ("exempt", "reverse"):
        return 0
    return inclusive_part(amount, rates_of(state, invoice, line))


def discounted(state: State, invoice: Object, lines: Sequence[Object]) -> dict[str, int]:
    """Puts the discounts on the lines, each line's own first, then the invoice's in their order."""
    open_amounts = [line["amount"] if line["discountable"] else 0 for line in lines]
    products = [product_of(line) for line in lines]
    shares: list[list[Object]] = [[] for _ in lines]
    taken: dict[str, int] = {}

    def take(id: str, places: Sequence[int]) -> None:
        discount = state.get("discount", id)
        if not applies(state, discount, invoice["created"]):
            return
        offs = reductions(
            state,
            discount,
            invoice["currency"],
            [open_amounts[place] for place in places],
            [products[place] for place in places],
        )
        taken[id] = taken.get(id, 0) + sum(offs)
        for place, off in zip(places, offs, strict=True):
            open_amounts[place] -= off
            if off:
                shares[place].append({"amount": off, "discount": id})

    for place, line in enumerate(lines):
        for id in line["discounts"]:
            take(id, [place])
    for id in invoice["discounts"]:
        take(id, range(len(lines)))
    for line, amounts in zip(lines, shares, strict=True):
        line["discount_amounts"] = amounts
        line["pretax_credit_amounts"] = credits(amounts)
        line["subtotal"] = line["amount"]
    return taken


def credits(amounts: Sequence[Object]) -> list[Object]:
    """Discounts as they are listed among what comes off before tax."""
    return [{"amount": one["amount"], "discount": one["discount"], "type": "discount"} for one in amounts]


def product_of(line: Object) -> str:
    """The product that a line is about, for coupons that are limited to some."""
    details = (line["pricing"] or {}).get("price_details") or {}
    return str(details.get("product", ""))
