"""One pretend account: its objects, its clock, what happened. Nothing outlives the instance."""

import random
import string
from dataclasses import dataclass, field
from typing import Any

from sandbox.account.attempts import Attempt
from sandbox.account.clock import Clock, Timers
from sandbox.account.objects import Object
from sandbox.account.tables import Index, Journal, Table
from sandbox.api.errors import ApiError, no_such

API_VERSION = "2026-10-28.endive"
LETTERS = string.ascii_letters + string.digits
SHORT = frozenset(("cus", "prod", "si"))
LONG = frozenset(("ent", "feat"))

PREFIXES = {
    "account": "acct",
    "balance_transaction": "txn",
    "billing_portal.configuration": "bpc",
    "billing_portal.session": "bps",
    "charge": "ch",
    "checkout.session": "cs_test",
    "coupon": "",
    "credit_note": "cn",
    "credit_note_line_item": "cnli",
    "customer": "cus",
    "customer_balance_transaction": "cbtxn",
    "discount": "di",
    "dispute": "du",
    "entitlements.active_entitlement": "ent",
    "entitlements.feature": "feat",
    "event": "evt",
    "invoice": "in",
    "invoice_payment": "inpay",
    "invoiceitem": "ii",
    "item": "li",
    "line_item": "il",
    "payment_intent": "pi",
    "payment_method": "pm",
    "price": "price",
    "product": "prod",
    "product_feature": "prodft",
    "promotion_code": "promo",
    "refund": "re",
    "setup_attempt": "setatt",
    "setup_intent": "seti",
    "subscription": "sub",
    "subscription_item": "si",
    "subscription_schedule": "sub_sched",
    "tax_id": "txi",
    "tax_rate": "txr",
    "test_helpers.test_clock": "clock",
    "webhook_endpoint": "we",
}


def field_of(*path: str) -> Index:
    """An index on a field, possibly of a nested hash."""

    def value(row: Object) -> str | None:
        here: Any = row
        for name in path:
            here = here.get(name) if here else None
        return here or None

    return value


INDEXES: dict[str, dict[str, Index]] = {
    "balance_transaction": {"source": field_of("source")},
    "billing_portal.session": {"secret": field_of("_", "secret")},
    "charge": {"customer": field_of("customer"), "payment_intent": field_of("payment_intent")},
    "credit_note": {"customer": field_of("customer"), "invoice": field_of("invoice")},
    "credit_note_line_item": {
        "credit_note": field_of("_", "credit_note"),
        "invoice_line_item": field_of("invoice_line_item"),
    },
    "checkout.session": {
        "customer": field_of("customer"),
        "intent": field_of("_", "intent"),
        "payment_intent": field_of("payment_intent"),
        "subscription": field_of("subscription"),
    },
    "customer": {"email": field_of("email"), "test_clock": field_of("test_clock")},
    "customer_balance_transaction": {"customer": field_of("customer")},
    "discount": {"subscription": field_of("subscription"), "customer": field_of("customer")},
    "dispute": {"charge": field_of("charge"), "payment_intent": field_of("payment_intent")},
    "entitlements.active_entitlement": {"customer": field_of("_", "customer")},
    "entitlements.feature": {"lookup_key": field_of("lookup_key")},
    "event": {"object": field_of("data", "object", "id"), "type": field_of("type")},
    "invoice": {
        "customer": field_of("customer"),
        "subscription": field_of("parent", "subscription_details", "subscription"),
    },
    "invoice_payment": {
        "invoice": field_of("invoice"),
        "payment_intent": field_of("payment", "payment_intent"),
    },
    "invoiceitem": {
        "customer": field_of("customer"),
        "invoice": field_of("invoice"),
        "pending": lambda row: row["customer"] if row["invoice"] is None else None,
    },
    "item": {"session": field_of("_", "session")},
    "line_item": {"invoice": field_of("invoice")},
    "payment_intent": {"customer": field_of("customer")},
    "payment_method": {"customer": field_of("customer")},
    "price": {
        "adhoc": field_of("_", "adhoc"),
        "lookup_key": field_of("lookup_key"),
        "product": field_of("product"),
    },
    "product_feature": {"product": field_of("_", "product")},
    "promotion_code": {"code": lambda row: row["code"].lower(), "coupon": field_of("promotion", "coupon")},
    "refund": {"charge": field_of("charge"), "payment_intent": field_of("payment_intent")},
    "setup_attempt": {"setup_intent": field_of("setup_intent")},
    "setup_intent": {"customer": field_of("customer")},
    "subscription": {"customer": field_of("customer")},
    "subscription_item": {"subscription": field_of("subscription"), "price": field_of("price")},
    "subscription_schedule": {"customer": field_of("customer")},
    "tax_id": {"customer": field_of("customer")},
}


@dataclass
class Request:
    """Which request an event comes from; both are None for what happens by itself."""

    id: str | None = None
    idempotency_key: str | None = None


