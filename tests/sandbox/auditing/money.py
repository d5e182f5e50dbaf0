"""Money: every sum that Stripe shows is the sum of its parts."""

from collections import defaultdict
from collections.abc import Iterator

from tests.sandbox.auditing.lists import walk
from tests.sandbox.client import Client, Object

Found = dict[str, list[Object]]
RECEIVED = ("succeeded", "pending", "requires_action")


def money_troubles(client: Client, found: Found) -> Iterator[str]:
    """Everything that does not add up."""
    for check in (invoice_troubles, payment_troubles, charge_troubles, balance_troubles, customer_troubles):
        yield from check(client, found)


def invoice_troubles(client: Client, found: Found) -> Iterator[str]:
    """Lines, discounts and taxes make the total; what was paid and what remains make what is due."""
    for invoice in found["/v1/invoices"]:
        name = f"invoice {invoice['id']} ({invoice['status']})"
        lines = invoice["lines"]["data"]
        if invoice["lines"]["has_more"]:
            lines = list(walk(client, f"/v1/invoices/{invoice['id']}/lines"))
        if len(lines) != invoice["lines"]["total_count"]:
            yield f"{name} has {len(lines)} lines and counts {invoice['lines']['total_count']}"
        if sum(line["amount"] for line in lines) != invoice["subtotal"]:
            yield f"{name} has lines that do not make its subtotal"
        taken = sum(one["amount"] for one in invoice["total_discount_amounts"] or [])
        added = sum(tax["amount"] for tax in invoice["total_taxes"] or [] if tax["tax_behavior"] == "exclusive")
        if invoice["total"] != invoice["subtotal"] - taken + added or taken < 0:
            yield f"{name} totals {invoice['total']}, not {invoice['subtotal']} - {taken} + {added}"
        of_lines = sum(one["amount"] for line in lines for one in line["discount_amounts"] or [])
        if of_lines != taken:
            yield f"{name} takes {taken} off, its lines {of_lines}"
        settled = invoice["amount_paid"] + invoice["amount_remaining"]
        if settled + invoice["pre_payment_credit_notes_amount"] != invoice["amount_due"] or invoice["amount_due"] < 0:
            yield f"{name} has {settled} paid and remaining of {invoice['amount_due']}"
        if invoice["status"] == "paid" and invoice["amount_remaining"]:
            yield f"{name} has {invoice['amount_remaining']} remaining"


def payment_troubles(client: Client, found: Found) -> Iterator[str]:
    """Invoices, their payments, intents and charges tell of the same money."""
    intents = {intent["id"]: intent for intent in found["/v1/payment_intents"]}
    invoices = {invoice["id"]: invoice for invoice in found["/v1/invoices"]}
    paid: dict[str, int] = defaultdict(int)
    for payment in found["/v1/invoice_payments"]:
        name = f"payment {payment['id']} ({payment['status']})"
        if payment["invoice"] not in invoices:
            yield f"{name} is of no invoice"
        if payment["status"] == "paid":
            paid[payment["invoice"]] += payment["amount_paid"]
            intent = intents.get(payment["payment"].get("payment_intent"))
            if intent is not None and intent["status"] != "succeeded":
                yield f"{name} has an intent that is {intent['status']}"
        elif payment["amount_paid"]:
            yield f"{name} has an amount paid"
    for invoice in invoices.values():
        outside = invoice["amount_paid"] - paid[invoice["id"]]
        if outside < 0 or (outside and invoice["status"] != "paid"):
            yield f"invoice {invoice['id']} has {invoice['amount_paid']} paid, by its payments {paid[invoice['id']]}"
    received: dict[str, int] = defaultdict(int)
    for charge in found["/v1/charges"]:
        if charge["payment_intent"] and charge["paid"]:
            received[charge["payment_intent"]] += charge["amount_captured"]
    for intent in intents.values():
        if intent["amount_received"] != received[intent["id"]]:
            yield f"{intent['id']} has received {intent['amount_received']}, its charges {received[intent['id']]}"
        if (intent["status"] == "succeeded") != (intent["amount_received"] > 0):
            yield f"{intent['id']} is {intent['status']} and has received {intent['amount_received']}"


