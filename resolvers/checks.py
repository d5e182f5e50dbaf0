"""What can be refused by looking at the input alone, with no call to Stripe and nothing recorded."""

import re
from collections.abc import Mapping
from typing import Any

from resolvers.context import Caller
from resolvers.money import Amount, InexactAmount, UnknownCurrency, minor_units, stripe_currency
from resolvers.outcome import Outcome, UserError, UserErrorCode

CUSTOMER = re.compile(r"cus_\w+")
SUBSCRIPTION = re.compile(r"sub_\w+")
INVOICE = re.compile(r"in_\w+")
PAYMENT_METHOD = re.compile(r"(pm|card|src|ba)_\w+")
ANY_ID = re.compile(r"[^\x00-\x20\x7f]{1,255}")
"""People choose the ids of coupons and products, and old plans' ids are prices."""
EMAIL = re.compile(r"[^@\s\x00]+@[^@\s\x00]+")
CARD_NUMBER = re.compile(r"\d[\d -]{10,}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
NO_SUCH_OBJECT = "There is no object with this id."
OPERATION_KEY = "operation"
"""The metadata key under which our operation's id travels."""


class Checks:
    """Collects what is wrong with an input."""

    def __init__(self) -> None:
        self.errors: list[UserError] = []

    @property
    def refusal(self) -> Outcome | None:
        return Outcome(errors=tuple(self.errors)) if self.errors else None

    def refuse(self, message: str, *path: str, code: UserErrorCode = UserErrorCode.INVALID_INPUT) -> None:
        self.errors.append(UserError(code, message, path or None))

    def amount(self, amount: Amount, *path: str) -> tuple[int, str]:
        """Minor units and Stripe's currency."""
        try:
            return minor_units(amount), stripe_currency(amount.currency)
        except UnknownCurrency as error:
            self.refuse(str(error), *path, "currency")
        except InexactAmount as error:
            self.refuse(str(error), *path, "decimal")
        return 0, ""

    def currency(self, currency: str, *path: str) -> str:
        try:
            return stripe_currency(currency)
        except UnknownCurrency as error:
            self.refuse(str(error), *path)
            return ""

    def id(self, id: str | None, kind: re.Pattern[str], *path: str) -> None:
        """What cannot be an id reads like an id that does not exist."""
        if id is not None and not (len(id) <= 255 and kind.fullmatch(id)):
            self.refuse(NO_SUCH_OBJECT, *path, code=UserErrorCode.NOT_FOUND)

    def customer_given(self, caller: Caller, customer: str | None) -> None:
        """Operators say which customer; subscribers are themselves."""
        if not caller.is_operator:
            if customer is not None:
                self.refuse("Leave customer out: you act on your own.", "customer", code=UserErrorCode.NOT_ALLOWED)
        elif customer is None:
            self.refuse("Say which customer this is for.", "customer")
        else:
            self.id(customer, CUSTOMER, "customer")

    def payment_method(self, id: str | None, *path: str) -> None:
        if id is not None and CARD_NUMBER.fullmatch(id.strip()):
            self.refuse("Never send card numbers. Give the id of a payment method that Stripe.js made (pm_…).", *path)
        else:
            self.id(id, PAYMENT_METHOD, *path)

    def text(self, text: str | None, longest: int, *path: str) -> None:
        if text is None:
            return
        if not text.strip():
            self.refuse("This is empty. Leave it out, or give a text.", *path)
        elif len(text) > longest:
            self.refuse(f"This has {len(text)} characters; at most {longest} are possible.", *path)
        elif CONTROL.search(text.replace("\n", "")):
            self.refuse("This holds a control character.", *path)

    def email(self, email: str | None, *path: str) -> None:
        if email is not None and not (len(email) <= 512 and EMAIL.fullmatch(email)):
            self.refuse("This is not an e-mail address.", *path)

    def whole(self, number: int | None, smallest: int, largest: int, *path: str) -> None:
        if number is not None and not smallest <= number <= largest:
            self.refuse(f"This must be a whole number from {smallest} to {largest}.", *path)

    def metadata(self, metadata: Any, *path: str, reserved: str | None = None) -> dict[str, str]:
        """Stripe's rules: up to 50 keys of up to 40 characters without brackets, values of up to 500."""
        if metadata is None:
            return {}
        if not isinstance(metadata, Mapping):
            self.refuse("Metadata is an object of keys and texts.", *path)
            return {}
        if len(metadata) > 49:
            self.refuse("Metadata has at most 49 keys here; one more is ours.", *path)
        kept: dict[str, str] = {}
        for key, value in metadata.items():
            if not 0 < len(key) <= 40 or "[" in key or "]" in key or CONTROL.search(key):
                self.refuse("A metadata key has 1 to 40 characters and no brackets.", *path, key)
            elif key in (OPERATION_KEY, reserved):
                self.refuse("This metadata key is kept for the server itself. Choose another one.", *path, key)
            elif isinstance(value, bool) or not isinstance(value, str | int | float):
                self.refuse("A metadata value is a text or a number.", *path, key)
            elif not 0 < len(str(value)) <= 500 or "\x00" in str(value):
                self.refuse("A metadata value has 1 to 500 characters.", *path, key)
            else:
                kept[key] = str(value)
        return kept
