"""Features, what products grant, and what customers are entitled to."""

import pytest

from tests.sandbox.client import DAY, Client, Object, Refusal, item_of

SUMMARY = "entitlements.active_entitlement_summary.updated"


def feature(client: Client, key: str, **params: object) -> Object:
    return client.post("/v1/entitlements/features", lookup_key=key, name=key.title(), **params)


def price_with(client: Client, *features: Object) -> Object:
    price = client.price()
    for one in features:
        client.post(f"/v1/products/{price['product']}/features", entitlement_feature=one["id"])
    return price


def held(client: Client, customer: Object) -> list[str]:
    rows = client.get("/v1/entitlements/active_entitlements", customer=customer["id"], limit=100)["data"]
    return sorted(row["lookup_key"] for row in rows)


def summaries(client: Client, customer: Object) -> list[tuple[list[str], list[str]]]:
    """What the events say was and is, oldest first."""
    events = client.get("/v1/events", type=SUMMARY, limit=100)["data"]
    return [
        (
            sorted(one["lookup_key"] for one in event["data"]["previous_attributes"]["entitlements"]["data"]),
            sorted(one["lookup_key"] for one in event["data"]["object"]["entitlements"]["data"]),
        )
        for event in reversed(events)
        if event["data"]["object"]["customer"] == customer["id"]
    ]


def test_a_feature_is_made_renamed_and_archived_for_good(shared: Client) -> None:
    made = feature(shared, "made", metadata={"a": "1"})
    assert made == {
        "id": made["id"],
        "object": "entitlements.feature",
        "active": True,
        "livemode": False,
        "lookup_key": "made",
        "metadata": {"a": "1"},
        "name": "Made",
    }
    path = f"/v1/entitlements/features/{made['id']}"
    assert shared.post(path, name="Renamed", metadata={"b": "2"})["metadata"] == {"a": "1", "b": "2"}
    assert shared.get(path)["name"] == "Renamed"
    assert shared.post(path, active=False)["active"] is False
    for change in ({"active": True}, {"name": "Again"}):
        with pytest.raises(Refusal) as refusal:
            shared.post(path, **change)
        assert refusal.value.status == 400


def test_a_lookup_key_is_taken_until_its_feature_is_archived(shared: Client) -> None:
    first = feature(shared, "taken")
    with pytest.raises(Refusal) as refusal:
        feature(shared, "taken")
    assert (refusal.value.status, refusal.value.error["param"]) == (400, "lookup_key")
    shared.post(f"/v1/entitlements/features/{first['id']}", active=False)
    second = feature(shared, "taken")
    found = shared.get("/v1/entitlements/features", lookup_key="taken")["data"]
    assert [one["id"] for one in found] == [second["id"]]
    found = shared.get("/v1/entitlements/features", lookup_key="taken", archived=True)["data"]
    assert [one["id"] for one in found] == [first["id"]]


@pytest.mark.parametrize(
    ("params", "param"), [({"name": "x"}, "lookup_key"), ({"lookup_key": "x"}, "name"), ({"nope": "x"}, "nope")]
)
def test_a_feature_needs_a_key_and_a_name(shared: Client, params: dict[str, object], param: str) -> None:
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/entitlements/features", **params)
    assert (refusal.value.status, refusal.value.error["param"]) == (400, param)


def test_a_feature_is_attached_to_a_product_once(shared: Client) -> None:
    one, product = feature(shared, "attached"), shared.post("/v1/products", name="Pro")
    path = f"/v1/products/{product['id']}/features"
    attached = shared.post(path, entitlement_feature=one["id"])
    assert attached == {
        "id": attached["id"],
        "object": "product_feature",
        "entitlement_feature": one,
        "livemode": False,
    }
    assert shared.send("POST", path, entitlement_feature=one["id"]).status_code == 400
    assert shared.get(path)["data"] == [attached]
    assert shared.get(f"{path}/{attached['id']}") == attached
    other = shared.post("/v1/products", name="Other")["id"]
    assert shared.send("GET", f"/v1/products/{other}/features/{attached['id']}").status_code == 404
    assert shared.delete(f"{path}/{attached['id']}") == {
        "id": attached["id"],
        "object": "product_feature",
        "deleted": True,
    }
    assert shared.get(path)["data"] == []


def test_an_archived_feature_cannot_be_attached_but_still_grants(shared: Client) -> None:
    old, customer = feature(shared, "old"), shared.customer()
    price = price_with(shared, old)
    shared.post(f"/v1/entitlements/features/{old['id']}", active=False)
    product = shared.post("/v1/products", name="New")["id"]
    assert shared.send("POST", f"/v1/products/{product}/features", entitlement_feature=old["id"]).status_code == 400
    shared.subscribe(customer, price)
    assert held(shared, customer) == ["old"]


def test_a_subscription_grants_until_it_ends_and_says_so(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, price_with(shared, feature(shared, "api"), feature(shared, "sso")))
    assert held(shared, customer) == ["api", "sso"]
    shared.post(f"/v1/subscriptions/{subscription['id']}", metadata={"a": "1"})
    shared.delete(f"/v1/subscriptions/{subscription['id']}")
    assert held(shared, customer) == []
    assert summaries(shared, customer) == [([], ["api", "sso"]), (["api", "sso"], [])]


