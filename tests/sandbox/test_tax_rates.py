"""Tax rates, and what they make of invoices, subscriptions and previews."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.client import Client, Object, Refusal, item_of


def rate(client: Client, percentage: float | str, *, inclusive: bool = False, **params: object) -> Object:
    return client.post("/v1/tax_rates", display_name="VAT", inclusive=inclusive, percentage=percentage, **params)


def billed(client: Client, customer: Object, *amounts: int, currency: str = "usd", **params: object) -> Object:
    for amount in amounts:
        client.post("/v1/invoiceitems", customer=customer["id"], amount=amount, currency=currency)
    return client.post(
        "/v1/invoices", customer=customer["id"], pending_invoice_items_behavior="include", currency=currency, **params
    )


def test_a_rate_is_made_changed_listed_and_archived(shared: Client) -> None:
    made = rate(shared, "7.25", country="US", state="CA", jurisdiction="US - CA", tax_type="sales_tax")
    assert (made["object"], made["percentage"], made["inclusive"], made["active"]) == ("tax_rate", 7.25, False, True)
    assert (made["effective_percentage"], made["flat_amount"], made["rate_type"]) == (None, None, None)
    changed = shared.post(f"/v1/tax_rates/{made['id']}", active=False, description="old", metadata={"a": "b"})
    assert (changed["active"], changed["description"], changed["metadata"]) == (False, "old", {"a": "b"})
    assert shared.get(f"/v1/tax_rates/{made['id']}") == changed
    assert made["id"] in [one["id"] for one in shared.get("/v1/tax_rates", active=False, inclusive=False)["data"]]
    assert made["id"] not in [one["id"] for one in shared.get("/v1/tax_rates", active=True)["data"]]
    event = shared.get("/v1/events", type="tax_rate.updated")["data"][0]
    assert event["data"]["previous_attributes"] == {"active": True, "description": None, "metadata": {}}
    assert "tax_rate.created" in shared.event_types()


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"display_name": "VAT", "inclusive": True}, "percentage"),
        ({"display_name": "VAT", "percentage": 5}, "inclusive"),
        ({"display_name": "VAT", "inclusive": True, "percentage": 101}, "percentage"),
        ({"display_name": "VAT", "inclusive": True, "percentage": "1.23456"}, "percentage"),
        ({"display_name": "VAT", "inclusive": True, "percentage": 5, "tax_type": "cat"}, "tax_type"),
    ],
)
def test_wrong_rates_are_refused(shared: Client, params: dict[str, object], param: str) -> None:
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/tax_rates", **params)
    assert (refusal.value.status, refusal.value.error["param"]) == (400, param)


def test_the_percentage_stays(shared: Client) -> None:
    made = rate(shared, 5)
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/tax_rates/{made['id']}", percentage=6)
    assert refusal.value.error["code"] == "parameter_unknown"


def test_exclusive_tax_comes_on_top(shared: Client) -> None:
    vat = rate(shared, 20)
    invoice = billed(shared, shared.customer(), 1_000, default_tax_rates=[vat["id"]])
    assert (invoice["subtotal"], invoice["total"], invoice["amount_due"]) == (1_000, 1_200, 1_200)
    assert (invoice["subtotal_excluding_tax"], invoice["total_excluding_tax"]) == (1_000, 1_000)
    tax = {
        "amount": 200,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": vat["id"]},
        "taxability_reason": "not_available",
        "taxable_amount": 1_000,
        "type": "tax_rate_details",
    }
    assert invoice["total_taxes"] == invoice["lines"]["data"][0]["taxes"] == [tax]
    assert [one["id"] for one in invoice["default_tax_rates"]] == [vat["id"]]
    assert invoice["default_tax_rates"][0]["object"] == "tax_rate"
    paid = shared.post(f"/v1/invoices/{invoice['id']}/pay")
    assert (paid["status"], paid["amount_paid"]) == ("paid", 1_200)


def test_inclusive_tax_is_part_of_the_price(shared: Client) -> None:
    vat = rate(shared, 20, inclusive=True)
    invoice = billed(shared, shared.customer(), 1_000, default_tax_rates=[vat["id"]])
    assert (invoice["subtotal"], invoice["total"]) == (1_000, 1_000)
    assert (invoice["subtotal_excluding_tax"], invoice["total_excluding_tax"]) == (833, 833)
    assert [(one["amount"], one["taxable_amount"]) for one in invoice["total_taxes"]] == [(167, 833)]


def test_tax_comes_after_discounts(shared: Client) -> None:
    vat, off = rate(shared, 10), shared.post("/v1/coupons", percent_off=25, duration="once")
    discounts = [{"coupon": off["id"]}]
    invoice = billed(shared, shared.customer(), 1_000, default_tax_rates=[vat["id"]], discounts=discounts)
    assert (invoice["subtotal"], invoice["total_excluding_tax"], invoice["total"]) == (1_000, 750, 825)


def test_discounts_of_items_are_in_the_subtotal(shared: Client) -> None:
    customer, off = shared.customer(), shared.post("/v1/coupons", percent_off=10, duration="once")
    item = {"customer": customer["id"], "amount": 1_000, "currency": "usd", "discounts": [{"coupon": off["id"]}]}
    shared.post("/v1/invoiceitems", **item)
    invoice = billed(shared, customer)
    assert (invoice["lines"]["data"][0]["amount"], invoice["subtotal"], invoice["total"]) == (1_000, 900, 900)
    assert [one["amount"] for one in invoice["total_discount_amounts"]] == [100]


def test_an_items_own_rates_go_before_the_invoices(shared: Client) -> None:
    high, low, customer = rate(shared, 20), rate(shared, 5), shared.customer()
    item = {"customer": customer["id"], "amount": 1_000, "currency": "usd", "tax_rates": [low["id"]]}
    made = shared.post("/v1/invoiceitems", **item)
    assert made["tax_rates"][0]["id"] == low["id"]
    invoice = billed(shared, customer, 2_000, default_tax_rates=[high["id"]])
    assert sorted(one["amount"] for one in invoice["total_taxes"]) == [50, 400]
    assert invoice["total"] == 3_450
    shared.post(f"/v1/invoiceitems/{made['id']}", tax_rates="")
    assert shared.get(f"/v1/invoices/{invoice['id']}")["total"] == 3_600


def test_rounding_is_by_line(shared: Client) -> None:
    vat = rate(shared, 15)
    invoice = billed(shared, shared.customer(), 43, 484, default_tax_rates=[vat["id"]])
    assert sorted(one["taxes"][0]["amount"] for one in invoice["lines"]["data"]) == [6, 73]
    assert (invoice["total_taxes"][0]["amount"], invoice["total"]) == (79, 606)


@pytest.mark.parametrize(("status", "reason"), [("exempt", "customer_exempt"), ("reverse", "reverse_charge")])
def test_exempt_customers_pay_no_tax(shared: Client, status: str, reason: str) -> None:
    vat = rate(shared, 20)
    invoice = billed(shared, shared.customer(tax_exempt=status), 1_000, default_tax_rates=[vat["id"]])
    assert (invoice["total"], invoice["customer_tax_exempt"]) == (1_000, status)
    assert [(one["amount"], one["taxability_reason"]) for one in invoice["total_taxes"]] == [(0, reason)]


def test_subscriptions_tax_every_invoice(alone: Client) -> None:
    vat, low = rate(alone, 20), rate(alone, "5.5")
    price, other = alone.price(2_000), alone.price(1_000)
    items = [{"price": price["id"]}, {"price": other["id"], "tax_rates": [low["id"]]}]
    subscription = alone.subscribe(alone.customer(), items=items, default_tax_rates=[vat["id"]])
    assert subscription["default_tax_rates"][0]["id"] == vat["id"]
    assert subscription["items"]["data"][1]["tax_rates"][0]["id"] == low["id"]
    assert (subscription["latest_invoice"]["total"], subscription["latest_invoice"]["status"]) == (3_455, "paid")
    preview = alone.post("/v1/invoices/create_preview", subscription=subscription["id"])
    assert (preview["subtotal"], preview["total"]) == (3_000, 3_455)
    alone.post(f"/v1/subscriptions/{subscription['id']}", default_tax_rates="")
    alone.advance(32 * 86_400)
    assert alone.invoices(subscription)[0]["total"] == 3_055


def test_prorations_are_taxed_like_their_item(alone: Client) -> None:
    vat, cheap, dear = rate(alone, 10), alone.price(1_000), alone.price(3_000)
    subscription = alone.subscribe(alone.customer(), cheap, default_tax_rates=[vat["id"]])
    change = [{"id": item_of(subscription)["id"], "price": dear["id"]}]
    alone.post(f"/v1/subscriptions/{subscription['id']}", items=change, proration_behavior="always_invoice")
    invoice = alone.invoices(subscription)[0]
    assert invoice["subtotal"] in range(1_990, 2_001)
    amounts = [line["taxes"][0]["amount"] for line in invoice["lines"]["data"]]
    assert min(amounts) < 0 < max(amounts)
    assert invoice["total"] == invoice["subtotal"] + sum(amounts)


def test_archived_rates_are_for_those_who_have_them(shared: Client) -> None:
    vat = rate(shared, 20)
    subscription = shared.subscribe(shared.customer(), shared.price(1_000), default_tax_rates=[vat["id"]])
    shared.post(f"/v1/tax_rates/{vat['id']}", active=False)
    kept = shared.post(f"/v1/subscriptions/{subscription['id']}", default_tax_rates=[vat["id"]])
    assert kept["default_tax_rates"][0]["id"] == vat["id"]
    with pytest.raises(Refusal) as refusal:
        billed(shared, shared.customer(), 1_000, default_tax_rates=[vat["id"]])
    assert refusal.value.error["param"] == "default_tax_rates[0]"
    with pytest.raises(Refusal) as refusal:
        billed(shared, shared.customer(), 1_000, default_tax_rates=["txr_none"])
    assert refusal.value.error["message"] == "No such tax rate: 'txr_none'"


def test_automatic_tax_is_refused_not_ignored(shared: Client) -> None:
    with pytest.raises(Refusal) as refusal:
        billed(shared, shared.customer(), 1_000, automatic_tax={"enabled": True})
    assert refusal.value.status == 501


RATES = st.lists(st.tuples(st.decimals(0, 100, places=4, allow_nan=False), st.booleans()), min_size=1, max_size=3)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    amounts=st.lists(st.integers(-5_000, 99_999), min_size=1, max_size=4),
    rates=RATES,
    off=st.none() | st.integers(1, 100),
    currency=st.sampled_from(["usd", "jpy", "kwd"]),
)
def test_taxes_add_up(
    shared: Client, amounts: list[int], rates: list[tuple[Decimal, bool]], off: int | None, currency: str
) -> None:
    ids = [rate(shared, str(percentage), inclusive=inclusive)["id"] for percentage, inclusive in rates]
    coupon = shared.post("/v1/coupons", percent_off=off, duration="once")["id"] if off else None
    discounts = {"discounts": [{"coupon": coupon}]} if coupon else {}
    invoice = billed(
        shared, shared.post("/v1/customers"), *amounts, currency=currency, default_tax_rates=ids, **discounts
    )
    lines = invoice["lines"]["data"]
    taken = sum(one["amount"] for one in invoice["total_discount_amounts"])
    taxes = [tax for line in lines for tax in line["taxes"]]
    exclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    inclusive_tax = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    assert invoice["subtotal"] == sum(amounts) == sum(line["amount"] for line in lines)
    assert invoice["total"] == invoice["subtotal"] - taken + exclusive
    assert invoice["total_excluding_tax"] == invoice["total"] - exclusive - inclusive_tax
    assert sum(one["amount"] for one in invoice["total_taxes"]) == exclusive + inclusive_tax
    for line in lines:
        left = line["amount"] - sum(one["amount"] for one in line["discount_amounts"])
        inside = sum(tax["amount"] for tax in line["taxes"] if tax["tax_behavior"] == "inclusive")
        assert abs(inside) <= abs(left)
        assert {tax["taxable_amount"] for tax in line["taxes"]} == {left - inside}
        for tax, (percentage, inclusive) in zip(line["taxes"], rates, strict=True):
            if not inclusive:
                assert abs(tax["amount"] - (left - inside) * percentage / 100) <= Decimal("0.5")
