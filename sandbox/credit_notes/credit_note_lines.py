"""Lines of credit notes: a share of an invoice's line with its discounts and taxes, or something of their own."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import ApiError, invalid, missing
from sandbox.api.parameters import path
from sandbox.invoices.invoice_totals import credits, rates_of
from sandbox.money import decimal_string, display, rounded
from sandbox.taxes.taxation import entry, of_behavior, rates_given, taxes_on

CUSTOM_ONLY = ("description", "tax_rates", "unit_amount", "unit_amount_decimal")


def add_line(state: State, note: Object, invoice: Object, given: dict[str, Any], inside: str) -> Object:
    """One line as a request describes it. Raises ApiError 400."""
    if given["type"] == "custom_line_item":
        fields = custom(state, invoice, given, inside)
    else:
        fields = of_invoice(state, invoice, given, inside)
    if "tax_amounts" in given:
        fields["taxes"] = [
            entry(
                state.find("tax_rate", one["tax_rate"], path(inside, f"tax_amounts[{place}][tax_rate]")),
                one["amount"],
                one["taxable_amount"],
            )
            for place, one in enumerate(given["tax_amounts"])
        ]
    fields["metadata"] = merged({}, given.get("metadata", {}))
    return put(state, note, fields)


def whole_amount(state: State, note: Object, amount: int) -> Object:
    """The line of a note that only says how much."""
    return put(state, note, {"amount": amount, "unit_amount": amount, "unit_amount_decimal": str(amount)})


def put(state: State, note: Object, fields: Object) -> Object:
    """A line with what is special about it."""
    off = fields.get("discount_amounts", [])
    line: Object = {
        "id": state.new_id("credit_note_line_item"),
        "object": "credit_note_line_item",
        "amount": 0,
        "description": None,
        "discount_amount": sum(one["amount"] for one in off),
        "discount_amounts": [],
        "livemode": False,
        "metadata": {},
        "pretax_credit_amounts": credits(off),
        "quantity": 1,
        "tax_rates": [],
        "taxes": [],
        "type": "custom_line_item",
        "unit_amount": None,
        "unit_amount_decimal": None,
        "_": {},
    } | fields
    line["_"]["credit_note"] = note["id"]
    return state.table("credit_note_line_item").add(line)


def custom(state: State, invoice: Object, given: dict[str, Any], inside: str) -> Object:
    """A quantity of something at a price. Raises ApiError 400."""
    for name in ("amount", "invoice_line_item"):
        if name in given:
            raise invalid(f"`{name}` is only valid when the type is `invoice_line_item`.", path(inside, name))
    if "unit_amount" in given and "unit_amount_decimal" in given:
        raise invalid(
            "You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
            path(inside, "unit_amount"),
        )
    unit = given.get("unit_amount_decimal", given.get("unit_amount"))
    if unit is None:
        raise missing(path(inside, "unit_amount"))
    if given.get("tax_rates") and given.get("tax_amounts"):
        raise invalid(
            "You may only specify one of these parameters: tax_amounts, tax_rates.", path(inside, "tax_rates")
        )
    quantity, each = given.get("quantity", 1), Decimal(unit)
    amount = rounded(each * quantity)
    ids = rates_given(state, given.get("tax_rates", []), path(inside, "tax_rates"))
    rates = [state.get("tax_rate", id) for id in ids]
    return {
        "amount": amount,
        "description": given.get("description"),
        "quantity": quantity,
        "tax_rates": ids,
        "taxes": taxes_on(amount, rates, invoice["customer_tax_exempt"] or "none"),
        "unit_amount": int(each) if each == int(each) else None,
        "unit_amount_decimal": decimal_string(each),
    }


def of_invoice(state: State, invoice: Object, given: dict[str, Any], inside: str) -> Object:
    """A part of a line of the invoice, by quantity or by what it costs with its discounts and taxes.

    Parts are rounded so that all of them together are exactly the line. Raises ApiError 400.
    """
    for name in CUSTOM_ONLY:
        if name in given:
            raise invalid(f"`{name}` is only valid when the type is `custom_line_item`.", path(inside, name))
    if not given.get("invoice_line_item"):
        raise missing(path(inside, "invoice_line_item"))
    line = state.table("line_item").get(given["invoice_line_item"])
    if line is None or line["invoice"] != invoice["id"]:
        raise ApiError(
            400,
            f"No such invoice line item: '{given['invoice_line_item']}'",
            code="resource_missing",
            param=path(inside, "invoice_line_item"),
        )
    if "quantity" in given and "amount" in given:
        raise invalid("You may only specify one of these parameters: amount, quantity.", path(inside, "amount"))
    if "quantity" not in given and "amount" not in given:
        raise invalid(
            "`quantity` or `amount` is required when crediting an invoice line item.",
            path(inside, "quantity"),
            "parameter_missing",
        )
    name = "quantity" if "quantity" in given else "amount"
    before = credited(state, line, name, inside)
    worth = line["amount"] - sum(one["amount"] for one in line["discount_amounts"])
    worth += of_behavior(line["taxes"], "exclusive")
    whole = line["quantity"] if name == "quantity" else worth
    check_left(given[name], whole - before, name, invoice["currency"], inside)
    share = sharer(before, given[name], whole)
    taxes = [
        tax | {"amount": share(tax["amount"]), "taxable_amount": share(tax["taxable_amount"])} for tax in line["taxes"]
    ]
    off = [{"amount": share(one["amount"]), "discount": one["discount"]} for one in line["discount_amounts"]]
    amount = share(line["amount"])
    if name == "amount":
        amount = given["amount"] - of_behavior(taxes, "exclusive") + sum(one["amount"] for one in off)
    unit = Fraction(line["amount"], line["quantity"]) if name == "quantity" else None
    return {
        "amount": amount,
        "description": line["description"],
        "discount_amounts": [one for one in off if one["amount"]],
        "invoice_line_item": line["id"],
        "quantity": given.get("quantity"),
        "tax_rates": [rate["id"] for rate in rates_of(state, invoice, line)],
        "taxes": taxes,
        "type": "invoice_line_item",
        "unit_amount": int(unit) if unit is not None and unit.denominator == 1 else None,
        "unit_amount_decimal": str(int(unit)) if unit is not None and unit.denominator == 1 else None,
        "_": {"by": name, "credited": given[name]},
    }


def credited(state: State, line: Object, name: str, inside: str) -> int:
    """How much of a line other notes have credited; always the same way, as Stripe wants it. Raises ApiError 400."""
    found = 0
    for other in state.table("credit_note_line_item").oldest_first("invoice_line_item", line["id"]):
        if state.get("credit_note", other["_"]["credit_note"])["status"] == "void":
            continue
        if other["_"]["by"] != name:
            raise invalid(
                f"This invoice line item has been credited by {other['_']['by']} before, and can only be credited by"
                f" {other['_']['by']}.",
                path(inside, name),
            )
        found += other["_"]["credited"]
    return found


def check_left(wanted: int, left: int, name: str, currency: str, inside: str) -> None:
    """No line is credited more than once over. Raises ApiError 400."""
    if wanted <= left:
        return
    shown = [f"{number}" if name == "quantity" else display(number, currency) for number in (wanted, max(0, left))]
    raise invalid(
        f"The {name} to credit ({shown[0]}) is greater than the {name} of the invoice line item that is left to credit"
        f" ({shown[1]}).",
        path(inside, name),
    )


def sharer(before: int, now: int, whole: int) -> Callable[[int], int]:
    """The part of each amount that belongs to the next share of a whole."""

    def share(amount: int) -> int:
        if not whole:
            return 0
        return rounded(Decimal(amount) * (before + now) / whole) - rounded(Decimal(amount) * before / whole)

    return share