def test_the_summary_has_stripes_shape(shared: Client) -> None:
    customer = shared.customer()
    shared.subscribe(customer, price_with(shared, feature(shared, "shape")))
    event = shared.get("/v1/events", type=SUMMARY, limit=1)["data"][0]
    (row,) = shared.get("/v1/entitlements/active_entitlements", customer=customer["id"])["data"]
    assert event["data"] == {
        "object": {
            "object": "entitlements.active_entitlement_summary",
            "customer": customer["id"],
            "entitlements": {
                "object": "list",
                "data": [row],
                "has_more": False,
                "url": f"/v1/customer/{customer['id']}/entitlements",
            },
            "livemode": False,
        },
        "previous_attributes": {"entitlements": {"data": []}},
    }
    assert event["request"] == {"id": None, "idempotency_key": None}
    assert row["id"].startswith("ent_test_")
    assert row["feature"].startswith("feat_test_")
    path = f"/v1/entitlements/active_entitlements/{row['id']}"
    assert shared.get(path) == row
    assert shared.get(path, expand=["feature"])["feature"]["lookup_key"] == "shape"
    assert shared.send("GET", "/v1/entitlements/active_entitlements").json()["error"]["param"] == "customer"


def test_the_summary_shows_ten(shared: Client) -> None:
    customer = shared.customer()
    shared.subscribe(customer, price_with(shared, *(feature(shared, f"many{place}") for place in range(11))))
    shown = shared.get("/v1/events", type=SUMMARY, limit=1)["data"][0]["data"]["object"]["entitlements"]
    assert (len(shown["data"]), shown["has_more"]) == (10, True)
    assert len(held(shared, customer)) == 11


def test_a_swap_changes_what_is_granted(shared: Client) -> None:
    basic, extra, customer = feature(shared, "basic"), feature(shared, "extra"), shared.customer()
    small, large = price_with(shared, basic), price_with(shared, basic, extra)
    subscription = shared.subscribe(customer, small)
    items = [{"id": item_of(subscription)["id"], "price": large["id"]}]
    shared.post(f"/v1/subscriptions/{subscription['id']}", items=items)
    assert held(shared, customer) == ["basic", "extra"]
    assert summaries(shared, customer)[-1] == (["basic"], ["basic", "extra"])


def test_what_two_subscriptions_grant_stays_while_one_goes_on(shared: Client) -> None:
    price, customer = price_with(shared, feature(shared, "both")), shared.customer()
    first, _ = shared.subscribe(customer, price), shared.subscribe(customer, price)
    shared.delete(f"/v1/subscriptions/{first['id']}")
    assert held(shared, customer) == ["both"]
    assert len(summaries(shared, customer)) == 1


def test_an_incomplete_subscription_grants_nothing_until_it_is_paid(shared: Client) -> None:
    customer = shared.customer("pm_card_chargeCustomerFail")
    subscription = shared.subscribe(customer, price_with(shared, feature(shared, "late")))
    assert subscription["status"] == "incomplete"
    assert held(shared, customer) == []
    shared.new_card(customer["id"], "pm_card_visa")
    shared.post(f"/v1/invoices/{subscription['latest_invoice']['id']}/pay")
    assert held(shared, customer) == ["late"]


def test_a_trial_grants_and_a_pause_takes_nothing_away(alone: Client) -> None:
    price, customer = price_with(alone, feature(alone, "trial")), alone.customer(None)
    subscription = alone.subscribe(
        customer,
        price,
        trial_period_days=7,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )
    assert held(alone, customer) == ["trial"]
    alone.advance(8 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "paused"
    assert held(alone, customer) == ["trial"]


def test_overdue_payments_take_nothing_away_before_the_subscription_is_canceled(alone: Client) -> None:
    price, customer = price_with(alone, feature(alone, "overdue")), alone.customer()
    subscription = alone.subscribe(customer, price)
    alone.new_card(customer["id"], "pm_card_chargeCustomerFail")
    alone.advance(32 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "past_due"
    assert held(alone, customer) == ["overdue"]
    alone.advance(40 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "canceled"
    assert held(alone, customer) == []


def test_features_of_a_product_count_from_the_next_period_on(alone: Client) -> None:
    old, new, customer = feature(alone, "before"), feature(alone, "after"), alone.customer()
    price = price_with(alone, old)
    alone.subscribe(customer, price)
    path = f"/v1/products/{price['product']}/features"
    alone.delete(f"{path}/{alone.get(path)['data'][0]['id']}")
    alone.post(path, entitlement_feature=new["id"])
    assert held(alone, customer) == ["before"]
    alone.advance(32 * DAY)
    assert held(alone, customer) == ["after"]
    assert summaries(alone, customer)[-1] == (["before"], ["after"])


def test_a_customer_that_is_deleted_is_entitled_to_nothing(shared: Client) -> None:
    customer = shared.customer()
    shared.subscribe(customer, price_with(shared, feature(shared, "gone")))
    shared.delete(f"/v1/customers/{customer['id']}")
    assert summaries(shared, customer)[-1] == (["gone"], [])
    response = shared.send("GET", "/v1/entitlements/active_entitlements", customer=customer["id"])
    assert response.status_code == 400
