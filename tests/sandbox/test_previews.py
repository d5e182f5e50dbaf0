"""create_preview: what would be billed, with nothing left behind."""

import pytest

from tests.sandbox.client import DAY, Client, Object, Refusal, item_of


def preview(client: Client, **params: object) -> Object:
    return client.post("/v1/invoices/create_preview", **params)


def footprint(client: Client) -> list[object]:
    """Everything that a preview might have left."""
    kinds = ["events", "invoices", "invoiceitems", "prices", "payment_intents", "customers", "coupons"]
    lists: list[object] = [client.get(f"/v1/{kind}", limit=100)["data"] for kind in kinds]
    return [*lists, client.get("/v1/subscriptions", status="all", limit=100)["data"]]


def test_the_next_renewal_with_what_is_pending(alone: Client) -> None:
    customer = alone.customer()
    subscription = alone.subscribe(customer, alone.price(2_500))
    alone.post("/v1/invoiceitems", customer=customer["id"], amount=333, currency="usd")
    before = footprint(alone)
    shown = preview(alone, customer=customer["id"])
    assert shown["id"].startswith("upcoming_in_")
    assert (shown["total"], shown["status"], shown["number"]) == (2_833, "draft", None)
    assert shown["created"] == item_of(subscription)["current_period_end"]
    assert {line["invoice"] for line in shown["lines"]["data"]} == {shown["id"]}
    assert footprint(alone) == before
    alone.advance(32 * DAY)
    assert alone.invoices(subscription)[0]["total"] == shown["total"]


def test_a_change_that_is_only_asked_about(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price(2_500))
    dearer = alone.price(5_000)
    items = [{"id": item_of(subscription)["id"], "price": dearer["id"]}]
    before = footprint(alone)
    later = preview(alone, subscription=subscription["id"], subscription_details={"items": items})
    assert later["total"] in range(7_480, 7_501)
    details = {"items": items, "proration_behavior": "always_invoice"}
    at_once = preview(alone, subscription=subscription["id"], subscription_details=details)
    assert at_once["total"] in range(2_480, 2_501)
    assert footprint(alone) == before


def test_a_subscription_that_does_not_exist_yet(alone: Client) -> None:
    customer, price = alone.customer(None), alone.price(2_500)
    before = footprint(alone)
    items = [{"price": price["id"], "quantity": 2}]
    assert preview(alone, customer=customer["id"], subscription_details={"items": items})["total"] == 5_000
    assert footprint(alone) == before


def test_a_used_up_discount_is_not_promised_again(shared: Client) -> None:
    off = shared.post("/v1/coupons", percent_off=50, duration="once")
    subscription = shared.subscribe(shared.customer(), shared.price(2_000), discounts=[{"coupon": off["id"]}])
    assert subscription["latest_invoice"]["total"] == 1_000
    assert preview(shared, subscription=subscription["id"])["total"] == 2_000


def test_nothing_upcoming_has_a_code(shared: Client) -> None:
    customer = shared.customer()
    with pytest.raises(Refusal) as refusal:
        preview(shared, customer=customer["id"])
    assert refusal.value.error["code"] == "invoice_upcoming_none"
    subscription = shared.subscribe(customer, shared.price())
    shared.post(f"/v1/subscriptions/{subscription['id']}", cancel_at_period_end=True)
    with pytest.raises(Refusal) as refusal:
        preview(shared, subscription=subscription["id"])
    assert refusal.value.error["code"] == "invoice_upcoming_none"


def test_pending_items_alone_can_be_previewed(shared: Client) -> None:
    customer = shared.customer()
    shared.post("/v1/invoiceitems", customer=customer["id"], amount=700, currency="usd")
    assert preview(shared, customer=customer["id"])["total"] == 700
    assert len(shared.get("/v1/invoiceitems", customer=customer["id"], pending=True)["data"]) == 1


def test_extra_items_of_every_kind(shared: Client) -> None:
    customer, off = shared.customer(), shared.post("/v1/coupons", percent_off=10, duration="once")
    vat = shared.post("/v1/tax_rates", display_name="VAT", inclusive=False, percentage=20)
    waiting = shared.post("/v1/invoiceitems", customer=customer["id"], amount=700, currency="usd")
    extras = [
        {"unit_amount": 250, "quantity": 2, "currency": "usd", "tax_rates": [vat["id"]]},
        {"amount": 1_000, "currency": "usd", "discounts": [{"coupon": off["id"]}]},
        {"invoiceitem": waiting["id"], "amount": 50},
    ]
    before = footprint(shared)
    shown = preview(shared, customer=customer["id"], invoice_items=extras)
    assert (shown["subtotal"], shown["total"]) == (500 + 900 + 50, 600 + 900 + 50)
    assert footprint(shared) == before
    with pytest.raises(Refusal) as refusal:
        preview(shared, customer=customer["id"], invoice_items=[{"invoiceitem": "ii_none"}])
    assert refusal.value.error["param"] == "invoice_items[0][invoiceitem]"


def test_for_somebody_who_is_no_customer_yet(shared: Client) -> None:
    price, vat = shared.price(2_000), shared.post("/v1/tax_rates", display_name="V", inclusive=False, percentage=10)
    details = {"items": [{"price": price["id"]}], "default_tax_rates": [vat["id"]]}
    before = footprint(shared)
    shown = preview(shared, customer_details={"address": {"country": "DE"}}, subscription_details=details)
    assert (shown["customer"], shown["customer_address"]["country"], shown["total"]) == (None, "DE", 2_200)
    euros = [{"amount": 500, "currency": "eur"}]
    assert preview(shared, customer_details={"tax_exempt": ""}, invoice_items=euros)["currency"] == "eur"
    about = {"tax_exempt": "reverse", "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}]}
    exempt = preview(shared, customer_details=about, subscription_details=details)
    assert (exempt["total"], exempt["customer_tax_ids"]) == (2_000, about["tax_ids"])
    assert footprint(shared) == before


def test_an_end_that_is_only_asked_about(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price(3_000))
    alone.advance(15 * DAY)
    before = footprint(alone)
    shown = preview(alone, subscription=subscription["id"], subscription_details={"cancel_now": True})
    assert -1_700 < shown["total"] < -1_300
    assert footprint(alone) == before
