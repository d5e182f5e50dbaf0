"""The customer portal: configurations, sessions, and what customers do on its page."""

import httpx
import pytest

from tests.sandbox.client import DAY, Client, Object, Refusal, item_of
from tests.sandbox.shopper import Shopper

RETURN = "https://shop.test/account"
ALL = {
    "customer_update": {"enabled": True, "allowed_updates": ["email", "name", "address"]},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {
        "enabled": True,
        "cancellation_reason": {"enabled": True, "options": ["too_expensive", "unused"]},
    },
}


def portal(client: Client, customer: Object, **params: object) -> Shopper:
    """The page of a new session."""
    session = client.post(
        "/v1/billing_portal/sessions", **({"customer": customer["id"], "return_url": RETURN} | params)
    )
    return Shopper(client.url).open(session["url"])


def configuration(client: Client, **features: object) -> str:
    made = client.post("/v1/billing_portal/configurations", features=ALL | features)
    return str(made["id"])


def plans(client: Client) -> tuple[Object, Object]:
    """Two monthly prices of one product."""
    small = client.price(1_000)
    big = client.post(
        "/v1/prices", unit_amount=3_000, currency="usd", product=small["product"], recurring={"interval": "month"}
    )
    return small, big


def switching(client: Client, *prices: Object, **more: object) -> str:
    """A configuration with which customers may go from one price to another."""
    products = [{"product": prices[0]["product"], "prices": [price["id"] for price in prices]} | more]
    update = {"enabled": True, "default_allowed_updates": ["price", "quantity"], "products": products}
    return configuration(client, subscription_update=update | {"proration_behavior": "always_invoice"})


def test_there_is_a_default_configuration_that_sessions_use(shared: Client) -> None:
    (default,) = shared.get("/v1/billing_portal/configurations", is_default=True)["data"]
    assert (default["active"], default["features"]["subscription_cancel"]["mode"]) == (True, "at_period_end")
    session = shared.post("/v1/billing_portal/sessions", customer=shared.customer()["id"], expand=["configuration"])
    assert session["configuration"] == default
    assert (session["flow"], session["return_url"]) == (None, None)
    assert shared.event_types(type="billing_portal.session.created") != []


def test_configurations_are_made_and_changed(shared: Client) -> None:
    made = shared.post(
        "/v1/billing_portal/configurations",
        features={"invoice_history": {"enabled": True}},
        default_return_url=RETURN,
        business_profile={"headline": "All about your plan"},
        metadata={"a": "b"},
    )
    assert (made["is_default"], made["features"]["subscription_cancel"]["enabled"]) == (False, False)
    changed = shared.post(
        f"/v1/billing_portal/configurations/{made['id']}", features={"subscription_cancel": {"enabled": True}}
    )
    assert changed["features"]["invoice_history"]["enabled"]
    assert changed["features"]["subscription_cancel"]["enabled"]
    (event,) = shared.get("/v1/events", type="billing_portal.configuration.updated")["data"]
    assert event["data"]["previous_attributes"]["features"] == made["features"]
    session = shared.post("/v1/billing_portal/sessions", customer=shared.customer()["id"], configuration=made["id"])
    assert session["return_url"] == RETURN
    assert "All about your plan" in Shopper(shared.url).open(session["url"]).text
    shared.post(f"/v1/billing_portal/configurations/{made['id']}", active=False)
    with pytest.raises(Refusal, match="not active"):
        shared.post("/v1/billing_portal/sessions", customer=shared.customer()["id"], configuration=made["id"])


def test_the_page_shows_plan_card_and_invoices_and_leads_back(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price(product_data={"name": "<b>Pro</b>"}))
    browser = portal(shared, customer)
    for text in ("<b>Pro</b>, $25.00 / month", "Active. It renews on", "Visa •••• 4242, 12/2034, default"):
        assert text in browser.text
    number = subscription["latest_invoice"]["number"]
    assert browser.link(number) == subscription["latest_invoice"]["hosted_invoice_url"]
    assert browser.link("Back to the shop") == RETURN


