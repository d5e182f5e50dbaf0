"""Coupons, promotion codes, and what they take off."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.money import share
from tests.sandbox.client import DAY, Client, Object, Refusal


def coupon(client: Client, **params: object) -> Object:
    return client.post("/v1/coupons", **({"duration": "forever"} | params))


def test_a_percentage_is_taken_off_every_invoice(alone: Client) -> None:
    off = coupon(alone, percent_off=25)
    subscription = alone.subscribe(alone.customer(), alone.price(2_500), discounts=[{"coupon": off["id"]}])
    alone.advance(32 * DAY)
    assert [invoice["total"] for invoice in alone.invoices(subscription)] == [1_875, 1_875]


def test_once_is_once(alone: Client) -> None:
    off = coupon(alone, amount_off=500, currency="usd", duration="once")
    subscription = alone.subscribe(alone.customer(), alone.price(2_500), discounts=[{"coupon": off["id"]}])
    alone.advance(63 * DAY)
    assert [invoice["total"] for invoice in alone.invoices(subscription)] == [2_500, 2_500, 2_000]
    assert alone.subscription(subscription["id"])["discounts"] == []


def test_some_months_are_some_months(alone: Client) -> None:
    off = coupon(alone, percent_off=10, duration="repeating", duration_in_months=2)
    subscription = alone.subscribe(alone.customer(), alone.price(1_000), discounts=[{"coupon": off["id"]}])
    alone.advance(95 * DAY)
    assert [invoice["total"] for invoice in alone.invoices(subscription)] == [1_000, 1_000, 900, 900]


def test_discounts_are_replaced_as_a_whole_and_kept_by_id(shared: Client) -> None:
    first, second = coupon(shared, percent_off=10), coupon(shared, percent_off=20)
    subscription = shared.subscribe(shared.customer(), shared.price(), discounts=[{"coupon": first["id"]}])
    path = f"/v1/subscriptions/{subscription['id']}"
    (kept,) = subscription["discounts"]
    both = shared.post(path, discounts=[{"discount": kept}, {"coupon": second["id"]}], expand=["discounts"])
    assert [one["source"]["coupon"] for one in both["discounts"]] == [first["id"], second["id"]]
    assert both["discounts"][0]["id"] == kept
    only = shared.post(path, discounts=[{"coupon": second["id"]}])
    assert kept not in only["discounts"]
    response = shared.http.post(path, data={"discounts": ""})
    assert response.json()["discounts"] == []


def test_discounts_are_applied_one_after_the_other(shared: Client) -> None:
    half, five = coupon(shared, percent_off=50), coupon(shared, amount_off=500, currency="usd")
    subscription = shared.subscribe(
        shared.customer(), shared.price(2_000), discounts=[{"coupon": half["id"]}, {"coupon": five["id"]}]
    )
    invoice = subscription["latest_invoice"]
    assert [one["amount"] for one in invoice["total_discount_amounts"]] == [1_000, 500]
    assert invoice["total"] == 500


def test_a_discount_of_everything_needs_no_card(shared: Client) -> None:
    free = coupon(shared, percent_off=100)
    subscription = shared.subscribe(shared.customer(None), shared.price(), discounts=[{"coupon": free["id"]}])
    assert (subscription["status"], subscription["latest_invoice"]["total"]) == ("active", 0)


def test_a_coupon_for_some_products_leaves_the_others_alone(shared: Client) -> None:
    prices = [shared.price(1_000), shared.price(2_000)]
    off = coupon(shared, percent_off=50, applies_to={"products": [prices[0]["product"]]})
    subscription = shared.subscribe(shared.customer(), *prices, discounts=[{"coupon": off["id"]}])
    assert subscription["latest_invoice"]["total"] == 2_500


def test_a_coupon_of_another_currency_is_refused(shared: Client) -> None:
    off = coupon(shared, amount_off=500, currency="eur")
    with pytest.raises(Refusal) as refusal:
        shared.subscribe(shared.customer(), shared.price(), discounts=[{"coupon": off["id"]}])
    assert refusal.value.error["param"] == "discounts[0][coupon]"


def test_redemptions_are_counted_to_their_limit(shared: Client) -> None:
    off = coupon(shared, percent_off=10, max_redemptions=1)
    shared.subscribe(shared.customer(), shared.price(), discounts=[{"coupon": off["id"]}])
    used = shared.get(f"/v1/coupons/{off['id']}")
    assert (used["times_redeemed"], used["valid"]) == (1, False)
    with pytest.raises(Refusal) as refusal:
        shared.subscribe(shared.customer(), shared.price(), discounts=[{"coupon": off["id"]}])
    assert refusal.value.error["code"] == "coupon_expired"


def test_a_coupon_is_over_after_its_date(alone: Client) -> None:
    off = coupon(alone, percent_off=10, redeem_by=alone.http.get("/sandbox").json()["now"] + 100)
    alone.advance(200)
    assert alone.get(f"/v1/coupons/{off['id']}")["valid"] is False


def test_a_promotion_code_brings_its_coupon(shared: Client) -> None:
    off = coupon(shared, amount_off=700, currency="usd")
    code = shared.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": off["id"]}, code="HELLO")
    assert shared.get("/v1/promotion_codes", code="hello")["data"][0]["id"] == code["id"]
    subscription = shared.subscribe(
        shared.customer(), shared.price(2_500), discounts=[{"promotion_code": code["id"]}], expand=["discounts"]
    )
    assert subscription["discounts"][0]["promotion_code"] == code["id"]
    assert shared.get(f"/v1/promotion_codes/{code['id']}")["times_redeemed"] == 1
    with pytest.raises(Refusal):
        shared.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": off["id"]}, code="HELLO")


@pytest.mark.parametrize(
    ("restriction", "works"),
    [
        ({"restrictions": {"first_time_transaction": True}}, False),
        ({"active": False}, False),
        ({"max_redemptions": 1}, True),
    ],
)
def test_a_code_for_first_orders_is_not_for_those_who_have_paid(
    shared: Client, restriction: dict[str, object], works: bool
) -> None:
    off = coupon(shared, percent_off=10)
    code = shared.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": off["id"]}, **restriction)
    customer = shared.customer()
    shared.subscribe(customer, shared.price())
    response = shared.send(
        "POST",
        "/v1/subscriptions",
        customer=customer["id"],
        items=[{"price": shared.price()["id"]}],
        discounts=[{"promotion_code": code["id"]}],
    )
    assert (response.status_code == 200) is works


def test_a_code_of_one_customer_is_not_for_another(shared: Client) -> None:
    owner = shared.customer()
    off = coupon(shared, percent_off=10)
    promotion = {"type": "coupon", "coupon": off["id"]}
    code = shared.post("/v1/promotion_codes", promotion=promotion, customer=owner["id"])
    with pytest.raises(Refusal):
        shared.subscribe(shared.customer(), shared.price(), discounts=[{"promotion_code": code["id"]}])
    assert shared.subscribe(owner, shared.price(), discounts=[{"promotion_code": code["id"]}])["status"] == "active"


def test_a_deleted_coupon_goes_on_where_it_is(alone: Client) -> None:
    off = coupon(alone, percent_off=50)
    subscription = alone.subscribe(alone.customer(), alone.price(1_000), discounts=[{"coupon": off["id"]}])
    alone.delete(f"/v1/coupons/{off['id']}")
    assert alone.send("GET", f"/v1/coupons/{off['id']}").status_code == 404
    alone.advance(32 * DAY)
    assert alone.invoices(subscription)[0]["total"] == 500


@given(total=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**8), min_size=1, max_size=20))
def test_shares_add_up_and_none_exceeds_its_weight(total: int, weights: list[int]) -> None:
    total = min(total, sum(weights))
    parts = share(total, weights)
    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


AMOUNTS = st.lists(st.integers(-5_000, 20_000).filter(bool), min_size=1, max_size=5)
OFFS = st.lists(
    st.one_of(
        st.builds(lambda percent: {"percent_off": percent / 100}, st.integers(1, 10_000)),
        st.builds(lambda amount: {"amount_off": amount, "currency": "usd"}, st.integers(1, 30_000)),
    ),
    max_size=3,
)


@given(amounts=AMOUNTS, offs=OFFS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_add_up_and_discounts_never_exceed_them(
    shared: Client, amounts: list[int], offs: list[dict[str, object]]
) -> None:
    customer = shared.post("/v1/customers")["id"]
    for amount in amounts:
        shared.post("/v1/invoiceitems", customer=customer, amount=amount, currency="usd")
    discounts = [{"coupon": coupon(shared, duration="once", **off)["id"]} for off in offs]
    invoice = shared.post(
        "/v1/invoices", customer=customer, pending_invoice_items_behavior="include", discounts=discounts
    )
    lines = invoice["lines"]["data"]
    assert sum(line["amount"] for line in lines) == invoice["subtotal"] == sum(amounts)
    taken = sum(one["amount"] for one in invoice["total_discount_amounts"])
    assert invoice["total"] == invoice["subtotal"] - taken
    assert 0 <= taken <= sum(max(amount, 0) for amount in amounts)
    by_line = sum(one["amount"] for line in lines for one in line["discount_amounts"])
    assert by_line == taken
    for line in lines:
        assert sum(one["amount"] for one in line["discount_amounts"]) <= max(line["amount"], 0)


def coded(client: Client, **params: object) -> Object:
    off = coupon(client, percent_off=10)
    return client.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": off["id"]}, **params)


def refused(client: Client, code: Object, amount: int, currency: str = "usd") -> str:
    with pytest.raises(Refusal) as refusal:
        ordered(client, code, amount, currency)
    assert (refusal.value.status, refusal.value.error["param"]) == (400, "discounts[0][promotion_code]")
    message: str = refusal.value.error["message"]
    return message


def ordered(client: Client, code: Object, amount: int, currency: str = "usd") -> Object:
    customer = client.customer()["id"]
    client.post("/v1/invoiceitems", customer=customer, amount=amount, currency=currency)
    how = {"pending_invoice_items_behavior": "include", "discounts": [{"promotion_code": code["id"]}]}
    return client.post("/v1/invoices", customer=customer, currency=currency, **how)


def test_a_code_with_a_minimum_is_for_orders_that_reach_it(shared: Client) -> None:
    least = {
        "minimum_amount": 1_000,
        "minimum_amount_currency": "usd",
        "currency_options": {"eur": {"minimum_amount": 800}},
    }
    code = coded(shared, restrictions=least)
    too_little = (
        "This promotion code cannot be redeemed because the associated purchase does not meet the minimum amount"
        " requirement."
    )
    assert refused(shared, code, 999) == refused(shared, code, 799, "eur") == too_little
    assert "minimum amount in gbp" in refused(shared, code, 5_000, "gbp")
    assert ordered(shared, code, 1_000)["total"] == 900
    assert ordered(shared, code, 800, "eur")["total"] == 720
    cheap = shared.price(500)
    with pytest.raises(Refusal):
        shared.subscribe(shared.customer(), cheap, discounts=[{"promotion_code": code["id"]}])
    twice = [{"price": cheap["id"], "quantity": 2}]
    subscribed = shared.subscribe(shared.customer(), items=twice, discounts=[{"promotion_code": code["id"]}])
    assert subscribed["latest_invoice"]["total"] == 900


def test_a_code_is_used_up_over_or_switched_off(alone: Client) -> None:
    used = coded(alone, max_redemptions=1)
    ordered(alone, used, 1_000)
    assert refused(alone, used, 1_000).endswith("it has been used the maximum number of times.")
    off = coded(alone)
    alone.post(f"/v1/promotion_codes/{off['id']}", active=False)
    assert "not active" in refused(alone, off, 1_000)
    over = coded(alone, expires_at=int(alone.get("/v1/account")["created"]) + DAY)
    alone.advance(2 * DAY)
    assert "expired" in refused(alone, over, 1_000)


def test_first_orders_are_told_in_stripes_words(shared: Client) -> None:
    code = coded(shared, restrictions={"first_time_transaction": True})
    customer = shared.customer()
    shared.subscribe(customer, shared.price(1_000))
    with pytest.raises(Refusal) as refusal:
        shared.subscribe(customer, shared.price(1_000), discounts=[{"promotion_code": code["id"]}])
    assert refusal.value.error["message"] == (
        "This promotion code cannot be redeemed because the associated customer has prior transactions."
    )
