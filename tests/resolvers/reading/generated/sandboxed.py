"""What the sandbox makes, fetched as anybody fetches it from Stripe."""

from typing import Any

from sandbox.demo.planting import Demo
from tests.resolvers.reading.generated.facts import Facts, Object
from tests.resolvers.reading.reference.thing import Settings
from tests.sandbox.client import DAY, Client
from tests.sandbox.conftest import fresh

LISTS: dict[str, dict[str, Any]] = {
    "products": {},
    "coupons": {},
    "promotion_codes": {},
    "customers": {},
    "subscriptions": {"status": "all", "expand": ["data.discounts.source.coupon", "data.latest_invoice"]},
    "invoices": {"expand": ["data.payments", "data.discounts.source.coupon"]},
    "invoiceitems": {},
    "payment_intents": {"expand": ["data.latest_charge"]},
    "charges": {},
    "refunds": {},
    # After what holds prices without their tiers.
    "prices": {"expand": ["data.tiers"]},
}


def sandbox_facts() -> Facts:
    """The demo data, some more, and what a month does to it."""
    with fresh(demo=Demo()) as stripe:
        people = {each["metadata"]["subscriber_id"]: each["id"] for each in stripe.get("/v1/customers")["data"]}
        _buy(stripe, people)
        stripe.advance(31 * DAY)
        stripe.post("/v1/invoiceitems", customer=people["grace"], amount=-700, currency="usd", description="Sorry")
        objects = [each for path in LISTS for each in _all(stripe, path)]
        objects += [each for id in people.values() for each in stripe.get("/v1/payment_methods", customer=id)["data"]]
        deleted = stripe.delete(f"/v1/customers/{people['dennis']}")
        now = stripe.http.get("/sandbox").json()["now"]
        later = [*_all(stripe, "subscriptions"), deleted]
    return Facts([(now - 1, objects), (now, later)], Settings(frozenset({"subscriber_id"}), 3), now)


def _buy(stripe: Client, people: dict[str, str]) -> None:
    """Two things at once on different intervals, one thing to be paid by invoice, and one that the bank asks about."""
    stripe.post("/v1/invoiceitems", customer=people["ada"], pricing={"price": "price_onboarding"})
    items = [{"price": "price_team_monthly", "quantity": 3}, {"price": "price_pro_yearly"}]
    stripe.subscribe({"id": people["ada"]}, items=items, discounts=[{"promotion_code": _code(stripe)}])
    by_invoice: dict[str, Any] = {"collection_method": "send_invoice", "days_until_due": 7}
    stripe.subscribe({"id": people["dennis"]}, {"id": "price_starter_monthly"}, **by_invoice)
    stripe.new_card(people["grace"], "pm_card_authenticationRequired")
    stripe.subscribe({"id": people["grace"]}, {"id": "price_pro_monthly"})


def _code(stripe: Client) -> str:
    code: str = stripe.get("/v1/promotion_codes", code="WELCOME5")["data"][0]["id"]
    return code


def _all(stripe: Client, path: str) -> list[Object]:
    listed = stripe.get(f"/v1/{path}", limit=100, **LISTS[path])
    assert not listed["has_more"]
    found: list[Object] = listed["data"]
    return found