def test_a_customer_cancels_with_a_reason_and_thinks_better_of_it(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price())
    browser = portal(shared, customer, configuration=configuration(shared))
    browser.press("Cancel subscription at the end", feedback="unused", comment="Too many plans")
    assert "It ends on" in browser.text
    ending = shared.subscription(subscription["id"])
    assert (ending["cancel_at_period_end"], ending["status"]) == (True, "active")
    assert ending["cancellation_details"] == {
        "comment": "Too many plans", "feedback": "unused", "feedback_option": None, "reason": "cancellation_requested",
    }  # fmt: skip
    browser.press("Don't cancel")
    assert "It renews on" in browser.text
    going = shared.subscription(subscription["id"])
    assert (going["cancel_at_period_end"], going["cancel_at"], going["canceled_at"]) == (False, None, None)


def test_where_the_shop_has_it_a_cancellation_is_immediate_with_money_back(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price())
    feature = {"enabled": True, "mode": "immediately", "proration_behavior": "create_prorations"}
    browser = portal(shared, customer, configuration=configuration(shared, subscription_cancel=feature))
    browser.press("Cancel subscription now")
    assert "You have no subscription." in browser.text
    assert shared.subscription(subscription["id"])["status"] == "canceled"
    (credit,) = shared.get("/v1/invoiceitems", customer=customer["id"], pending=True)["data"]
    assert credit["amount"] < 0


def test_a_new_card_becomes_the_one_to_be_charged_once_the_bank_agrees(shared: Client) -> None:
    customer = shared.customer()
    old = customer["invoice_settings"]["default_payment_method"]
    subscription = shared.subscribe(customer, shared.price(), default_payment_method=old)
    browser = portal(shared, customer).press("Save card", number="4000 0000 0000 0002")
    assert (browser.status, "Your card was declined." in browser.text) == (402, True)
    browser.press("Save card", number="4000 0025 0000 3155").press("Fail")
    assert "We are unable to authenticate" in browser.text
    assert shared.get(f"/v1/customers/{customer['id']}")["invoice_settings"]["default_payment_method"] == old
    browser.press("Save card", number="4000 0025 0000 3155").press("Complete")
    assert "Your card is saved" in browser.text
    new = shared.get(f"/v1/customers/{customer['id']}")["invoice_settings"]["default_payment_method"]
    assert new != old
    assert shared.subscription(subscription["id"])["default_payment_method"] == new
    browser.press("Make default")
    assert shared.get(f"/v1/customers/{customer['id']}")["invoice_settings"]["default_payment_method"] == old
    browser.press("Remove")
    assert [method["id"] for method in shared.get(f"/v1/customers/{customer['id']}/payment_methods")["data"]] == [old]


def test_a_customer_goes_to_a_bigger_plan_and_pays_the_difference(shared: Client) -> None:
    small, big = plans(shared)
    customer = shared.customer()
    subscription = shared.subscribe(customer, small)
    browser = portal(shared, customer, configuration=switching(shared, small, big)).press(
        "Change plan", price=big["id"]
    )
    assert "Your subscription is changed." in browser.text
    assert item_of(shared.subscription(subscription["id"]))["price"]["id"] == big["id"]
    assert [invoice["status"] for invoice in shared.invoices(subscription)] == ["paid", "paid"]
    other = shared.price(5)
    response = httpx.post(
        browser.url, data={"action": "switch", "subscription": subscription["id"], "price": other["id"]}
    )
    assert (response.status_code, "Choose one of the plans." in response.text) == (400, True)


def test_a_change_that_cannot_be_paid_is_not_made(shared: Client) -> None:
    small, big = plans(shared)
    customer = shared.customer()
    subscription = shared.subscribe(customer, small)
    shared.new_card(customer["id"], "pm_card_chargeCustomerFail")
    browser = portal(shared, customer, configuration=switching(shared, small, big)).press(
        "Change plan", price=big["id"]
    )
    assert (browser.status, "Your card was declined." in browser.text) == (402, True)
    assert item_of(shared.subscription(subscription["id"]))["price"]["id"] == small["id"]


