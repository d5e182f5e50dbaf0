"""More that happens at Stripe: to the catalogue, to drafts, and to what customers have."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.sandbox.living import PLACES, Living


class Dealings(Living):
    """What somebody does who likes to change things."""

    edited: set[str]
    """The invoice items that were given another amount."""

    @rule(place=PLACES, name=st.sampled_from(["Silver", "Gold"]), active=st.booleans())
    def the_catalogue_changes(self, place: int, name: str, active: bool) -> None:
        price = self.prices[place % len(self.prices)]
        product = self.call("GET", f"/v1/prices/{price}")["product"]
        self.call("POST", f"/v1/products/{product}", name=name, active=active)
        self.call("POST", f"/v1/prices/{price}", active=active, metadata={"name": name})

    @rule(percent=st.sampled_from([5, 25]), code=st.booleans(), most=st.none() | st.just(1))
    def a_coupon(self, percent: int, code: bool, most: int | None) -> None:
        limit = {} if most is None else {"max_redemptions": most}
        coupon = self.call("POST", "/v1/coupons", percent_off=percent, duration="forever", **limit)["id"]
        self.coupons.append(coupon)
        if code:
            self.call("POST", "/v1/promotion_codes", promotion={"type": "coupon", "coupon": coupon}, **limit)

    @rule(place=PLACES)
    def a_coupon_goes(self, place: int) -> None:
        self.call("DELETE", f"/v1/coupons/{self.coupons[place % len(self.coupons)]}")

    @rule(place=PLACES, active=st.booleans())
    def a_promotion_code_changes(self, place: int, active: bool) -> None:
        self.call("POST", f"/v1/promotion_codes/{self.some('promotion_codes', place)}", active=active)

    @rule(who=PLACES, name=st.sampled_from(["Ada", "Grace", "Edsger"]))
    def a_customer_changes(self, who: int, name: str) -> None:
        self.call("POST", f"/v1/customers/{self.someone(who)}", name=name)

    @rule(who=PLACES, place=PLACES)
    def a_card_goes(self, who: int, place: int) -> None:
        cards = self.call("GET", "/v1/payment_methods", customer=self.someone(who)).get("data", [])
        if cards:
            self.call("POST", f"/v1/payment_methods/{cards[place % len(cards)]['id']}/detach")

    @rule(place=PLACES, amount=st.integers(1, 3_000), how=st.sampled_from(["refund_amount", "credit_amount"]))
    def a_credit_note(self, place: int, amount: int, how: str) -> None:
        asked = {"invoice": self.some("invoices", place), "amount": amount, how: amount}
        self.call("POST", "/v1/credit_notes", **asked)

    @rule(place=PLACES, amount=st.integers(1, 500))
    def a_line(self, place: int, amount: int) -> None:
        path = f"/v1/invoices/{self.some('invoices', place)}/add_lines"
        self.call("POST", path, lines=[{"amount": amount, "description": "More"}])

    @rule(place=PLACES, gone=st.booleans())
    def a_line_goes(self, place: int, gone: bool) -> None:
        invoice = self.some("invoices", place)
        lines = self.call("GET", f"/v1/invoices/{invoice}").get("lines", {"data": []})["data"]
        if lines:
            line = {"id": lines[0]["id"], "behavior": "delete" if gone else "unassign"}
            self.call("POST", f"/v1/invoices/{invoice}/remove_lines", lines=[line])

    @rule(place=PLACES, amount=st.none() | st.integers(1, 900))
    def an_item_changes(self, place: int, amount: int | None) -> None:
        item = self.some("invoiceitems", place)
        if amount is None:
            self.call("DELETE", f"/v1/invoiceitems/{item}")
        else:
            self.edited.add(item)
            self.call("POST", f"/v1/invoiceitems/{item}", amount=amount)

    @rule(who=PLACES, coupon=PLACES)
    def a_customer_gets_a_discount(self, who: int, coupon: int) -> None:
        self.call("POST", f"/v1/customers/{self.someone(who)}", coupon=self.coupons[coupon % len(self.coupons)])

    @rule(place=PLACES, coupon=st.none() | PLACES)
    def a_subscription_gets_a_discount(self, place: int, coupon: int | None) -> None:
        discounts: Any = "" if coupon is None else [{"coupon": self.coupons[coupon % len(self.coupons)]}]
        self.call("POST", f"/v1/subscriptions/{self.some('subscriptions', place)}", discounts=discounts)
