"""Products, prices, coupons and promotion codes."""

import pytest

from tests.sandbox.client import DAY, Client, Object, Refusal, item_of


def refusal_of(client: Client, path: str, **params: object) -> tuple[int, str | None, str | None]:
    with pytest.raises(Refusal) as refusal:
        client.post(path, **params)
    return refusal.value.status, refusal.value.error.get("code"), refusal.value.error.get("param")


def product(client: Client, **params: object) -> str:
    made: str = client.post("/v1/products", name="Pro", **params)["id"]
    return made


def test_a_product_keeps_all_that_is_told_about_it(shared: Client) -> None:
    told: Object = {
        "active": False,
        "description": "Everything",
        "images": ["https://example.com/a.png"],
        "marketing_features": [{"name": "Fast"}],
        "metadata": {"a": "1"},
        "name": "Box",
        "shippable": True,
        "statement_descriptor": "BOX",
        "unit_label": "box",
        "url": "https://example.com",
    }
    made = shared.post(
        "/v1/products",
        id="box",
        package_dimensions={"height": 1, "length": "2.5", "weight": 3, "width": 4},
        tax_code="txcd_10000000",
        **told,
    )
    assert {name: made[name] for name in told} == told
    assert made["id"] == "box"
    assert made["package_dimensions"] == {"height": 1, "length": 2.5, "weight": 3, "width": 4}
    assert made["tax_details"] == {"performance_location": None, "tax_code": "txcd_10000000"}
    assert refusal_of(shared, "/v1/products", id="box", name="b") == (400, "resource_already_exists", "id")
    assert refusal_of(shared, "/v1/products", name="b", tax_code="nope") == (400, "resource_missing", "tax_code")
    shown = shared.http.post("/v1/products/box", data={"tax_code": "", "package_dimensions": ""}).json()
    assert (shown["tax_code"], shown["package_dimensions"]) == (None, None)


def test_products_are_listed_by_what_they_are(alone: Client) -> None:
    one = product(alone, url="https://a.example", shippable=True)
    two = product(alone, active=False)
    for params, ids in (
        ({"active": False}, [two]),
        ({"shippable": True}, [one]),
        ({"url": "https://a.example"}, [one]),
        ({"ids": [two, "prod_nope"]}, [two]),
    ):
        assert [row["id"] for row in alone.get("/v1/products", **params)["data"]] == ids


def test_a_default_price_comes_with_its_product_and_stays_active(shared: Client) -> None:
    made = shared.post(
        "/v1/products",
        name="Pro",
        default_price_data={
            "currency": "usd",
            "unit_amount": 900,
            "recurring": {"interval": "year"},
            "tax_behavior": "inclusive",
            "currency_options": {"eur": {"unit_amount": 800}},
        },
        expand=["default_price.currency_options"],
    )
    price = made["default_price"]
    assert (price["unit_amount"], price["recurring"]["interval"], price["tax_behavior"]) == (900, "year", "inclusive")
    assert set(price["currency_options"]) == {"usd", "eur"}
    assert refusal_of(shared, f"/v1/prices/{price['id']}", active=False) == (400, None, "active")
    assert shared.send("DELETE", f"/v1/products/{made['id']}").status_code == 400


def test_a_product_without_prices_can_be_deleted(shared: Client) -> None:
    id = product(shared)
    assert shared.delete(f"/v1/products/{id}") == {"id": id, "object": "product", "deleted": True}
    assert shared.send("GET", f"/v1/products/{id}").status_code == 404


def test_a_price_has_an_amount_for_each_of_its_currencies(shared: Client) -> None:
    price = shared.price(1_000, currency_options={"eur": {"unit_amount": 900}, "jpy": {"unit_amount_decimal": "1500"}})
    path = f"/v1/prices/{price['id']}"
    assert "currency_options" not in shared.get(path)
    shown = shared.get(path, expand=["currency_options"])["currency_options"]
    assert {code: option["unit_amount"] for code, option in shown.items()} == {"usd": 1_000, "eur": 900, "jpy": 1_500}
    assert shown["eur"] == {
        "custom_unit_amount": None,
        "tax_behavior": "unspecified",
        "unit_amount": 900,
        "unit_amount_decimal": "900",
    }
    shared.post(path, currency_options={"gbp": {"unit_amount": 700}})
    assert set(shared.get(path, expand=["currency_options"])["currency_options"]) == {"usd", "eur", "jpy", "gbp"}
    assert refusal_of(shared, path, currency_options={"usd": {"unit_amount": 1}})[2] == "currency_options"
    assert refusal_of(shared, path, currency_options={"chf": {"tax_behavior": "exclusive"}})[0] == 400
    assert refusal_of(shared, path, currency_options={"xxx": {"unit_amount": 1}})[0] == 400