@dataclass
class Rules:
    """What an account's owner sets in the dashboard, and what a test asks for."""

    retry_days: list[int] = field(default_factory=lambda: [3, 5, 7])
    after_retries: str = "cancel"
    next_card_results: list[str] = field(default_factory=list)
    requests_per_second: float | None = None


class State:
    """Everything that one sandbox knows."""

    def __init__(self, generator: random.Random, base_url: str, test_mode: "State | None" = None) -> None:
        """The objects of live mode when those of test mode are given: both are the same account's, in the same time."""
        self.livemode = test_mode is not None
        self.other_mode = test_mode
        self.generator = generator
        self.base_url = base_url
        self.clock: Clock = test_mode.clock if test_mode else Clock()
        self.timers = Timers()
        self.journal = Journal()
        self.rules = Rules()
        self.request = Request()
        self.muted = 0
        self.outbox: list[str] = []
        self.counts: dict[str, int] = {}
        self.attempts: dict[str, Attempt] = {}
        self.tables = {
            kind: Table(kind, self.journal, INDEXES.get(kind, {}), livemode=self.livemode) for kind in PREFIXES
        }
        self.account: str = test_mode.account if test_mode else self.new_id("account")
        self.began: int = test_mode.began if test_mode else self.clock.now()
        if test_mode:
            test_mode.other_mode = self

    @property
    def payment_method_configuration(self) -> str:
        """The id of the dashboard's settings on which payment methods are offered."""
        return f"pmc_{self.account.removeprefix('acct_')}"

    def use_journal(self, journal: Journal) -> None:
        """From now on changes are noted in this journal."""
        self.journal = journal
        for table in self.tables.values():
            table.journal = journal

    def table(self, kind: str) -> Table:
        """The objects of a kind."""
        return self.tables[kind]

    def new_id(self, kind: str) -> str:
        """A fresh id with Stripe's prefix."""
        prefix = PREFIXES[kind]
        if prefix in LONG:
            return self.token(30, f"{prefix}_61" if self.livemode else f"{prefix}_test_61")
        return self.token(14 if prefix in SHORT else 24, f"{prefix}_") if prefix else self.token(8)

    def token(self, length: int, prefix: str = "") -> str:
        """Random letters and digits."""
        return prefix + "".join(self.generator.choices(LETTERS, k=length))

    def find(self, kind: str, id: str, param: str, *, status: int = 400) -> Object:
        """The row with an id, to read. Raises ApiError resource_missing."""
        row = self.tables[kind].get(id)
        if row is None:
            raise self.no_such(kind, id, param, status=status)
        return row

    def no_such(self, kind: str, id: str, param: str, *, status: int = 400) -> ApiError:
        """The error about an id that is not there; it tells when it is in the other mode."""
        error = no_such(kind, id, param, status=status)
        if self.other_mode is not None and id in self.other_mode.tables[kind].rows:
            there, here = ("test", "live") if self.livemode else ("live", "test")
            message = error.fields["message"].partition(";")[0]
            error.fields["message"] = (
                f"{message}; a similar object exists in {there} mode, but a {here} mode key was used to make this"
                " request."
            )
        return error

    def edit(self, row: Object) -> Object:
        """The same row, to change."""
        return self.tables[row["object"]].edit(row["id"])

    def get(self, kind: str, id: str) -> Object:
        """A row that is known to be there, deleted or not."""
        table = self.tables[kind]
        row = table.get(id)
        return row if row is not None else table.gone[id]

    def clock_of(self, row: Object) -> str:
        """The test clock that an object lives on, or ""."""
        if row["object"] == "invoice_payment":
            row = self.get("invoice", row["invoice"])
        if "test_clock" in row:
            return row["test_clock"] or ""
        kept: str | None = row.get("_", {}).get("clock")
        if kept is not None:
            return kept
        customer = row["id"] if row["object"] == "customer" else row.get("customer")
        if not customer:
            return ""
        owner = self.tables["customer"].get(customer) or self.tables["customer"].gone.get(customer) or {}
        return owner.get("test_clock") or ""

    def now(self, clock: str = "") -> int:
        """The time on a test clock, or the sandbox's own."""
        test_clock = self.tables["test_helpers.test_clock"].get(clock) if clock else None
        return test_clock["frozen_time"] if test_clock else self.clock.now()

    def now_for(self, row: Object) -> int:
        """The time that an object lives in."""
        return self.now(self.clock_of(row))

    def at(self, row: Object, due: int, action: str) -> None:
        """Remembers to do something to an object at a time; what is only imagined is not remembered."""
        if not self.muted:
            self.timers.set(self.clock_of(row), due, action, row["id"])

    def soon(self, row: Object, action: str, seconds: int = 0) -> None:
        """Remembers to do something once the request is through, in the sandbox's own time even on a test clock."""
        if not self.muted:
            self.timers.set("", self.clock.now() + seconds, action, row["id"])
