"""Parameters by chance from the shape of an endpoint: mostly what fits, sometimes what does not."""

import random
from typing import Any

from sandbox.account.state import State
from sandbox.api.parameters import (
    Anything,
    Boolean,
    Choice,
    Currency,
    Either,
    Hash,
    Integer,
    Kind,
    Listed,
    Metadata,
    Moments,
    Number,
    Shape,
    Unsupported,
)
from sandbox.timing.periods import DAY

WRONG = 0.02
OPTIONAL = 0.12
MOMENTS = ("_at", "_end", "_date", "_time", "anchor", "due_by", "start", "end", "redeem_by", "timestamp")
NONSENSE: tuple[Any, ...] = ("", "no such thing", "-1", "1e3", "9" * 30, "\u00fc\u2603", {"x": "y"}, [], ["0"], "true")
WORDS = ("Something", "someone@example.com", "a_b-C.1", "\u00dcn\u00ef \u2603", "https://example.com/x", "4242", "")
CARDS = (
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_chargeCustomerFail",
    "pm_card_authenticationRequired",
    "pm_card_threeDSecure2Required",
    "pm_card_createDispute",
    "pm_card_refundFail",
    "pm_card_visa_chargeDeclined",
)
# What a parameter refers to when it is not called like it.
REFERENCES = {
    "default_payment_method": "payment_method",
    "default_price": "price",
    "id": "subscription_item",
    "latest_invoice": "invoice",
    "subscription_item": "subscription_item",
    "test_clock": "test_helpers.test_clock",
    "invoice_item": "invoiceitem",
    "default_tax_rates": "tax_rate",
    "tax_rates": "tax_rate",
    "from_subscription": "subscription",
    "configuration": "billing_portal.configuration",
    "entitlement_feature": "entitlements.feature",
}
# Kinds that are another one in other clothes.
SHOWN_AS = {"plan": "price"}


class Parameters:
    """Draws parameters; references are to objects that are there, more often than not."""

    def __init__(self, state: State, chance: random.Random) -> None:
        self.state = state
        self.chance = chance

    def some(self, shape: Shape, kind: str = "", deep: int = 0) -> dict[str, Any]:
        """A few of the parameters of a shape, on the way to an object of a kind."""
        share = OPTIONAL if len(shape) > 6 else 0.35
        chosen = [name for name, of in shape.items() if of.required or (deep < 4 and self.chance.random() < share)]
        if chosen and self.chance.random() < WRONG:
            chosen.remove(self.chance.choice(chosen))
        drawn = {name: self.value(name, shape[name], kind, deep) for name in chosen}
        if self.chance.random() < WRONG / 2:
            drawn["surprise"] = "x"
        return drawn

    def value(self, name: str, kind: Kind, of: str, deep: int) -> Any:
        """A value for one parameter."""
        if self.chance.random() < WRONG:
            return self.chance.choice(NONSENSE)
        match kind:
            case Choice():
                return self.chance.choice(kind.words)
            case Boolean():
                return self.chance.random() < 0.5
            case Integer():
                return self.integer(name, kind)
            case Number():
                return self.chance.choice(("0.5", "10", "33.333", "1200", "99.99", "100"))
            case Currency():
                return self.chance.choice(("usd", "usd", "usd", "eur", "jpy"))
            case Hash():
                return self.some(kind.shape, of, deep + 1)
            case Listed():
                least = 1 if kind.required else 0
                return [self.value(name, kind.of, of, deep + 1) for _ in range(self.chance.randint(least, 2))]
            case Metadata():
                return self.chance.choice(({"a": "b"}, {"a": ""}, {"k" * 40: "v" * 500}, ""))
            case Either():
                words = self.chance.random() < 0.5
                return self.chance.choice(kind.words) if words else self.value(name, kind.other, of, deep)
            case Moments():
                return self.chance.choice(({"gte": self.now() - DAY}, {"lt": self.now() + 1}, self.now()))
            case Unsupported():
                return self.chance.choice(("", "", "", "x"))
            case Anything():
                return self.chance.choice(("", "x", {"a": "b"}))
        return self.text(name, of)

    def integer(self, name: str, kind: Integer) -> int:
        """A small number, a moment, or the edge of what is allowed."""
        if name.endswith(("_at", "_end", "_date", "_time", "anchor", "due_by")) or name in (
            "start",
            "end",
            "redeem_by",
        ):
            days = self.chance.choice((-40, -1, 0, 1, 8, 31, 45, 400))
            return self.now() + days * DAY + self.chance.choice((0, 0, 60))
        low = 0 if kind.low is None else kind.low
        numbers = [low, low + 1, 2, 14, 500, 2_500, 30_000, low - 1]
        if kind.high is not None:
            numbers = [low, kind.high, (low + kind.high) // 2, kind.high + 1]
        return self.chance.choice(numbers)

    def text(self, name: str, of: str) -> str:
        """The id of an object if the parameter is called like one, or else some word."""
        kind = REFERENCES.get(name, name.removesuffix("s") if name.endswith("s") else name)
        if name in ("starting_after", "ending_before"):
            kind = of
        if kind == "payment_method" and self.chance.random() < 0.5:
            return self.chance.choice(CARDS)
        if SHOWN_AS.get(kind, kind) in self.state.tables:
            return self.id(kind)
        if name == "code" and self.state.tables["promotion_code"].rows and self.chance.random() < 0.3:
            return str(self.chance.choice(list(self.state.tables["promotion_code"].rows.values()))["code"])
        if name == "country":
            return self.chance.choice(("US", "DE", "GB"))
        if name in ("return_url", "success_url", "cancel_url", "url"):
            return "https://example.com/x"
        return self.chance.choice(WORDS)

    def id(self, kind: str) -> str:
        """One of the newest objects of a kind, now and then one that is gone, or none at all."""
        table = self.state.tables[SHOWN_AS.get(kind, kind)]
        dice = self.chance.random()
        if dice < 0.03:
            return "nope"
        if dice < 0.06 and table.gone:
            return self.chance.choice(list(table.gone))
        return self.chance.choice(list(table.rows)[-6:]) if table.rows else "none"

    def now(self) -> int:
        return self.state.clock.now()
