"""Somebody who tries everything: likely requests, for state machines of hypothesis."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.sandbox.client import DAY, Object

CARDS = st.sampled_from(
    [
        "pm_card_visa",
        "pm_card_chargeCustomerFail",
        "pm_card_authenticationRequired",
        "pm_card_threeDSecure2Required",
        "pm_card_chargeDeclined",
        "pm_card_createDispute",
        "pm_card_createDisputeInquiry",
        "pm_card_nope",
    ]
)
PLACES = st.integers(0, 50)
KINDS = {
    "customers": "/v1/customers",
    "invoices": "/v1/invoices",
    "invoiceitems": "/v1/invoiceitems",
    "payment_intents": "/v1/payment_intents",
    "charges": "/v1/charges",
    "disputes": "/v1/disputes",
    "refunds": "/v1/refunds",
    "subscriptions": "/v1/subscriptions",
    "invoice_payments": "/v1/invoice_payments",
    "promotion_codes": "/v1/promotion_codes",
    "balance_transactions": "/v1/balance_transactions",
    "credit_notes": "/v1/credit_notes",
    "subscription_schedules": "/v1/subscription_schedules",
}


class Living(RuleBasedStateMachine):
    """The requests. Who speaks to which sandbox, and how a life begins and ends, is said by its heirs."""

    customers: list[str]
    prices: list[str]
    coupons: list[str]

    def call(self, method: str, path: str, **params: Any) -> Object:
        """The body of the answer, of a refusal too."""
        raise NotImplementedError

    def control(self, what: str, /, **body: Any) -> None:
        """A control call, which may be refused."""
        raise NotImplementedError

    def some(self, kind: str, place: int) -> str:
        rows = self.rows(kind)
        return str(rows[place % len(rows)]["id"]) if rows else "none"

    def rows(self, kind: str) -> list[Object]:
        extra = {"status": "all"} if kind == "subscriptions" else {}
        rows: list[Object] = self.call("GET", KINDS[kind], limit=100, **extra)["data"]
        return rows

    def someone(self, place: int) -> str:
        found: str = self.customers[place % len(self.customers)]
        return found

    @rule(card=CARDS)
    def a_customer_with_a_card(self, card: str) -> None:
        customer = self.call("POST", "/v1/customers", email="x@example.com")["id"]
        self.customers.append(customer)
        method = self.call("POST", f"/v1/payment_methods/{card}/attach", customer=customer)
        if "id" in method:
            settings = {"default_payment_method": method["id"]}
            self.call("POST", f"/v1/customers/{customer}", invoice_settings=settings)

    @rule(who=PLACES)
    def a_customer_goes(self, who: int) -> None:
        self.call("DELETE", f"/v1/customers/{self.someone(who)}")

    @rule(
        who=PLACES,
        price=PLACES,
        quantity=st.integers(0, 3),
        coupon=st.none() | PLACES,
        trial=st.sampled_from([None, 0, 1, 14]),
        behavior=st.sampled_from(["allow_incomplete", "default_incomplete", "error_if_incomplete"]),
        sends=st.booleans(),
    )
    def a_subscription(
        self, who: int, price: int, quantity: int, coupon: int | None, trial: int | None, behavior: str, sends: bool
    ) -> None:
        how = {"collection_method": "send_invoice", "days_until_due": 5} if sends else {"payment_behavior": behavior}
        discounts = {} if coupon is None else {"discounts": [{"coupon": self.coupons[coupon % len(self.coupons)]}]}
        items = [{"price": self.prices[price % len(self.prices)], "quantity": quantity}]
        asked = {"customer": self.someone(who), "items": items, "trial_period_days": trial}
        self.call("POST", "/v1/subscriptions", **asked, **how, **discounts)

    @rule(
        place=PLACES,
        price=PLACES,
        quantity=st.integers(1, 4),
        proration=st.sampled_from(["none", "create_prorations", "always_invoice"]),
    )
    def a_swap(self, place: int, price: int, quantity: int, proration: str) -> None:
        id = self.some("subscriptions", place)
        items = self.call("GET", f"/v1/subscriptions/{id}").get("items", {"data": []})["data"]
        if items:
            change = {"id": items[0]["id"], "price": self.prices[price % len(self.prices)], "quantity": quantity}
            self.call("POST", f"/v1/subscriptions/{id}", items=[change], proration_behavior=proration)

    @rule(
        place=PLACES,
        change=st.sampled_from(
            [
                {"cancel_at_period_end": True},
                {"cancel_at_period_end": False},
                {"trial_end": "now"},
                {"billing_cycle_anchor": {"type": "now"}},
                {"pause_collection": {"behavior": "void"}},
                {"pause_collection": {"behavior": "keep_as_draft"}},
                {"metadata": {"a": "b"}},
                {"cancel_at": "min_period_end"},
                {"collection_method": "send_invoice", "days_until_due": 3},
            ]
        ),
    )
    def a_change(self, place: int, change: dict[str, Any]) -> None:
        self.call("POST", f"/v1/subscriptions/{self.some('subscriptions', place)}", **change)

    @rule(
        who=PLACES,
        prices=st.lists(PLACES, min_size=1, max_size=3),
        ends=st.sampled_from(["release", "cancel"]),
        days=st.integers(-20, 20),
        more=st.sampled_from(
            [
                {},
                {"proration_behavior": "always_invoice"},
                {"billing_cycle_anchor": "phase_start"},
                {"trial": True},
                {"duration": {"interval": "week", "interval_count": 3}},
            ]
        ),
    )
    def a_schedule(self, who: int, prices: list[int], ends: str, days: int, more: dict[str, Any]) -> None:
        customer = self.someone(who)
        created = self.call("GET", f"/v1/customers/{customer}").get("created", 0)
        phases = [{"items": [{"price": self.prices[price % len(self.prices)]}], **more} for price in prices]
        start = {"start_date": created + days * DAY} if days else {}
        self.call("POST", "/v1/subscription_schedules", customer=customer, end_behavior=ends, phases=phases, **start)

    @rule(place=PLACES)
    def a_schedule_for_a_subscription(self, place: int) -> None:
        self.call("POST", "/v1/subscription_schedules", from_subscription=self.some("subscriptions", place))

    @rule(place=PLACES, price=PLACES, quantity=st.integers(1, 3), verb=st.sampled_from(["", "/release", "/cancel"]))
    def a_schedule_goes_on(self, place: int, price: int, quantity: int, verb: str) -> None:
        path = f"/v1/subscription_schedules/{self.some('subscription_schedules', place)}"
        phases = [
            {
                "items": [{"price": one["items"][0]["price"]}],
                "start_date": one["start_date"],
                "end_date": one["end_date"],
            }
            for one in self.call("GET", path).get("phases", [])
        ]
        phases.append({"items": [{"price": self.prices[price % len(self.prices)], "quantity": quantity}]})
        self.call("POST", path + verb, **({} if verb else {"phases": phases}))

    @rule(
        place=PLACES,
        unused=st.sampled_from(["now", "none", "item_current_period_start"]),
        how=st.sampled_from(["invoice", "pending_invoice_item"]),
    )
    def a_pause(self, place: int, unused: str, how: str) -> None:
        path = f"/v1/subscriptions/{self.some('subscriptions', place)}/pause"
        self.call("POST", path, bill_for={"unused_time_from": {"type": unused}}, invoicing_behavior=how)

    @rule(
        place=PLACES,
        anchor=st.sampled_from(["now", "unchanged"]),
        behavior=st.sampled_from(["resume_on_payment_attempt", "resume_on_payment_success"]),
    )
    def a_resumption(self, place: int, anchor: str, behavior: str) -> None:
        path = f"/v1/subscriptions/{self.some('subscriptions', place)}/resume"
        self.call("POST", path, billing_cycle_anchor={"type": anchor}, payment_behavior=behavior)

    @rule(place=PLACES, prorate=st.booleans(), invoice_now=st.booleans())
    def a_cancellation(self, place: int, prorate: bool, invoice_now: bool) -> None:
        path = f"/v1/subscriptions/{self.some('subscriptions', place)}"
        self.call("DELETE", path, prorate=prorate, invoice_now=invoice_now)

    @rule(who=PLACES, amount=st.integers(-3_000, 3_000), currency=st.sampled_from(["usd", "jpy"]))
    def an_item(self, who: int, amount: int, currency: str) -> None:
        self.call("POST", "/v1/invoiceitems", customer=self.someone(who), amount=amount, currency=currency)

    @rule(who=PLACES, auto=st.booleans())
    def an_invoice(self, who: int, auto: bool) -> None:
        how = {"pending_invoice_items_behavior": "include", "auto_advance": auto}
        self.call("POST", "/v1/invoices", customer=self.someone(who), **how)

    @rule(place=PLACES, verb=st.sampled_from(["finalize", "pay", "void", "mark_uncollectible", "send"]))
    def an_invoice_goes_on(self, place: int, verb: str) -> None:
        self.call("POST", f"/v1/invoices/{self.some('invoices', place)}/{verb}")

    @rule(place=PLACES)
    def an_invoice_is_deleted(self, place: int) -> None:
        self.call("DELETE", f"/v1/invoices/{self.some('invoices', place)}")

    @rule(who=PLACES, card=CARDS, amount=st.integers(0, 5_000), manual=st.booleans(), off=st.booleans())
    def a_payment(self, who: int, card: str, amount: int, manual: bool, off: bool) -> None:
        how = {"capture_method": "manual"} if manual else {}
        asked = {"amount": amount, "currency": "usd", "confirm": True, "return_url": "http://localhost/"}
        self.call(
            "POST",
            "/v1/payment_intents",
            customer=self.someone(who),
            payment_method=card,
            off_session=off,
            **asked,
            **how,
        )

    @rule(place=PLACES, verb=st.sampled_from(["capture", "cancel"]))
    def an_intent_goes_on(self, place: int, verb: str) -> None:
        self.call("POST", f"/v1/payment_intents/{self.some('payment_intents', place)}/{verb}")

    @rule(place=PLACES, card=CARDS)
    def an_intent_is_confirmed(self, place: int, card: str) -> None:
        path = f"/v1/payment_intents/{self.some('payment_intents', place)}/confirm"
        self.call("POST", path, payment_method=card, return_url="http://localhost/")

    @rule(place=PLACES, succeed=st.booleans())
    def the_bank_is_answered(self, place: int, succeed: bool) -> None:
        self.control(f"intents/{self.some('payment_intents', place)}/complete", succeed=succeed)

    @rule(place=PLACES, amount=st.none() | st.integers(1, 3_000))
    def a_refund(self, place: int, amount: int | None) -> None:
        self.call("POST", "/v1/refunds", charge=self.some("charges", place), amount=amount)

    @rule(
        place=PLACES,
        text=st.sampled_from(["winning_evidence", "losing_evidence", "escalate_inquiry_evidence", "Proof."]),
        submit=st.booleans(),
    )
    def a_dispute_is_answered(self, place: int, text: str, submit: bool) -> None:
        path = f"/v1/disputes/{self.some('disputes', place)}"
        self.call("POST", path, evidence={"uncategorized_text": text}, submit=submit)

    @rule(place=PLACES)
    def a_chargeback_is_accepted(self, place: int) -> None:
        path = f"/v1/disputes/{self.some('disputes', place)}"
        if not self.call("GET", path).get("status", "").startswith("warning_"):
            self.call("POST", f"{path}/close")

    @rule(place=PLACES)
    def a_preview(self, place: int) -> None:
        self.call("POST", "/v1/invoices/create_preview", subscription=self.some("subscriptions", place))

    @rule(seconds=st.sampled_from([60, 3_700, DAY, 8 * DAY, 32 * DAY]))
    def time_passes(self, seconds: int) -> None:
        self.control("clock", seconds=seconds)
