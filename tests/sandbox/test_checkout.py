"""Checkout Sessions and the page behind them, as shops and their customers use them."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.client import DAY, Client, Object, Refusal, item_of
from tests.sandbox.conftest import fresh
from tests.sandbox.shopper import Shopper

SHOP = "https://shop.test"
SUCCESS = SHOP + "/thanks?session={CHECKOUT_SESSION_ID}"
VISA, DECLINED, ASKS = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0025 0000 3155"
EMAIL = "ada@example.com"


def session(client: Client, mode: str = "subscription", *prices: Object, **params: Any) -> Object:
    """A hosted session for one of each price, or of a price made for it."""
    lines = [{"price": price["id"], "quantity": 1} for price in prices]
    if not prices and mode != "setup":
        lines = [{"price": client.price(interval="month" if mode == "subscription" else None)["id"], "quantity": 1}]
    asked = {"mode": mode, "success_url": SUCCESS, "cancel_url": f"{SHOP}/cart"} | params
    if mode != "setup":
        asked = {"line_items": lines} | asked
    return client.post("/v1/checkout/sessions", **asked)


def again(client: Client, one: Object, *expand: str) -> Object:
    return client.get(f"/v1/checkout/sessions/{one['id']}", expand=list(expand))


def page(client: Client, one: Object) -> Shopper:
    return Shopper(client.url).open(one["url"])


def refused(client: Client, mode: str = "subscription", *prices: Object, **params: Any) -> Object:
    with pytest.raises(Refusal) as refusal:
        session(client, mode, *prices, **params)
    return {"status": refusal.value.status} | refusal.value.error


def test_a_session_shows_its_total_and_makes_nothing_before_it_is_paid(alone: Client) -> None:
    made = session(alone, "subscription", alone.price(), alone.price(900, interval=None))
    assert (made["status"], made["payment_status"], made["amount_total"]) == ("open", "unpaid", 3_400)
    assert (made["currency"], made["expires_at"] - made["created"]) == ("usd", DAY)
    assert made["url"].startswith(alone.url)
    assert [made[name] for name in ("customer", "payment_intent", "subscription", "invoice")] == [None] * 4
    assert "line_items" not in made
    assert again(alone, made) == made
    page(alone, made)
    for path in ("customers", "subscriptions", "payment_intents", "invoices"):
        assert alone.get(f"/v1/{path}")["data"] == []


def test_paying_makes_the_subscription_its_invoice_and_its_payment(alone: Client) -> None:
    data = {"metadata": {"plan": "pro"}, "description": "Pro plan"}
    made = session(alone, subscription_data=data, client_reference_id="order 7", metadata={"a": "b"})
    before = len(alone.event_types())
    browser = page(alone, made).press("Subscribe", email=EMAIL, number=VISA)
    assert browser.url == SUCCESS.replace("{CHECKOUT_SESSION_ID}", made["id"])
    done = again(alone, made, "subscription.latest_invoice", "customer", "invoice")
    assert (done["status"], done["payment_status"], done["url"]) == ("complete", "paid", None)
    assert (done["client_reference_id"], done["metadata"]) == ("order 7", {"a": "b"})
    assert done["customer"]["email"] == done["customer_details"]["email"] == EMAIL
    subscription = done["subscription"]
    assert (subscription["status"], subscription["metadata"], subscription["description"]) == (
        "active", {"plan": "pro"}, "Pro plan",
    )  # fmt: skip
    method = alone.get(f"/v1/payment_methods/{subscription['default_payment_method']}")
    assert (method["customer"], method["billing_details"]["email"]) == (done["customer"]["id"], EMAIL)
    assert subscription["latest_invoice"]["id"] == done["invoice"]["id"]
    assert (done["invoice"]["status"], done["invoice"]["amount_paid"]) == ("paid", 2_500)
    assert alone.intent_of(done["invoice"])["status"] == "succeeded"
    assert len(alone.get("/v1/charges")["data"]) == 1
    events = alone.event_types()[before:]
    assert events[0] == "customer.created"
    assert events[-1] == "checkout.session.completed"
    for one in ("payment_intent.succeeded", "invoice.paid", "customer.subscription.created", "payment_method.attached"):
        assert events.count(one) == 1
    (event,) = alone.get("/v1/events", type="checkout.session.completed")["data"]
    assert event["data"]["object"] == again(alone, made)


def test_such_a_subscription_renews_with_the_card_from_the_page(alone: Client) -> None:
    made = session(alone)
    page(alone, made).press("Subscribe", email=EMAIL, number=VISA)
    alone.advance(32 * DAY)
    subscription = again(alone, made, "subscription")["subscription"]
    assert [invoice["status"] for invoice in alone.invoices(subscription)] == ["paid", "paid"]


def test_a_declined_card_is_told_and_another_one_can_be_tried(alone: Client) -> None:
    made = session(alone)
    browser = page(alone, made).press("Subscribe", email=EMAIL, number=DECLINED)
    assert browser.status == 402
    assert "Your card was declined." in browser.text
    assert again(alone, made)["status"] == "open"
    assert alone.get("/v1/subscriptions", status="all")["data"] == []
    assert "payment_intent.payment_failed" in alone.event_types()
    assert browser.page.forms[-1].fields["email"] == EMAIL
    assert browser.press("Subscribe", number=VISA).left
    assert again(alone, made)["status"] == "complete"
    assert len(alone.get("/v1/customers")["data"]) == len(alone.get("/v1/payment_intents")["data"]) == 1


def test_a_card_that_the_bank_asks_about_leads_through_its_page_and_back(shared: Client) -> None:
    made = session(shared)
    browser = page(shared, made).press("Subscribe", email=EMAIL, number=ASKS)
    assert "3-D Secure" in browser.text
    assert again(shared, made)["subscription"] is None
    browser.press("Fail")
    assert "We are unable to authenticate your payment method." in browser.text
    assert again(shared, made)["status"] == "open"
    browser.press("Subscribe", email=EMAIL, number=ASKS).press("Complete")
    assert browser.url == SUCCESS.replace("{CHECKOUT_SESSION_ID}", made["id"])
    assert again(shared, made, "subscription")["subscription"]["status"] == "active"


def test_the_shop_can_have_the_bank_asked_whenever_it_can_be(shared: Client) -> None:
    options = {"card": {"request_three_d_secure": "any"}}
    made = session(shared, "payment", payment_method_options=options)
    assert made["payment_method_options"] == options
    browser = page(shared, made).press("Pay", email=EMAIL, number="4000 0000 0000 3055")
    assert "3-D Secure" in browser.text
    assert browser.press("Complete").left


def test_the_bank_can_be_answered_by_a_control_call_too(shared: Client) -> None:
    made = session(shared, "payment")
    page(shared, made).press("Pay", email=EMAIL, number=ASKS)
    intent = again(shared, made)["payment_intent"]
    shared.control(f"intents/{intent}/complete", succeed=True)
    assert again(shared, made)["payment_status"] == "paid"


def test_one_form_post_does_it_all(shared: Client) -> None:
    made = session(shared)
    answer = httpx.post(made["url"], data={"email": EMAIL, "card": "pm_card_visa"})
    assert (answer.status_code, again(shared, made)["status"]) == (303, "complete")
    assert answer.headers["location"] == SUCCESS.replace("{CHECKOUT_SESSION_ID}", made["id"])
    declined = session(shared)
    assert httpx.post(declined["url"], data={"email": EMAIL, "card": DECLINED}).status_code == 402


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"email": "nonsense", "number": VISA}, "Enter your e-mail address"),
        ({"email": EMAIL, "number": "1234"}, "Your card number is incorrect."),
    ],
)
def test_what_is_wrong_is_said_in_words_beside_its_field(shared: Client, given: dict[str, str], said: str) -> None:
    browser = page(shared, session(shared)).press("Subscribe", **given)
    assert browser.status == 400
    assert said in browser.text


def test_every_field_of_the_pages_has_a_label(shared: Client) -> None:
    made = session(shared, allow_promotion_codes=True, billing_address_collection="required")
    document = page(shared, made).page
    labels = {label["for"] for label in document.all("label") if "for" in label}
    fields = [one["id"] for one in (*document.all("input"), *document.all("select"))]
    assert sorted(fields) == sorted(labels)


def test_a_trial_takes_the_card_and_charges_nothing(shared: Client) -> None:
    made = session(shared, subscription_data={"trial_period_days": 14})
    assert (made["amount_total"], made["payment_status"]) == (0, "unpaid")
    page(shared, made).press("Start trial", email=EMAIL, number=VISA)
    done = again(shared, made, "subscription", "invoice")
    assert (done["payment_status"], done["setup_intent"], done["payment_intent"]) == ("no_payment_required", None, None)
    assert (done["subscription"]["status"], done["invoice"]["total"]) == ("trialing", 0)
    assert done["subscription"]["default_payment_method"].startswith("pm_")
    assert done["subscription"]["pending_setup_intent"] is None


def test_a_trial_without_a_card_asks_for_none(shared: Client) -> None:
    data = {
        "trial_period_days": 14,
        "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
    }
    made = session(shared, subscription_data=data, payment_method_collection="if_required")
    browser = page(shared, made)
    assert all("number" not in form.fields for form in browser.page.forms)
    browser.press("Start trial", email=EMAIL)
    subscription = again(shared, made, "subscription")["subscription"]
    assert (subscription["status"], subscription["default_payment_method"]) == ("trialing", None)


def test_things_sold_once_go_on_the_first_invoice_only(alone: Client) -> None:
    made = session(alone, "subscription", alone.price(), alone.price(900, interval=None))
    page(alone, made).press("Subscribe", email=EMAIL, number=VISA)
    done = again(alone, made, "subscription")
    alone.advance(32 * DAY)
    assert [invoice["total"] for invoice in alone.invoices(done["subscription"])] == [2_500, 3_400]
    assert item_of(done["subscription"])["quantity"] == 1


def test_a_guest_pays_without_becoming_a_customer(shared: Client) -> None:
    data = {"metadata": {"order": "7"}, "description": "Order 7"}
    made = session(shared, "payment", payment_intent_data=data)
    page(shared, made).press("Pay $25.00", email=EMAIL, name="Ada", number=VISA)
    done = again(shared, made, "payment_intent.latest_charge")
    intent = done["payment_intent"]
    assert (done["customer"], done["customer_creation"], intent["customer"]) == (None, "if_required", None)
    assert (intent["status"], intent["amount_received"], intent["description"]) == ("succeeded", 2_500, "Order 7")
    assert intent["metadata"] == {"order": "7"}
    assert intent["latest_charge"]["billing_details"]["name"] == "Ada"
    assert shared.get("/v1/checkout/sessions", payment_intent=intent["id"])["data"][0]["id"] == made["id"]


def test_a_card_is_saved_when_the_shop_means_to_charge_it_again(shared: Client) -> None:
    made = session(
        shared, "payment", customer_creation="always", payment_intent_data={"setup_future_usage": "off_session"}
    )
    page(shared, made).press("Pay", email=EMAIL, number=VISA)
    done = again(shared, made, "payment_intent")
    saved = shared.get(f"/v1/customers/{done['customer']}/payment_methods")["data"]
    assert [method["id"] for method in saved] == [done["payment_intent"]["payment_method"]]


def test_an_order_can_have_an_invoice_that_its_payment_has_paid(shared: Client) -> None:
    made = session(
        shared,
        "payment",
        shared.price(3_000, interval=None),
        invoice_creation={"enabled": True, "invoice_data": {"metadata": {"a": "b"}, "footer": "Thanks"}},
    )
    page(shared, made).press("Pay", email=EMAIL, number=VISA)
    done = again(shared, made, "invoice", "customer")
    invoice = done["invoice"]
    assert (invoice["status"], invoice["amount_paid"], invoice["billing_reason"]) == ("paid", 3_000, "manual")
    assert (invoice["metadata"], invoice["footer"]) == ({"a": "b"}, "Thanks")
    assert shared.intent_of(invoice)["id"] == done["payment_intent"]
    assert done["customer"]["email"] == EMAIL


def test_setup_mode_saves_a_card_and_charges_nothing(shared: Client) -> None:
    customer = shared.customer(None)
    made = session(shared, "setup", currency="usd", customer=customer["id"], setup_intent_data={"metadata": {"a": "b"}})
    assert (made["payment_status"], made["setup_intent"][:5]) == ("no_payment_required", "seti_")
    page(shared, made).press("Save card", number=ASKS).press("Complete")
    done = again(shared, made, "setup_intent")
    assert (done["status"], done["setup_intent"]["status"]) == ("complete", "succeeded")
    assert done["setup_intent"]["metadata"] == {"a": "b"}
    (method,) = shared.get(f"/v1/customers/{customer['id']}/payment_methods")["data"]
    assert method["id"] == done["setup_intent"]["payment_method"]


def test_a_promotion_code_is_applied_on_the_page_and_counted_when_paid(shared: Client) -> None:
    coupon = shared.post("/v1/coupons", percent_off=20, duration="once")
    code = shared.post("/v1/promotion_codes", code="SAVE20", promotion={"type": "coupon", "coupon": coupon["id"]})
    made = session(shared, allow_promotion_codes=True)
    browser = page(shared, made).press("Apply", promotion_code="WRONG")
    assert "This code is invalid." in browser.text
    browser.press("Apply", promotion_code="save20")
    assert "$20.00" in browser.text
    shown = again(shared, made, "total_details.breakdown", "discounts.promotion_code")
    assert (shown["amount_subtotal"], shown["amount_total"]) == (2_500, 2_000)
    assert shown["discounts"][0]["promotion_code"]["code"] == "SAVE20"
    (discount,) = shown["total_details"]["breakdown"]["discounts"]
    assert (discount["amount"], discount["discount"]["source"]["coupon"]) == (500, coupon["id"])
    assert shared.get(f"/v1/promotion_codes/{code['id']}")["times_redeemed"] == 0
    browser.press("Subscribe", email=EMAIL, number=VISA)
    done = again(shared, made, "subscription", "invoice", "total_details.breakdown")
    assert done["invoice"]["amount_paid"] == 2_000
    (discount,) = done["total_details"]["breakdown"]["discounts"]
    assert done["subscription"]["discounts"] == [discount["discount"]["id"]]
    assert shared.get(f"/v1/promotion_codes/{code['id']}")["times_redeemed"] == 1


def test_a_free_order_needs_no_card_and_makes_a_customer(shared: Client) -> None:
    coupon = shared.post("/v1/coupons", percent_off=100, duration="once")
    made = session(shared, "payment", discounts=[{"coupon": coupon["id"]}])
    assert (made["amount_total"], made["total_details"]["amount_discount"]) == (0, 2_500)
    page(shared, made).press("Complete order", email=EMAIL)
    done = again(shared, made)
    assert (done["payment_status"], done["payment_intent"]) == ("no_payment_required", None)
    assert done["customer"].startswith("cus_")
    assert shared.get(f"/v1/coupons/{coupon['id']}")["times_redeemed"] == 1


@settings(max_examples=12, deadline=None)
@given(
    lines=st.lists(st.tuples(st.integers(100, 9_999), st.integers(1, 7)), min_size=1, max_size=4),
    percent=st.sampled_from([0, 7, 33, 50]),
)
def test_lines_total_invoice_and_payment_agree(shared: Client, lines: list[tuple[int, int]], percent: int) -> None:
    items = [
        {
            "price_data": {"currency": "usd", "product_data": {"name": "Thing"}, "unit_amount": amount},
            "quantity": quantity,
        }
        for amount, quantity in lines
    ]
    off = {"discounts": [{"coupon": shared.post("/v1/coupons", percent_off=percent)["id"]}]} if percent else {}
    made = session(shared, "payment", line_items=items, invoice_creation={"enabled": True}, **off)
    httpx.post(made["url"], data={"email": EMAIL, "card": VISA})
    done = again(shared, made, "line_items", "invoice", "payment_intent")
    bought = done["line_items"]["data"]
    subtotal = sum(amount * quantity for amount, quantity in lines)
    assert done["amount_subtotal"] == sum(item["amount_subtotal"] for item in bought) == subtotal
    assert done["amount_total"] == sum(item["amount_total"] for item in bought)
    assert done["amount_total"] == done["invoice"]["total"] == done["payment_intent"]["amount_received"]
    assert done["total_details"]["amount_discount"] == subtotal - done["amount_total"]


@pytest.mark.parametrize("mode", ["payment", "subscription"])
def test_lines_are_taxed_by_their_rates(shared: Client, mode: str) -> None:
    rate = shared.post("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=False)
    price = shared.price(1_000, interval="month" if mode == "subscription" else None)
    line = {"price": price["id"], "quantity": 1, "tax_rates": [rate["id"]]}
    more = {"invoice_creation": {"enabled": True}} if mode == "payment" else {}
    made = session(shared, mode, line_items=[line], **more)
    shown = again(shared, made, "line_items.data.taxes", "total_details.breakdown")
    assert (shown["amount_subtotal"], shown["amount_total"], shown["total_details"]["amount_tax"]) == (
        1_000,
        1_200,
        200,
    )
    (item,) = shown["line_items"]["data"]
    assert (item["amount_tax"], item["amount_total"], item["taxes"][0]["rate"]) == (200, 1_200, rate)
    assert shown["total_details"]["breakdown"]["taxes"][0]["amount"] == 200
    httpx.post(made["url"], data={"email": EMAIL, "card": VISA})
    assert again(shared, made, "invoice")["invoice"]["amount_paid"] == 1_200


def test_a_code_below_its_minimum_is_refused_on_the_page(shared: Client) -> None:
    coupon = shared.post("/v1/coupons", percent_off=20, duration="once")
    shared.post(
        "/v1/promotion_codes",
        code="BIGONLY",
        promotion={"type": "coupon", "coupon": coupon["id"]},
        restrictions={"minimum_amount": 9_000, "minimum_amount_currency": "usd"},
    )
    browser = page(shared, session(shared, "payment", allow_promotion_codes=True))
    browser.press("Apply", promotion_code="BIGONLY")
    assert (browser.status, "does not meet the minimum amount requirement" in browser.text) == (400, True)


def test_the_customer_chooses_a_quantity_within_bounds(shared: Client) -> None:
    price = shared.price(1_000)
    line = {"price": price["id"], "quantity": 2, "adjustable_quantity": {"enabled": True, "minimum": 1, "maximum": 5}}
    made = session(shared, line_items=[line])
    (item,) = shared.get(f"/v1/checkout/sessions/{made['id']}/line_items")["data"]
    field = f"quantity_{item['id']}"
    browser = page(shared, made).press("Update", **{field: "9"})
    assert "Choose a quantity between 1 and 5." in browser.text
    browser.press("Update", **{field: "3"}).press("Subscribe", email=EMAIL, number=VISA)
    done = again(shared, made, "subscription")
    assert (done["amount_total"], item_of(done["subscription"])["quantity"]) == (3_000, 3)


def test_prices_can_be_described_in_the_session(shared: Client) -> None:
    data = {"currency": "eur", "product_data": {"name": "Ticket"}, "unit_amount": 1_500}
    made = session(shared, "payment", line_items=[{"price_data": data, "quantity": 2}])
    shown = again(shared, made, "line_items.data.price.product")
    (item,) = shown["line_items"]["data"]
    assert (shown["amount_total"], shown["currency"], item["amount_total"]) == (3_000, "eur", 3_000)
    assert (item["object"], item["description"], item["price"]["active"]) == ("item", "Ticket", False)
    assert item["price"]["product"]["name"] == "Ticket"
    recurring = data | {"recurring": {"interval": "month"}}
    plan = session(shared, line_items=[{"price_data": recurring, "quantity": 1}])
    page(shared, plan).press("Subscribe", email=EMAIL, number=VISA)
    assert again(shared, plan, "subscription")["subscription"]["status"] == "active"


def test_a_known_customer_is_not_asked_for_an_address_and_stays_the_same(shared: Client) -> None:
    customer = shared.customer(None, email="known@example.com")
    made = session(shared, customer=customer["id"])
    assert (made["customer_creation"], made["customer_details"]["email"]) == (None, "known@example.com")
    browser = page(shared, made)
    assert "E-mail: known@example.com" in browser.text
    browser.press("Subscribe", number=VISA)
    assert again(shared, made)["customer"] == customer["id"]


def test_cards_that_may_be_shown_again_can_be_chosen(shared: Client) -> None:
    customer = shared.customer(None)
    method = shared.post("/v1/payment_methods/pm_card_mastercard/attach", customer=customer["id"])
    made = session(shared, customer=customer["id"])
    assert method["id"] not in page(shared, made).page.forms[-1].choices["card"]
    shared.post(f"/v1/payment_methods/{method['id']}", allow_redisplay="always")
    page(shared, made).press("Subscribe", card=method["id"])
    assert again(shared, made, "subscription")["subscription"]["default_payment_method"] == method["id"]


def test_what_is_authorized_only_counts_as_paid_once_it_is_captured(shared: Client) -> None:
    made = session(shared, "payment", payment_intent_data={"capture_method": "manual"})
    page(shared, made).press("Pay", email=EMAIL, number=VISA)
    done = again(shared, made)
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    shared.post(f"/v1/payment_intents/{done['payment_intent']}/capture")
    assert again(shared, made)["payment_status"] == "paid"


def test_the_shop_asks_more(shared: Client) -> None:
    fields = [
        {"key": "engraving", "type": "text", "label": {"type": "custom", "custom": "Engraving"}, "optional": True},
        {
            "key": "size",
            "type": "dropdown",
            "label": {"type": "custom", "custom": "Size"},
            "dropdown": {"options": [{"label": "Large", "value": "l"}]},
        },
    ]
    made = session(
        shared,
        "payment",
        custom_fields=fields,
        consent_collection={"terms_of_service": "required"},
        shipping_address_collection={"allowed_countries": ["US", "CA"]},
        phone_number_collection={"enabled": True},
        name_collection={"business": {"enabled": True}, "individual": {"enabled": True, "optional": True}},
        customer_creation="always",
    )
    home = {"line1": "1 Way", "city": "Paris", "postal_code": "75001", "country": "FR"}
    answers = {f"shipping_{name}": value for name, value in home.items()} | {
        "email": EMAIL, "number": VISA, "phone": "+15551234567", "shipping_name": "Ada",
    }  # fmt: skip
    browser = page(shared, made).press("Pay", **answers)
    assert "Enter the name of the business." in browser.text
    browser.press("Pay", business_name="Engines", number=VISA)
    assert "The shop sends to these countries only: US, CA." in browser.text
    browser.press("Pay", shipping_country="us", number=VISA)
    assert "Choose one of the options" in browser.text or "Fill in: Size." in browser.text
    browser.press("Pay", custom_size="l", number=VISA)
    assert "Accept the terms of service." in browser.text
    browser.press("Pay", terms_of_service="accepted", number=VISA)
    done = again(shared, made, "payment_intent", "customer")
    assert [done[where]["business_name"] for where in ("customer", "customer_details", "collected_information")] == [
        "Engines"
    ] * 3
    assert (done["status"], done["consent"]) == ("complete", {"promotions": None, "terms_of_service": "accepted"})
    assert [field[field["type"]]["value"] for field in done["custom_fields"]] == [None, "l"]
    assert done["collected_information"]["shipping_details"]["address"]["country"] == "US"
    assert done["payment_intent"]["shipping"]["name"] == "Ada"
    assert done["customer_details"]["phone"] == "+15551234567"


def test_a_session_expires_by_request(shared: Client) -> None:
    made = session(shared, "payment")
    page(shared, made).press("Pay", email=EMAIL, number=DECLINED)
    ended = shared.post(f"/v1/checkout/sessions/{made['id']}/expire")
    assert (ended["status"], ended["url"], ended["payment_status"]) == ("expired", None, "unpaid")
    assert shared.get(f"/v1/payment_intents/{ended['payment_intent']}")["status"] == "canceled"
    browser = page(shared, made)
    assert (browser.status, "expired" in browser.text) == (410, True)
    assert browser.link("Back to the shop") == f"{SHOP}/cart"
    assert httpx.post(made["url"], data={"email": EMAIL, "card": VISA}).status_code == 410
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/checkout/sessions/{made['id']}/expire")
    assert 'Only Checkout Sessions with a status in ["open"] can be expired.' in refusal.value.error["message"]


def test_a_session_expires_by_itself(alone: Client) -> None:
    price = alone.price()
    soon = session(alone, "subscription", price, expires_at=session(alone)["created"] + 3_600)
    later = session(alone, "subscription", price)
    alone.advance(3_601)
    assert (again(alone, soon)["status"], again(alone, later)["status"]) == ("expired", "open")
    alone.advance(DAY)
    assert again(alone, later)["status"] == "expired"
    assert alone.event_types(type="checkout.session.expired") == ["checkout.session.expired"] * 3


def test_sessions_are_listed_by_what_they_are_about(shared: Client) -> None:
    customer = shared.customer(None)
    first, second = session(shared, customer=customer["id"]), session(shared, customer=customer["id"])
    page(shared, first).press("Subscribe", number=VISA)
    subscription = again(shared, first)["subscription"]
    for wanted, found in (
        ({"customer": customer["id"]}, [second, first]),
        ({"customer": customer["id"], "status": "open"}, [second]),
        ({"subscription": subscription}, [first]),
    ):
        listed = shared.get("/v1/checkout/sessions", **wanted)["data"]
        assert [row["id"] for row in listed] == [row["id"] for row in found]


def test_embedded_sessions_have_a_secret_and_can_be_changed_by_the_shop(shared: Client) -> None:
    price = shared.price(1_000)
    made = session(
        shared,
        "subscription",
        price,
        ui_mode="embedded_page",
        return_url=SUCCESS,
        success_url=None,
        cancel_url=None,
    )
    assert (made["url"], made["success_url"], made["client_secret"][:8]) == (None, None, "cs_test_")
    (item,) = shared.get(f"/v1/checkout/sessions/{made['id']}/line_items")["data"]
    changed = shared.post(f"/v1/checkout/sessions/{made['id']}", line_items=[{"id": item["id"], "quantity": 4}])
    assert changed["amount_total"] == 4_000
    answer = httpx.post(f"{shared.url}/sandbox/checkout/{made['id']}", data={"email": EMAIL, "card": VISA})
    assert answer.headers["location"] == SUCCESS.replace("{CHECKOUT_SESSION_ID}", made["id"])


def test_the_intent_of_a_session_is_nobody_elses(shared: Client) -> None:
    made = session(shared, "payment")
    page(shared, made).press("Pay", email=EMAIL, number=DECLINED)
    intent = again(shared, made)["payment_intent"]
    for verb in ("confirm", "cancel"):
        with pytest.raises(Refusal) as refusal:
            shared.post(f"/v1/payment_intents/{intent}/{verb}")
        assert "belongs to a Checkout Session" in refusal.value.error["message"]


def test_a_later_anchor_bills_the_time_up_to_it_or_nothing(shared: Client) -> None:
    price = shared.price(3_100)
    anchor = session(shared)["created"] + 10 * DAY
    data = {"billing_cycle_anchor": anchor}
    part = session(shared, "subscription", price, subscription_data=data)
    assert 900 < part["amount_total"] < 1_150
    page(shared, part).press("Subscribe", email=EMAIL, number=VISA)
    done = again(shared, part, "subscription", "invoice")
    assert (done["subscription"]["billing_cycle_anchor"], done["invoice"]["amount_remaining"]) == (anchor, 0)
    assert done["invoice"]["amount_paid"] == done["amount_total"]
    free = session(shared, "subscription", price, subscription_data=data | {"proration_behavior": "none"})
    page(shared, free).press("Subscribe", email=EMAIL, number=VISA)
    assert again(shared, free, "subscription")["subscription"]["status"] == "active"
    assert again(shared, free)["amount_total"] == 0


def test_a_customer_that_is_gone_cannot_pay(shared: Client) -> None:
    customer = shared.customer(None)
    made = session(shared, customer=customer["id"])
    browser = page(shared, made)
    shared.delete(f"/v1/customers/{customer['id']}")
    browser.press("Subscribe", number=VISA)
    assert browser.status == 400
    assert again(shared, made)["status"] == "open"


def test_a_session_outlives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "account.db"
    with fresh(data=file) as client:
        made = session(client)
    with fresh(data=file) as client:
        httpx.post(f"{client.url}/sandbox/checkout/{made['id']}", json={"email": EMAIL, "card": VISA})
        assert again(client, made, "subscription")["subscription"]["status"] == "active"
        late = session(client)
    with fresh(data=file) as client:
        client.advance(DAY + 1)
        assert again(client, late)["status"] == "expired"


def test_customers_on_a_test_clock_subscribe_in_its_time(shared: Client) -> None:
    clock = shared.post("/v1/test_helpers/test_clocks", frozen_time=1_700_000_000)
    customer = shared.customer(None, test_clock=clock["id"])
    made = session(shared, customer=customer["id"])
    page(shared, made).press("Subscribe", number=VISA)
    subscription = again(shared, made, "subscription")["subscription"]
    assert (made["created"], subscription["created"]) == (1_700_000_000, 1_700_000_000)


def test_names_are_shown_as_they_are(shared: Client) -> None:
    price = shared.price(product_data={"name": "<script>alert(1)</script>"})
    made = session(shared, "subscription", price)
    browser = page(shared, made)
    assert "<script>alert(1)</script>" in browser.text
    assert browser.page.all("script") == []


@pytest.mark.parametrize(
    ("mode", "params", "param", "code", "said"),
    [
        ("payment", {"success_url": None}, "success_url", "parameter_missing", "Missing required param: success_url."),
        ("payment", {"success_url": "shop.test"}, "success_url", "url_invalid", "An explicit scheme"),
        ("payment", {"success_url": "javascript:alert(1)"}, "success_url", "url_invalid", "Not a valid URL"),
        ("payment", {"cancel_url": "data:text/html,x"}, "cancel_url", "url_invalid", "Not a valid URL"),
        ("payment", {"line_items": None}, "line_items", "parameter_missing", "line_items"),
        ("payment", {"ui_mode": "hosted"}, "ui_mode", None, "must be one of elements, embedded_page"),
        ("payment", {"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown", "unknown"),
        ("payment", {"subscription_data": {"trial_period_days": 3}}, "subscription_data", None, "`payment` mode"),
        (
            "subscription",
            {"payment_intent_data": {"description": "x"}},
            "payment_intent_data",
            None,
            "You can not pass",
        ),
        ("subscription", {"customer_email": "a@b.co", "customer": "cus_x"}, "customer", None, "No such customer"),
        ("payment", {"customer_update": {"name": "auto"}}, "customer_update", None, "`customer`"),
        ("payment", {"expires_at": 1}, "expires_at", None, "at least 30 minutes"),
        ("payment", {"expires_at": 9_999_999_999}, "expires_at", None, "less than 24 hours"),
        ("payment", {"discounts": [{"coupon": "nope"}]}, "discounts[0][coupon]", "resource_missing", "No such coupon"),
        ("setup", {}, "currency", "parameter_missing", "currency"),
        ("subscription", {"subscription_data": {"trial_end": 1}}, "subscription_data[trial_end]", None, "2 days"),
    ],
)
def test_what_no_session_can_be_is_refused(
    shared: Client, mode: str, params: Object, param: str, code: str | None, said: str
) -> None:
    error = refused(shared, mode, **params)
    assert (error["status"], error.get("param"), error.get("code")) == (
        400,
        param,
        code or ("resource_missing" if "No such" in said else None),
    )
    assert said in error["message"]


def test_prices_fit_the_mode(shared: Client) -> None:
    once, monthly = shared.price(interval=None), shared.price()
    assert "You must provide at least one recurring price" in refused(shared, "subscription", once)["message"]
    assert (
        "You specified `payment` mode but passed a recurring price." in refused(shared, "payment", monthly)["message"]
    )
    euros = shared.price(currency="eur")
    assert "doesn't match the expected currency" in refused(shared, "subscription", monthly, euros)["message"]
    assert refused(shared, "payment", shared.price(20, interval=None))["code"] == "amount_too_small"
    line = [{"price": once["id"]}]
    error = refused(shared, "payment", line_items=line)
    assert error["message"] == "Quantity is required. Add `quantity` to `line_items[0]`"
    both = refused(shared, "payment", once, allow_promotion_codes=False, discounts=[{"coupon": "x"}])
    assert both["message"] == "You may only specify one of these parameters: allow_promotion_codes, discounts."


@pytest.mark.parametrize("name", ["automatic_tax", "managed_payments"])
def test_what_is_not_there_is_said_and_switched_off_is_fine(shared: Client, name: str) -> None:
    on: dict[str, Any] = {name: {"enabled": True}}
    off: dict[str, Any] = {name: {"enabled": False}}
    assert refused(shared, **on)["status"] == 501
    assert session(shared, **off)["status"] == "open"