def test_the_quantity_stays_within_what_the_product_allows(shared: Client) -> None:
    small, big = plans(shared)
    customer = shared.customer()
    subscription = shared.subscribe(customer, small)
    bounds = {"adjustable_quantity": {"enabled": True, "minimum": 1, "maximum": 3}}
    browser = portal(shared, customer, configuration=switching(shared, small, big, **bounds))
    browser.press("Change plan", quantity="7")
    assert "Choose a quantity between 1 and 3." in browser.text
    browser.press("Change plan", quantity="3")
    assert item_of(shared.subscription(subscription["id"]))["quantity"] == 3


def test_details_are_changed_as_far_as_the_shop_lets(shared: Client) -> None:
    customer = shared.customer(phone="+15551234567")
    browser = portal(shared, customer, configuration=configuration(shared))
    browser.press("Save details", email="nonsense")
    assert "Enter your e-mail address" in browser.text
    browser.press("Save details", email="new@example.com", name="Ada", city="Paris", country="FR")
    now = shared.get(f"/v1/customers/{customer['id']}")
    assert (now["email"], now["name"], now["address"]["city"], now["phone"]) == (
        "new@example.com", "Ada", "Paris", "+15551234567",
    )  # fmt: skip
    off = {"customer_update": {"enabled": False}, "payment_method_update": {"enabled": False}}
    bare = portal(shared, customer, configuration=configuration(shared, **off))
    assert all(form.fields.keys() <= {"subscription"} for form in bare.page.forms)
    answer = httpx.post(bare.url, data={"action": "update_details", "email": "x@y.zz"})
    assert (answer.status_code, "The shop does not offer this here." in answer.text) == (400, True)


def test_a_flow_does_one_thing_and_goes_where_the_shop_says(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price())
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": subscription["id"]},
        "after_completion": {"type": "redirect", "redirect": {"return_url": "https://shop.test/bye"}},
    }
    browser = portal(shared, customer, flow_data=flow)
    assert "Invoices" not in browser.text
    browser.press("Cancel subscription")
    assert browser.url == "https://shop.test/bye"
    assert shared.subscription(subscription["id"])["cancel_at_period_end"]
    with pytest.raises(Refusal, match="already set to be canceled"):
        portal(shared, customer, flow_data=flow)


def test_a_flow_for_a_card_leads_through_the_bank(shared: Client) -> None:
    customer = shared.customer(None)
    after = {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "All set!"}}
    flow = {"type": "payment_method_update", "after_completion": after}
    browser = portal(shared, customer, flow_data=flow).press("Save card", number="4000 0027 6000 3184")
    assert "All set!" in browser.press("Complete").text
    assert shared.get(f"/v1/customers/{customer['id']}")["invoice_settings"]["default_payment_method"]


def test_a_change_that_the_shop_prepared_is_confirmed(shared: Client) -> None:
    small, big = plans(shared)
    customer = shared.customer()
    subscription = shared.subscribe(customer, small)
    item = {"id": item_of(subscription)["id"], "price": big["id"], "quantity": 2}
    flow = {
        "type": "subscription_update_confirm",
        "subscription_update_confirm": {"subscription": subscription["id"], "items": [item]},
    }
    with pytest.raises(Refusal, match="is disabled"):
        portal(shared, customer, flow_data=flow)
    with pytest.raises(Refusal, match="not among the products"):
        portal(shared, customer, flow_data=flow, configuration=switching(shared, small))
    browser = portal(shared, customer, flow_data=flow, configuration=switching(shared, small, big))
    assert "$60.00 / month" in browser.text
    browser.press("Confirm")
    with pytest.raises(Refusal, match="no changes to confirm"):
        portal(shared, customer, flow_data=flow, configuration=switching(shared, small, big))
    changed = item_of(shared.subscription(subscription["id"]))
    assert (changed["price"]["id"], changed["quantity"]) == (big["id"], 2)


