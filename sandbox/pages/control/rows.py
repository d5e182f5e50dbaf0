"""What an object says about itself in a line of a table: name, status, amount, customer."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.account.tables import created_of
from sandbox.money import display
from sandbox.pages.control.kinds import url_of

NAMES = ("name", "number", "description", "nickname", "email", "lookup_key", "code", "url", "value", "type", "reason")
AMOUNTS = ("total", "amount_total", "amount", "unit_amount", "amount_off", "amount_requested")
FLAGS = {"active": ("active", "archived"), "valid": ("valid", "no longer valid")}
TONES = {
    "good": "active complete completed delivered enabled paid ready succeeded valid won",
    "bad": "dropped failed lost past_due uncollectible unpaid",
    "warn": "advancing incomplete open pending requires_action requires_payment_method trialing under_review",
}
TONE_OF = {status: tone for tone, statuses in TONES.items() for status in statuses.split()}


@dataclass(frozen=True)
class Row:
    """One line; what does not apply is ""."""

    id: str
    url: str
    name: str
    status: str
    amount: str
    customer: str
    customer_name: str
    customer_url: str
    created: int


def row_of(state: State, row: Object) -> Row:
    """The line of an object as `view` shows it."""
    customer = row.get("customer") or ""
    return Row(
        id=row["id"],
        url=url_of(row["object"], row["id"]),
        name=SUMMARIES.get(row["object"], named)(state, row),
        status=status_of(row),
        amount=amount_of(row),
        customer=customer,
        customer_name=customer_name(state, customer) if customer else "",
        customer_url=url_of("customer", customer) if customer else "",
        created=created_of(row),
    )


def named(state: State, row: Object) -> str:
    """The first thing that has words."""
    return next((str(row[name]) for name in NAMES if isinstance(row.get(name), str) and row[name]), "")


def status_of(row: Object) -> str:
    """Its status, or a flag that stands for one."""
    if isinstance(row.get("status"), str):
        return str(row["status"])
    return next((words[0 if row[flag] else 1] for flag, words in FLAGS.items() if flag in row), "")


def amount_of(row: Object) -> str:
    """The amount that matters most, in its currency."""
    if row.get("percent_off") is not None:
        return f"{row['percent_off']:g}% off"
    currency = row.get("currency")
    amount = next((row[name] for name in AMOUNTS if isinstance(row.get(name), int)), None)
    if amount is None or not currency:
        return "tiered" if row.get("billing_scheme") == "tiered" else ""
    shown = display(amount, currency)
    recurring = row.get("recurring")
    if not recurring:
        return shown
    count = recurring["interval_count"]
    return f"{shown} / {recurring['interval']}" if count == 1 else f"{shown} / {count} {recurring['interval']}s"


def customer_name(state: State, id: str) -> str:
    """The name of a customer, deleted or not; their address or id when there is none."""
    row = state.table("customer").look(id) or {}
    return row.get("name") or row.get("email") or id


def customer(state: State, row: Object) -> str:
    """Name and address."""
    return " · ".join(text for text in (row.get("name"), row.get("email")) if text)


def subscription(state: State, row: Object) -> str:
    """What is subscribed to."""
    return ", ".join(subscription_item(state, item) for item in row["items"]["data"])


def subscription_item(state: State, item: Object) -> str:
    """The product, and how often."""
    product = state.get("product", item["price"]["product"])["name"]
    quantity = item.get("quantity") or 1
    return f"{quantity} × {product}" if quantity > 1 else str(product)


def price(state: State, row: Object) -> str:
    """Its product, and its own name."""
    product = state.get("product", row["product"])["name"]
    own = row["nickname"] or row["lookup_key"]
    return f"{product} ({own})" if own else str(product)


def payment_method(state: State, row: Object) -> str:
    """A card by its last digits."""
    card = row.get("card")
    return f"{card['brand']} •••• {card['last4']}" if card else str(row["type"])


SUMMARIES: dict[str, Callable[[State, Object], str]] = {
    "customer": customer,
    "payment_method": payment_method,
    "price": price,
    "subscription": subscription,
    "subscription_item": subscription_item,
}
