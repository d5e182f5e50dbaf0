"""What clients want of the server: one mutation under one idempotency key each, and what they came to hear of it."""

import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from db.accounts import Account
from db.operations import Identity

CARDS = ("tok_visa", "tok_visa", "tok_mastercard", "tok_chargeCustomerFail")
SHOWN = {
    "addCoupon": "customer { id } subscriptions { id }",
    "addInvoiceItem": "invoiceItem { id }",
    "addPaymentMethod": "paymentMethod { id }",
    "cancelSubscription": "subscription { id }",
    "charge": "charge { id } payment { __typename }",
    "getOrCreateCustomer": "customer { id } created",
    "payInvoice": "invoice { id status } payment { __typename }",
    "purgeCustomer": "customer { id }",
    "resumeSubscription": "subscription { id }",
    "sendInvoice": "invoice { id status } payment { __typename }",
    "subscribe": "subscription { id status } payment { __typename }",
}


@dataclass
class Buyer:
    """A subscriber, as far as the clients know."""

    subscriber: str
    customer: str | None = None
    cards: int = 0
    subscriptions: list[str] = field(default_factory=list)
    invoices: list[str] = field(default_factory=list)
    wishes: int = 0
    """How many are not settled yet."""


@dataclass
class Wish:
    mutation: str
    input: dict[str, Any]
    buyer: Buyer
    by_operator: bool
    key: str
    due: float = 0.0
    tries: int = 0
    answer: dict[str, Any] | None = None
    """The payload that settled it: not one that says to ask again."""
    given_up: bool = False

    @property
    def document(self) -> str:
        type = self.mutation[0].upper() + self.mutation[1:]
        shown = f"{SHOWN[self.mutation]} userErrors {{ code message retryable operation }}"
        return f"mutation($input: {type}Input!) {{ {self.mutation}(input: $input) {{ {shown} }} }}"

    @property
    def succeeded(self) -> bool:
        return self.answer is not None and not self.answer["userErrors"]

    @property
    def word(self) -> str:
        """What its client has heard in the end."""
        if self.answer is None:
            return "given up" if self.given_up else "waits"
        return "success" if self.succeeded else str(self.answer["userErrors"][0]["code"])

    def operation(self, account: Account) -> str:
        """Our id of its operation."""
        caller = "operator:operator" if self.by_operator else f"subscriber:{self.buyer.subscriber}"
        return Identity(account, caller, self.mutation, self.key).operation

    def heard(self, answer: dict[str, Any]) -> None:
        """Take the last word about it."""
        self.answer = answer
        if not self.succeeded:
            return
        match self.mutation:
            case "getOrCreateCustomer":
                self.buyer.customer = answer["customer"]["id"]
            case "addPaymentMethod":
                self.buyer.cards += 1
            case "subscribe":
                self.buyer.subscriptions.append(answer["subscription"]["id"])
            case "sendInvoice":
                self.buyer.invoices.append(answer["invoice"]["id"])
            case "purgeCustomer":
                self.buyer.customer, self.buyer.cards = None, 0
                self.buyer.subscriptions, self.buyer.invoices = [], []


class Wishes:
    """Everything that was wished for, made up by chance. Safe for threads."""

    def __init__(
        self, generator: random.Random, prices: list[str], coupons: list[str], collect: Callable[[str], str]
    ) -> None:
        """`collect` makes a payment method of a card, as Stripe.js does."""
        self.all: list[Wish] = []
        self.buyers: list[Buyer] = []
        self._generator = generator
        self._prices, self._coupons = prices, coupons
        self._collect = collect
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def next(self) -> Wish:
        with self._lock:
            chance = self._generator
            idle = [buyer for buyer in self.buyers if not buyer.wishes or chance.random() < 0.1]
            if not idle or chance.random() < 0.08:
                buyer = Buyer(f"buyer_{next(self._numbers)}")
                self.buyers.append(buyer)
            else:
                buyer = chance.choice(idle)
            wish = self._wish(buyer, f"key-{next(self._numbers)}")
            buyer.wishes += 1
            self.all.append(wish)
            return wish

    def _wish(self, buyer: Buyer, key: str) -> Wish:
        chance = self._generator
        if buyer.customer is None:
            about = {"email": f"{buyer.subscriber}@example.com", "name": "Ada"}
            return Wish("getOrCreateCustomer", {**about, "idempotencyKey": key}, buyer, False, key)
        if not buyer.cards:
            card = self._collect(chance.choice(CARDS))
            return Wish("addPaymentMethod", {"paymentMethod": card, "idempotencyKey": key}, buyer, False, key)
        kinds = {
            "charge": 5,
            "subscribe": 4,
            "addInvoiceItem": 5,
            "sendInvoice": 5,
            "addPaymentMethod": 1,
            "addCoupon": 2,
            "cancelSubscription": 2 if buyer.subscriptions else 0,
            "resumeSubscription": 2 if buyer.subscriptions else 0,
            "payInvoice": 2 if buyer.invoices else 0,
            "purgeCustomer": 0.4,
        }
        mutation = chance.choices(list(kinds), list(kinds.values()))[0]
        input, by_operator = self._input(mutation, buyer, buyer.customer)
        return Wish(mutation, {**input, "idempotencyKey": key}, buyer, by_operator, key)

    def _input(self, mutation: str, buyer: Buyer, customer: str) -> tuple[dict[str, Any], bool]:
        """The input but for the key, and whether an operator asks."""
        chance = self._generator
        amount = {"decimal": f"{chance.randint(100, 9_999) / 100:.2f}", "currency": "USD"}
        match mutation:
            case "charge" | "addInvoiceItem":
                return {"customer": customer, "amount": amount}, True
            case "sendInvoice":
                return {"customer": customer, "payNow": chance.random() < 0.5}, True
            case "subscribe":
                return {"items": [{"price": chance.choice(self._prices), "quantity": chance.randint(1, 3)}]}, False
            case "addPaymentMethod":
                return {"paymentMethod": self._collect("tok_visa")}, False
            case "addCoupon":
                return {"customer": customer, "coupon": chance.choice(self._coupons)}, True
            case "cancelSubscription":
                at_once = chance.random() < 0.3
                return {"subscription": chance.choice(buyer.subscriptions), "immediately": at_once}, True
            case "resumeSubscription":
                return {"subscription": chance.choice(buyer.subscriptions)}, False
            case "payInvoice":
                return {"invoice": chance.choice(buyer.invoices)}, True
            case _:
                return {"customer": customer}, True