def test_an_offer_keeps_a_customer(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price())
    coupon = shared.post("/v1/coupons", percent_off=50, duration="once")
    retention = {"type": "coupon_offer", "coupon_offer": {"coupon": coupon["id"]}}
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": subscription["id"], "retention": retention},
    }
    portal(shared, customer, flow_data=flow).press("Accept the offer")
    kept = shared.subscription(subscription["id"], "discounts")
    assert kept["discounts"][0]["source"]["coupon"] == coupon["id"]
    assert kept["cancel_at"] is None


def test_nobody_reaches_the_subscription_of_another(shared: Client) -> None:
    other = shared.subscribe(shared.customer(), shared.price())
    browser = portal(shared, shared.customer())
    answer = httpx.post(browser.url, data={"action": "cancel", "subscription": other["id"]})
    assert answer.status_code == 400
    assert not shared.subscription(other["id"])["cancel_at_period_end"]
    flow = {"type": "subscription_cancel", "subscription_cancel": {"subscription": other["id"]}}
    with pytest.raises(Refusal, match="does not belong"):
        portal(shared, shared.customer(), flow_data=flow)
    assert httpx.get(f"{shared.url}/sandbox/portal/test_guessed").status_code == 404


def test_links_work_for_a_while_only(alone: Client) -> None:
    customer = alone.customer()
    session = alone.post("/v1/billing_portal/sessions", customer=customer["id"])
    unseen = alone.post("/v1/billing_portal/sessions", customer=customer["id"])
    Shopper(alone.url).open(session["url"])
    alone.advance(1_800)
    assert Shopper(alone.url).open(session["url"]).status == 200
    assert "This link has expired" in Shopper(alone.url).open(unseen["url"]).text
    alone.advance(DAY)
    assert Shopper(alone.url).open(session["url"]).status == 404


@pytest.mark.parametrize(
    ("path", "params", "param"),
    [
        ("configurations", {}, "features"),
        (
            "configurations",
            {"features": {"customer_update": {"enabled": True}}},
            "features[customer_update][allowed_updates]",
        ),
        ("configurations", {"features": {"subscription_update": {"enabled": True}}},
         "features[subscription_update][default_allowed_updates]"),
        (
            "configurations",
            {"features": {"subscription_cancel": {"enabled": True, "proration_behavior": "create_prorations"}}},
            "features[subscription_cancel][proration_behavior]",
        ),
        ("sessions", {}, "customer"),
        ("sessions", {"customer": "cus_nope"}, "customer"),
        ("sessions", {"return_url": "javascript:alert(1)"}, "return_url"),
        ("sessions", {"configuration": "bpc_nope"}, "configuration"),
    ],
)  # fmt: skip
def test_what_the_portal_cannot_be_is_refused(shared: Client, path: str, params: Object, param: str) -> None:
    if path == "sessions" and params and "customer" not in params:
        params = params | {"customer": shared.customer()["id"]}
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/billing_portal/{path}", **params)
    assert (refusal.value.status, refusal.value.error["param"]) == (400, param)


def test_customer_sessions_have_a_secret_for_half_an_hour(shared: Client) -> None:
    customer = shared.customer()
    made = shared.post(
        "/v1/customer_sessions",
        customer=customer["id"],
        components={"payment_element": {"enabled": True, "features": {"payment_method_redisplay": "enabled"}}},
        expand=["customer"],
    )
    assert (made["customer"]["id"], made["expires_at"] - made["created"]) == (customer["id"], 1_800)
    features = made["components"]["payment_element"]["features"]
    assert (features["payment_method_redisplay"], features["payment_method_save"]) == ("enabled", "disabled")
    assert made["components"]["pricing_table"] == {"enabled": False}
    assert made["client_secret"].startswith("cuss_")