def charge_troubles(client: Client, found: Found) -> Iterator[str]:
    """What was given back of a charge is what its refunds say, and never more than was taken."""
    refunded: dict[str, int] = defaultdict(int)
    for refund in found["/v1/refunds"]:
        if refund["status"] in RECEIVED:
            refunded[refund["charge"]] += refund["amount"]
    for charge in found["/v1/charges"]:
        name = f"charge {charge['id']}"
        released = charge["amount"] - charge["amount_captured"]
        if charge["amount_refunded"] not in (refunded[charge["id"]], refunded[charge["id"]] + released):
            yield f"{name} has {charge['amount_refunded']} refunded, its refunds {refunded[charge['id']]}"
        if not 0 <= charge["amount_captured"] <= charge["amount"]:
            yield f"{name} has captured {charge['amount_captured']} of {charge['amount']}"
        if charge["refunded"] != (charge["amount_refunded"] == charge["amount"] and charge["paid"]):
            yield f"{name} says refunded {charge['refunded']} of {charge['amount_refunded']}"


def balance_troubles(client: Client, found: Found) -> Iterator[str]:
    """Net is amount less fee; charges and refunds have a transaction each, of their amount."""
    transactions = {one["id"]: one for one in found["/v1/balance_transactions"]}
    for one in transactions.values():
        if one["net"] != one["amount"] - one["fee"] or one["fee"] != sum(fee["amount"] for fee in one["fee_details"]):
            yield f"{one['id']} nets {one['net']} of {one['amount']} with fees of {one['fee']}"
    balance = client.get("/v1/balance")
    held = sum(one["amount"] for status in ("available", "pending") for one in balance[status])
    if held != sum(one["net"] for one in transactions.values()):
        yield f"the balance holds {held}, which its transactions do not come to"
    yield from dispute_troubles(found)
    for charge in found["/v1/charges"]:
        taken = transactions.get(charge["balance_transaction"])
        if (charge["paid"] and charge["captured"]) != (taken is not None):
            yield f"charge {charge['id']} is captured {charge['captured']} with transaction {taken}"
        if taken is not None and (taken["amount"], taken["source"]) != (charge["amount_captured"], charge["id"]):
            yield f"charge {charge['id']} has a transaction of {taken['amount']}"
    for refund in found["/v1/refunds"]:
        given = transactions.get(refund["balance_transaction"])
        if given is not None and (given["amount"], given["source"]) != (-refund["amount"], refund["id"]):
            yield f"refund {refund['id']} has a transaction of {given['amount']}"


def dispute_troubles(found: Found) -> Iterator[str]:
    """A dispute that is over and won, or only asked about, has moved no money in the end."""
    moved: dict[str, int] = defaultdict(int)
    for one in found["/v1/balance_transactions"]:
        moved[one["source"]] += one["amount"]
    for dispute in found["/v1/disputes"]:
        kept = dispute["status"].startswith("warning_") or dispute["status"] == "won"
        if moved[dispute["id"]] not in ((0,) if kept else (0, -dispute["amount"])):
            yield f"dispute {dispute['id']} is {dispute['status']} and has moved {moved[dispute['id']]}"


def customer_troubles(client: Client, found: Found) -> Iterator[str]:
    """A customer's balance is what its transactions come to, each of which says what it left."""
    for customer in found["/v1/customers"]:
        balance = 0
        path = f"/v1/customers/{customer['id']}/balance_transactions"
        for one in reversed(list(walk(client, path))):
            balance += one["amount"]
            if one["ending_balance"] != balance:
                yield f"{one['id']} leaves {one['ending_balance']}, not {balance}"
        if balance != customer["balance"]:
            yield f"customer {customer['id']} has {customer['balance']}, by its transactions {balance}"
