"""A year in the life of a busy business, by chance but the same for a seed, lived through the API only.

All kinds of plans, trials, coupons, swaps, pauses, failing cards, refunds, disputes, cancellations; half of the
customers live on test clocks, the others in the sandbox's own time.
"""

import random
from collections.abc import Callable
from typing import Any

from tests.sandbox.client import DAY, Client, Object

WEEK = 7 * DAY
CARDS = (
    *("pm_card_visa",) * 6,
    "pm_card_mastercard",
    "pm_card_amex",
    "pm_card_chargeCustomerFail",
    "pm_card_authenticationRequired",
    "pm_card_createDispute",
    "pm_card_refundFail",
)
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class BusyYear:
    """One business; its customers come little by little and do something every week."""

    def __init__(self, client: Client, seed: int, customers: int) -> None:
        self.client = client
        self.chance = random.Random(seed)
        self.wanted = customers
        self.prices: list[Object] = []
        self.coupons: list[str] = []
        self.people: list[str] = []
        self.clocks: list[Object] = []
        self.refused: dict[str, int] = {}

    def live(self, weeks: int = 52) -> None:
        """From opening the shop to a year later."""
        self.open()
        for week in range(weeks):
            while len(self.people) < self.wanted * min(1.0, (week + 1) / (weeks * 0.7)):
                self.somebody_comes()
            for _ in range(max(3, self.wanted // 8)):
                self.chance.choice(DEEDS)(self)
            self.client.advance(WEEK)
            self.turn_clocks()

    def open(self) -> None:
        """The catalogue, and a test clock or two."""
        client = self.client
        for amount, currency, interval, more in PLANS:
            self.prices.append(client.price(amount, currency, interval, **more))
        self.extra = client.price(1_500, interval=None)
        for more in COUPONS:
            self.coupons.append(client.post("/v1/coupons", **more)["id"])
        for code, coupon in zip(("WELCOME", "FRIENDS"), self.coupons, strict=False):
            client.post("/v1/promotion_codes", code=code, promotion={"type": "coupon", "coupon": coupon})
        client.post("/v1/webhook_endpoints", url="https://example.com/hook", enabled_events=["invoice.paid"])
        now = client.get("/v1/account")["created"]
        for name in ("slow", "quick"):
            clock = client.post("/v1/test_helpers/test_clocks", frozen_time=now, name=name)
            self.clocks.append(clock)

    def turn_clocks(self) -> None:
        """The quick one goes ahead of the others."""
        for clock, days in zip(self.clocks, (6, 9), strict=True):
            clock["frozen_time"] += days * DAY
            path = f"/v1/test_helpers/test_clocks/{clock['id']}/advance"
            self.client.post(path, frozen_time=clock["frozen_time"])

    def may(self, method: str, path: str, **params: Any) -> Object | None:
        """A request that may be refused; what for is counted."""
        response = self.client.send(method, path, **params)
        body: Object = response.json()
        if response.status_code == 200:
            return body
        error = body["error"]
        assert response.status_code in (400, 402, 404, 501), error
        told = f"{response.status_code} {error.get('code') or error['message'][:60]}"
        self.refused[told] = self.refused.get(told, 0) + 1
        return None

    def somebody_comes(self) -> None:
        """A customer with a card, and mostly a subscription."""
        number, chance = len(self.people), self.chance
        clock = chance.choice(self.clocks)["id"] if chance.random() < 0.4 else None
        customer = self.client.post(
            "/v1/customers",
            email=f"somebody{number}@example.com",
            name=chance.choice(("Ada", "Grace", "Zoë", "李雷")),
            metadata={"number": str(number)},
            address={"country": "US", "postal_code": "94107"} if chance.random() < 0.5 else None,
            balance=chance.choice((None, None, None, -2_000, 350)),
            test_clock=clock,
        )
        self.people.append(customer["id"])
        self.new_card(customer["id"])
        if chance.random() < 0.85:
            self.subscribes(customer["id"])

    def new_card(self, customer: str | None = None) -> None:
        customer = customer or self.someone()
        method = self.may("POST", f"/v1/payment_methods/{self.chance.choice(CARDS)}/attach", customer=customer)
        if method:
            settings = {"default_payment_method": method["id"]}
            self.may("POST", f"/v1/customers/{customer}", invoice_settings=settings)

    def subscribes(self, customer: str | None = None) -> None:
        customer, chance = customer or self.someone(), self.chance
        how: dict[str, Any] = {}
        if chance.random() < 0.2:
            how |= {"collection_method": "send_invoice", "days_until_due": 14}
        elif chance.random() < 0.3:
            how["payment_behavior"] = chance.choice(("default_incomplete", "error_if_incomplete", "allow_incomplete"))
        if chance.random() < 0.3:
            how["trial_period_days"] = chance.choice((3, 14, 30))
        if chance.random() < 0.3:
            how["discounts"] = [{"coupon": chance.choice(self.coupons)}]
        if chance.random() < 0.1:
            how["add_invoice_items"] = [{"price": self.extra["id"]}]
        if chance.random() < 0.1:
            how["cancel_at_period_end"] = True
        chosen = chance.sample(
            [price for price in self.prices if price["currency"] == "usd"], chance.choice((1, 1, 1, 2))
        )
        if chance.random() < 0.1:
            chosen = [price for price in self.prices if price["currency"] != "usd"][:1]
        items = [{"price": price["id"], "quantity": chance.randint(1, 9)} for price in chosen]
        self.may("POST", "/v1/subscriptions", customer=customer, items=items, **how)

    def someone(self) -> str:
        return self.chance.choice(self.people)

    def some(self, path: str, **params: Any) -> Object | None:
        """One of the newest of a list."""
        page = self.may("GET", path, limit=20, **params)
        return self.chance.choice(page["data"]) if page and page["data"] else None

    def running(self) -> Object | None:
        return self.some("/v1/subscriptions", customer=self.someone())

    def swaps(self) -> None:
        subscription, chance = self.running(), self.chance
        if subscription is None:
            return
        item = subscription["items"]["data"][0]
        price = chance.choice([one for one in self.prices if one["currency"] == subscription["currency"]])
        change = {"id": item["id"], "price": price["id"], "quantity": chance.randint(1, 9)}
        behavior = chance.choice(("create_prorations", "always_invoice", "none"))
        self.may("POST", f"/v1/subscriptions/{subscription['id']}", items=[change], proration_behavior=behavior)

    def changes(self) -> None:
        subscription = self.running()
        if subscription is not None:
            self.may("POST", f"/v1/subscriptions/{subscription['id']}", **self.chance.choice(CHANGES))

    def cancels(self) -> None:
        subscription, chance = self.running(), self.chance
        if subscription is not None and chance.random() < 0.5:
            how = {"prorate": chance.random() < 0.5, "invoice_now": chance.random() < 0.5}
            self.may("DELETE", f"/v1/subscriptions/{subscription['id']}", **how)

    def buys(self) -> None:
        customer = self.client.get(f"/v1/customers/{self.someone()}")
        method = (customer.get("invoice_settings") or {}).get("default_payment_method")
        manual = {"capture_method": "manual"} if self.chance.random() < 0.3 else {}
        self.may(
            "POST",
            "/v1/payment_intents",
            amount=self.chance.randint(50, 90_000),
            confirm=True,
            currency="usd",
            customer=customer["id"],
            payment_method=method or "pm_card_visa",
            return_url="https://example.com/back",
            **manual,
        )

    def saves_a_card(self) -> None:
        method = self.chance.choice(CARDS)
        how = {"payment_method": method, "confirm": True, "return_url": "https://example.com/back"}
        self.may("POST", "/v1/setup_intents", customer=self.someone(), **how)

    def goes_on(self) -> None:
        intent, chance = self.some("/v1/payment_intents"), self.chance
        if intent is None:
            return
        path = f"/v1/payment_intents/{intent['id']}"
        match intent["status"]:
            case "requires_capture":
                part = {"amount_to_capture": intent["amount"] // 2} if chance.random() < 0.5 else {}
                self.may("POST", f"{path}/capture", **part)
            case "requires_action":
                self.client.control(f"intents/{intent['id']}/complete", succeed=chance.random() < 0.7)
            case "requires_payment_method" | "requires_confirmation":
                verb = chance.choice(("confirm", "cancel"))
                method = {"payment_method": "pm_card_visa", "return_url": "https://example.com/back"}
                self.may("POST", f"{path}/{verb}", **(method if verb == "confirm" else {}))

    def refunds(self) -> None:
        charge = self.some("/v1/charges")
        if charge is not None:
            part = {"amount": self.chance.randint(1, charge["amount"])} if self.chance.random() < 0.5 else {}
            self.may("POST", "/v1/refunds", charge=charge["id"], reason=self.chance.choice(REASONS), **part)

    def is_billed(self) -> None:
        customer, chance = self.someone(), self.chance
        for _ in range(chance.choice((1, 2, 12))):
            amount = chance.randint(-500, 5_000)
            self.may("POST", "/v1/invoiceitems", customer=customer, amount=amount, currency="usd")
        how = {"pending_invoice_items_behavior": "include", "auto_advance": chance.random() < 0.5}
        self.may("POST", "/v1/invoices", customer=customer, **how)

    def settles(self) -> None:
        invoice = self.some("/v1/invoices")
        if invoice is not None:
            verb = self.chance.choice(("finalize", "pay", "pay", "send", "void", "mark_uncollectible"))
            outside = {"paid_out_of_band": True} if verb == "pay" and self.chance.random() < 0.3 else {}
            self.may("POST", f"/v1/invoices/{invoice['id']}/{verb}", **outside)

    def is_credited(self) -> None:
        path = f"/v1/customers/{self.someone()}/balance_transactions"
        self.may("POST", path, amount=self.chance.randint(-3_000, 1_000) or 1, currency="usd")

    def disputes(self) -> None:
        dispute = self.some("/v1/disputes")
        if dispute is not None:
            evidence = {"uncategorized_text": self.chance.choice(("winning_evidence", "losing_evidence"))}
            self.may("POST", f"/v1/disputes/{dispute['id']}", evidence=evidence)

    def looks_ahead(self) -> None:
        subscription = self.running()
        if subscription is not None:
            self.may("POST", "/v1/invoices/create_preview", subscription=subscription["id"])

    def leaves(self) -> None:
        if len(self.people) > 5 and self.chance.random() < 0.3:
            gone = self.people.pop(self.chance.randrange(len(self.people)))
            self.may("DELETE", f"/v1/customers/{gone}")


PLANS: list[tuple[int, str, str | None, dict[str, Any]]] = [
    (900, "usd", "month", {}),
    (2_900, "usd", "month", {"nickname": "Pro", "lookup_key": "pro"}),
    (29_000, "usd", "year", {}),
    (700, "usd", "week", {}),
    (5_000, "usd", "month", {"recurring": {"interval_count": 3}}),
    (4_500, "jpy", "month", {}),
    (1_900, "eur", "month", {}),
]
COUPONS: list[dict[str, Any]] = [
    {"percent_off": 20, "duration": "forever"},
    {"percent_off": 33.3, "duration": "repeating", "duration_in_months": 3},
    {"amount_off": 500, "currency": "usd", "duration": "once"},
    {"amount_off": 99_999, "currency": "usd", "duration": "once", "max_redemptions": 20},
]
CHANGES: list[dict[str, Any]] = [
    {"cancel_at_period_end": True},
    {"cancel_at_period_end": False},
    {"trial_end": "now"},
    {"billing_cycle_anchor": {"type": "now"}},
    {"pause_collection": {"behavior": "void"}},
    {"pause_collection": ""},
    {"metadata": {"seen": "yes"}},
    {"collection_method": "send_invoice", "days_until_due": 3},
    {"discounts": ""},
]
DEEDS: tuple[Callable[[BusyYear], None], ...] = (
    *(BusyYear.swaps, BusyYear.changes, BusyYear.buys, BusyYear.goes_on, BusyYear.settles) * 2,
    *(BusyYear.new_card, BusyYear.subscribes, BusyYear.cancels, BusyYear.refunds, BusyYear.is_billed),
    *(BusyYear.is_credited, BusyYear.disputes, BusyYear.looks_ahead, BusyYear.leaves, BusyYear.saves_a_card),
)