def test_a_subscription_is_billed_in_the_currency_that_was_asked_for(shared: Client) -> None:
    price = shared.price(1_000, currency_options={"eur": {"unit_amount": 900}})
    subscription = shared.subscribe(shared.customer(), price, currency="eur")
    invoice = subscription["latest_invoice"]
    assert (subscription["currency"], invoice["currency"], invoice["total"]) == ("eur", "eur", 900)
    shared.post(f"/v1/subscription_items/{item_of(subscription)['id']}", quantity=3)
    lines = shared.get("/v1/invoiceitems", customer=subscription["customer"])["data"]
    assert {line["currency"] for line in lines} == {"eur"}
    assert sum(line["amount"] for line in lines) == 1_800
    dollars = shared.subscribe(shared.customer(), price)
    assert (dollars["currency"], dollars["latest_invoice"]["total"]) == ("usd", 1_000)
    customer = shared.customer()
    with pytest.raises(Refusal) as refusal:
        shared.subscribe(customer, price, currency="gbp")
    assert refusal.value.error["param"] == "items[0][price]"


def test_customers_may_choose_the_amount_of_a_one_time_price(shared: Client) -> None:
    asked = {"currency": "usd", "product": product(shared)}
    custom = {"enabled": True, "minimum": 500, "preset": 1_000}
    price = shared.post("/v1/prices", custom_unit_amount=custom, **asked)
    assert price["custom_unit_amount"] == {"maximum": None, "minimum": 500, "preset": 1_000}
    assert (price["unit_amount"], price["unit_amount_decimal"]) == (None, None)
    bad = {"enabled": True, "minimum": 500, "preset": 100}
    assert refusal_of(shared, "/v1/prices", custom_unit_amount=bad, **asked)[2] == "custom_unit_amount"
    assert refusal_of(shared, "/v1/prices", custom_unit_amount=custom, unit_amount=1, **asked)[0] == 400
    customer = shared.customer()["id"]
    refused = refusal_of(shared, "/v1/invoiceitems", customer=customer, pricing={"price": price["id"]})
    assert refused[2] == "pricing[price]"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "unit_amount"),
        ({"unit_amount": -1}, "unit_amount"),
        ({"unit_amount": 1, "unit_amount_decimal": "1"}, "unit_amount_decimal"),
        ({"unit_amount_decimal": "1.0000000000001"}, "unit_amount_decimal"),
        ({"billing_scheme": "tiered"}, "tiers"),
        ({"billing_scheme": "tiered", "tiers": [{"up_to": "inf", "unit_amount": 1}]}, "tiers_mode"),
        ({"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [{"up_to": 5, "unit_amount": 1}]}, "interval"),
        ({"unit_amount": 1, "tiers_mode": "volume"}, "tiers_mode"),
        ({"unit_amount": 1, "recurring": {"interval": "year", "interval_count": 4}}, "recurring[interval_count]"),
        ({"unit_amount": 1, "recurring": {"interval": "month", "usage_type": "metered"}}, "recurring[usage_type]"),
        ({"unit_amount": 1, "product": "prod_nope"}, "product"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(shared: Client, params: Object, param: str) -> None:
    asked = {"currency": "usd", "product": product(shared)} | params
    status, _, named = refusal_of(shared, "/v1/prices", **asked)
    assert (status, named) == (400, param)


@pytest.mark.parametrize(
    ("mode", "quantity", "amount"),
    [("graduated", 5, 1_000), ("graduated", 7, 1_800), ("volume", 5, 1_000), ("volume", 7, 1_550)],
)
def test_tiers_cost_what_their_mode_says(shared: Client, mode: str, quantity: int, amount: int) -> None:
    tiers = [{"up_to": 5, "unit_amount": 200}, {"up_to": "inf", "unit_amount_decimal": "150", "flat_amount": 500}]
    price = shared.post(
        "/v1/prices",
        currency="usd",
        billing_scheme="tiered",
        tiers_mode=mode,
        tiers=tiers,
        product=product(shared),
        recurring={"interval": "month"},
        expand=["tiers"],
    )
    assert [tier["up_to"] for tier in price["tiers"]] == [5, None]
    items = [{"price": price["id"], "quantity": quantity}]
    assert shared.subscribe(shared.customer(), items=items)["latest_invoice"]["total"] == amount


def test_a_lookup_key_moves_only_when_told_to(shared: Client) -> None:
    first = shared.price(lookup_key="gold")
    code = refusal_of(shared, "/v1/prices", currency="usd", unit_amount=1, product=first["product"], lookup_key="gold")
    assert (code[0], code[2]) == (400, "lookup_key")
    second = shared.price(lookup_key="gold", transfer_lookup_key=True)
    assert shared.get(f"/v1/prices/{first['id']}")["lookup_key"] is None
    found = shared.get("/v1/prices", lookup_keys=["gold", "silver"])["data"]
    assert [price["id"] for price in found] == [second["id"]]


def test_amounts_of_a_price_never_change(shared: Client) -> None:
    price = shared.price()
    for name in ("unit_amount", "currency", "product", "recurring"):
        assert refusal_of(shared, f"/v1/prices/{price['id']}", **{name: "1"}) == (400, "parameter_unknown", name)


def test_plans_are_recurring_prices_to_read(shared: Client) -> None:
    price = shared.price(4_200, interval="year")
    plan = shared.get(f"/v1/plans/{price['id']}")
    assert (plan["object"], plan["amount"], plan["interval"]) == ("plan", 4_200, "year")
    assert [one["id"] for one in shared.get("/v1/plans", product=price["product"])["data"]] == [price["id"]]
    once = shared.price(interval=None)
    assert shared.send("GET", f"/v1/plans/{once['id']}").status_code == 404
    assert shared.send("POST", "/v1/plans").status_code == 501


@pytest.mark.parametrize(
    ("path", "params", "param", "message"),
    [
        (
            "prices",
            {"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [{"up_to": "inf", "unit_amount": 5}]},
            "interval",
            "Prices with `type=one_time` are not supported with tiered billing.",
        ),
        (
            "prices",
            {"product_data": {"name": "x"}, "unit_amount": 1},
            "product",
            "You may only specify one of these parameters: product, product_data.",
        ),
        (
            "prices",
            {"unit_amount": 1, "recurring": {"interval": "month", "usage_type": "metered"}},
            "recurring[usage_type]",
            "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.",
        ),
        (
            "promotion_codes",
            {"promotion": {"type": "coupon"}},
            "promotion.coupon",
            "You must pass promotion.coupon when passing promotion",
        ),
        (
            "promotion_codes",
            {"code": "has spaces!"},
            "code",
            r"This value must match the regex pattern. (/\A[a-zA-Z0-9\-_]+\z/ does not match for the value has"
            " spaces!).",
        ),
        (
            "promotion_codes",
            {"expires_at": 4_102_444_800},
            "expires_at",
            "Invalid timestamp: can be no more than five years in the future.",
        ),
    ],
)
def test_refusals_are_in_stripes_words(shared: Client, path: str, params: Object, param: str, message: str) -> None:
    if path == "prices":
        asked: Object = {"currency": "usd", "product": product(shared)}
    else:
        asked = {"promotion": {"type": "coupon", "coupon": shared.post("/v1/coupons", percent_off=10)["id"]}}
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/{path}", **(asked | params))
    assert (refusal.value.error["param"], refusal.value.error["message"]) == (param, message)


def test_lists_are_not_narrowed_by_what_is_not_there(shared: Client) -> None:
    for path, name in (("prices", "product"), ("promotion_codes", "coupon"), ("promotion_codes", "customer")):
        response = shared.http.get(f"/v1/{path}", params={name: "nope"})
        error = response.json()["error"]
        assert (response.status_code, error["message"]) == (400, f"No such {name}: 'nope'")


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "percent_off"),
        ({"percent_off": 10, "amount_off": 100, "currency": "usd"}, "percent_off"),
        ({"amount_off": 100}, "currency"),
        ({"percent_off": 0}, "percent_off"),
        ({"percent_off": 10, "duration": "repeating"}, "duration_in_months"),
        ({"percent_off": 10, "redeem_by": 1_000}, "redeem_by"),
        ({"percent_off": 10, "applies_to": {"products": ["prod_nope"]}}, "applies_to[products][0]"),
        (
            {"amount_off": 1, "currency": "usd", "currency_options": {"eur": {"amount_off": 0}}},
            "currency_options[eur][amount_off]",
        ),
    ],
)
def test_a_coupon_that_makes_no_sense_is_refused(shared: Client, params: Object, param: str) -> None:
    status, _, named = refusal_of(shared, "/v1/coupons", **params)
    assert (status, named) == (400, param)


def test_a_coupon_takes_off_what_its_currency_says(shared: Client) -> None:
    coupon = shared.post(
        "/v1/coupons",
        id="multi",
        amount_off=100,
        currency="usd",
        duration="once",
        currency_options={"eur": {"amount_off": 90}},
        expand=["currency_options"],
    )
    assert coupon["currency_options"] == {"eur": {"amount_off": 90}}
    bought = shared.subscribe(shared.customer(), shared.price(1_000, currency="eur"), discounts=[{"coupon": "multi"}])
    assert bought["latest_invoice"]["total"] == 910
    assert refusal_of(shared, "/v1/coupons", id="multi", percent_off=1) == (400, "resource_already_exists", "id")
    assert shared.delete("/v1/coupons/multi")["deleted"] is True
    assert shared.send("GET", "/v1/coupons/multi").status_code == 404


def test_a_code_is_given_out_once_whatever_its_case(shared: Client) -> None:
    promotion = {"type": "coupon", "coupon": shared.post("/v1/coupons", percent_off=10)["id"]}
    first = shared.post("/v1/promotion_codes", promotion=promotion, code="Fall20")
    refused = refusal_of(shared, "/v1/promotion_codes", promotion=promotion, code="FALL20")
    assert refused == (400, None, None)
    assert [one["id"] for one in shared.get("/v1/promotion_codes", code="fall20")["data"]] == [first["id"]]
    path = f"/v1/promotion_codes/{first['id']}"
    shared.post(path, active=False)
    second = shared.post("/v1/promotion_codes", promotion=promotion, code="FALL20")
    assert refusal_of(shared, path, active=True)[0] == 400
    found = shared.get("/v1/promotion_codes", code="fall20", active=True)["data"]
    assert [one["id"] for one in found] == [second["id"]]
    assert refusal_of(shared, path, code="other") == (400, "parameter_unknown", "code")


def test_restrictions_are_kept_and_shown(shared: Client) -> None:
    promotion = {"type": "coupon", "coupon": shared.post("/v1/coupons", percent_off=10)["id"]}
    restrictions: Object = {
        "first_time_transaction": True,
        "minimum_amount": 1_000,
        "minimum_amount_currency": "usd",
        "currency_options": {"eur": {"minimum_amount": 900}},
    }
    made = shared.post("/v1/promotion_codes", promotion=promotion, restrictions=restrictions)
    assert made["restrictions"] == restrictions
    changed = {"currency_options": {"gbp": {"minimum_amount": 800}}}
    shown = shared.post(f"/v1/promotion_codes/{made['id']}", restrictions=changed)["restrictions"]
    assert shown["currency_options"] == restrictions["currency_options"] | changed["currency_options"]


def test_a_code_is_over_with_its_date(alone: Client) -> None:
    promotion = {"type": "coupon", "coupon": alone.post("/v1/coupons", percent_off=10)["id"]}
    end = alone.http.get("/sandbox/clock").json()["now"] + DAY
    made = alone.post("/v1/promotion_codes", promotion=promotion, expires_at=end)
    assert made["active"] is True
    alone.advance(2 * DAY)
    assert alone.get(f"/v1/promotion_codes/{made['id']}")["active"] is False
