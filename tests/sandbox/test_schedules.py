"""Subscription schedules: phases that change a subscription as time passes."""

import pytest

from tests.sandbox.client import DAY, Client, Object, Refusal, item_of

START = 1_893_456_000  # 2030-01-01
HOUR = 3_600
SCHEDULES = "/v1/subscription_schedules"


def clock(client: Client) -> Object:
    return client.post("/v1/test_helpers/test_clocks", frozen_time=START)


def turn(client: Client, customer: Object, to: int) -> None:
    client.post(f"/v1/test_helpers/test_clocks/{customer['test_clock']}/advance", frozen_time=to)


def on_a_clock(client: Client, card: str | None = "pm_card_visa") -> Object:
    return client.customer(card, test_clock=clock(client)["id"])


def phase(price: Object, quantity: int = 1, **more: object) -> Object:
    return {"items": [{"price": price["id"], "quantity": quantity}], **more}


def months(count: int) -> Object:
    return {"interval": "month", "interval_count": count}


def shown(client: Client, schedule: Object) -> Object:
    return client.get(f"{SCHEDULES}/{schedule['id']}", expand=["subscription"])


def told(client: Client, *kinds: str) -> list[str]:
    return [type for type in client.event_types() if type.startswith(kinds)]


def test_one_that_starts_now_makes_an_active_subscription_with_a_draft_that_is_paid_in_an_hour(shared: Client) -> None:
    customer = on_a_clock(shared)
    price = shared.price(2_000)
    schedule = shared.post(
        SCHEDULES,
        customer=customer["id"],
        start_date="now",
        end_behavior="release",
        phases=[phase(price, duration=months(12), metadata={"a": "b"})],
        metadata={"k": "v"},
        expand=["subscription.latest_invoice"],
    )
    assert (schedule["status"], schedule["metadata"]) == ("active", {"k": "v"})
    assert schedule["current_phase"] == {"start_date": START, "end_date": START + 365 * DAY}
    subscription = schedule["subscription"]
    assert (subscription["status"], subscription["schedule"]) == ("active", schedule["id"])
    assert subscription["metadata"] == {"a": "b"}
    assert (subscription["cancel_at"], subscription["latest_invoice"]["status"]) == (None, "draft")
    turn(shared, customer, START + HOUR)
    invoice = shared.get(f"/v1/invoices/{subscription['latest_invoice']['id']}")
    assert (invoice["status"], invoice["amount_paid"], invoice["billing_reason"]) == (
        "paid",
        2_000,
        "subscription_create",
    )


def test_events_of_a_start_come_in_stripes_order(alone: Client) -> None:
    customer = on_a_clock(alone)
    price = alone.price()
    known = len(alone.event_types())
    alone.post(SCHEDULES, customer=customer["id"], start_date="now", phases=[phase(price)])
    types = [type for type in alone.event_types()[known:] if not type.startswith("customer.updated")]
    assert types == ["customer.subscription.created", "invoice.created", "subscription_schedule.created"]


def test_one_in_the_future_waits_without_a_subscription(alone: Client) -> None:
    customer = on_a_clock(alone)
    schedule = alone.post(
        SCHEDULES, customer=customer["id"], start_date=START + 10 * DAY, phases=[phase(alone.price(1_000))]
    )
    assert (schedule["status"], schedule["subscription"], schedule["current_phase"]) == ("not_started", None, None)
    assert schedule["phases"][0]["start_date"] == START + 10 * DAY
    assert schedule["phases"][0]["end_date"] == START + 41 * DAY
    assert alone.get("/v1/subscriptions", customer=customer["id"])["data"] == []
    turn(alone, customer, START + 10 * DAY + 2 * HOUR)
    begun = shown(alone, schedule)
    assert begun["status"] == "active"
    assert begun["subscription"]["start_date"] == START + 10 * DAY
    assert alone.invoices(begun["subscription"])[0]["status"] == "paid"
    event = alone.get("/v1/events", type="subscription_schedule.updated")["data"][0]
    assert event["data"]["previous_attributes"] == {
        "status": "not_started",
        "subscription": None,
        "current_phase": None,
    }


def test_a_start_in_the_past_bills_each_period_since(shared: Client) -> None:
    customer = on_a_clock(shared)
    schedule = shared.post(
        SCHEDULES,
        customer=customer["id"],
        start_date=START - 40 * DAY,
        phases=[phase(shared.price(3_000), duration=months(6))],
        expand=["subscription.latest_invoice"],
    )
    subscription = schedule["subscription"]
    assert (subscription["start_date"], subscription["billing_cycle_anchor"]) == (START - 40 * DAY, START - 40 * DAY)
    lines = subscription["latest_invoice"]["lines"]["data"]
    assert [line["amount"] for line in lines] == [3_000, 3_000]
    assert lines[0]["period"]["end"] == lines[1]["period"]["start"] == item_of(subscription)["current_period_start"]


def test_the_next_phase_renews_with_its_own_items_and_no_prorations(alone: Client) -> None:
    customer = on_a_clock(alone)
    cheap, dear = alone.price(1_000), alone.price(5_000)
    schedule = alone.post(
        SCHEDULES,
        customer=customer["id"],
        start_date="now",
        phases=[phase(cheap, duration=months(1)), phase(dear, 2, duration=months(2), metadata={"tier": "dear"})],
    )
    assert schedule["phases"][0]["end_date"] == schedule["phases"][1]["start_date"] == START + 31 * DAY
    turn(alone, customer, START + 31 * DAY + 2 * HOUR)
    now = shown(alone, schedule)
    assert now["current_phase"]["start_date"] == START + 31 * DAY
    subscription = now["subscription"]
    item = item_of(subscription)
    assert (item["price"]["id"], item["quantity"]) == (dear["id"], 2)
    assert (item["current_period_start"], item["current_period_end"]) == (START + 31 * DAY, START + 59 * DAY)
    assert subscription["metadata"] == {"tier": "dear"}
    renewal = alone.invoices(subscription)[0]
    assert (renewal["billing_reason"], renewal["total"], renewal["status"]) == ("subscription_cycle", 10_000, "paid")
    assert [line["amount"] for line in renewal["lines"]["data"]] == [10_000]
    assert len(alone.invoices(subscription)) == 2
    assert alone.get("/v1/invoiceitems", customer=customer["id"])["data"] == []
    event = alone.get("/v1/events", type="subscription_schedule.updated")["data"][0]
    assert set(event["data"]["previous_attributes"]) == {"current_phase"}


@pytest.mark.parametrize(
    ("behavior", "pending", "invoices"),
    [("create_prorations", [-500, 1_500], 1), ("none", [], 1), ("always_invoice", [], 2)],
)
def test_a_phase_within_a_period_prorates_as_it_says(
    alone: Client, behavior: str, pending: list[int], invoices: int
) -> None:
    customer = on_a_clock(alone)
    middle = START + 31 * DAY // 2
    price = alone.price(1_000)
    schedule = alone.post(
        SCHEDULES,
        customer=customer["id"],
        start_date="now",
        phases=[phase(price, end_date=middle), phase(price, 3, duration=months(1), proration_behavior=behavior)],
    )
    turn(alone, customer, middle)
    waiting = alone.get("/v1/invoiceitems", customer=customer["id"], pending=True)["data"]
    assert sorted(row["amount"] for row in waiting) == pending
    subscription = shown(alone, schedule)["subscription"]
    assert item_of(subscription)["quantity"] == 3
    made = alone.invoices(subscription)
    assert len(made) == invoices
    if behavior == "always_invoice":
        assert (made[0]["total"], made[0]["status"], made[0]["billing_reason"]) == (
            1_000,
            "draft",
            "subscription_update",
        )


def test_a_phase_can_begin_a_new_cycle(alone: Client) -> None:
    customer = on_a_clock(alone)
    middle = START + 31 * DAY // 2
    schedule = alone.post(
        SCHEDULES,
        customer=customer["id"],
        start_date="now",
        phases=[
            phase(alone.price(1_000), end_date=middle),
            phase(alone.price(4_000), duration=months(2), billing_cycle_anchor="phase_start"),
        ],
    )
    turn(alone, customer, middle + 2 * HOUR)
    subscription = shown(alone, schedule)["subscription"]
    assert subscription["billing_cycle_anchor"] == middle
    assert item_of(subscription)["current_period_start"] == middle
    invoice = alone.invoices(subscription)[0]
    assert (invoice["total"], invoice["status"]) == (4_000 - 500, "paid")


def test_release_at_the_end_leaves_the_subscription_running(alone: Client) -> None:
    customer = on_a_clock(alone)
    schedule = alone.post(
        SCHEDULES, customer=customer["id"], start_date="now", phases=[phase(alone.price(), duration=months(2))]
    )
    subscription = schedule["subscription"]
    turn(alone, customer, START + 60 * DAY)
    over = shown(alone, schedule)
    assert (over["status"], over["subscription"], over["released_subscription"]) == ("released", None, subscription)
    assert over["released_at"] == START + 59 * DAY
    running = alone.subscription(subscription)
    assert (running["status"], running["schedule"]) == ("active", None)
    assert len(alone.invoices(running)) == 3
    assert told(alone, "subscription_schedule.") == [
        "subscription_schedule.created",
        "subscription_schedule.expiring",
        "subscription_schedule.completed",
        "subscription_schedule.updated",
        "subscription_schedule.released",
    ]


def test_cancel_at_the_end_ends_the_subscription_and_completes_the_schedule(alone: Client) -> None:
    customer = on_a_clock(alone)
    price = alone.price()
    schedule = alone.post(
        SCHEDULES,
        customer=customer["id"],
        start_date="now",
        end_behavior="cancel",
        phases=[phase(price, duration=months(1)), phase(price, 2, duration=months(1))],
    )
    assert shown(alone, schedule)["subscription"]["cancel_at"] is None
    turn(alone, customer, START + 31 * DAY)
    assert shown(alone, schedule)["subscription"]["cancel_at"] == START + 59 * DAY
    turn(alone, customer, START + 60 * DAY)
    over = shown(alone, schedule)
    assert (over["status"], over["completed_at"]) == ("completed", START + 59 * DAY)
    assert over["subscription"]["status"] == "canceled"
    assert over["subscription"]["ended_at"] == START + 59 * DAY
    assert len(alone.invoices(over["subscription"])) == 2
    assert told(alone, "subscription_schedule.")[-1] == "subscription_schedule.completed"


def test_a_subscription_can_be_put_under_a_schedule_and_downgraded_at_the_periods_end(alone: Client) -> None:
    customer = on_a_clock(alone)
    dear, cheap = alone.price(9_000), alone.price(2_000)
    subscription = alone.subscribe(customer, dear, metadata={"seat": "a"})
    schedule = alone.post(SCHEDULES, from_subscription=subscription["id"])
    item = item_of(subscription)
    (only,) = schedule["phases"]
    assert (only["start_date"], only["end_date"]) == (item["current_period_start"], item["current_period_end"])
    assert [(one["price"], one["quantity"]) for one in only["items"]] == [(dear["id"], 1)]
    assert (schedule["status"], schedule["subscription"]) == ("active", subscription["id"])
    assert alone.subscription(subscription["id"])["schedule"] == schedule["id"]
    changed = alone.post(
        f"{SCHEDULES}/{schedule['id']}",
        phases=[
            phase(dear, start_date=only["start_date"], end_date=only["end_date"]),
            phase(cheap, duration=months(1)),
        ],
        end_behavior="release",
    )
    assert [one["end_date"] for one in changed["phases"]] == [START + 31 * DAY, START + 59 * DAY]
    assert alone.get("/v1/invoiceitems", customer=customer["id"])["data"] == []
    turn(alone, customer, only["end_date"] + 2 * HOUR)
    after = alone.subscription(subscription["id"], "schedule")
    assert item_of(after)["price"]["id"] == cheap["id"]
    assert after["schedule"]["status"] == "active"
    assert alone.invoices(after)[0]["total"] == 2_000


def test_what_a_subscription_under_a_schedule_refuses(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price())
    schedule = shared.post(SCHEDULES, from_subscription=subscription["id"])
    path = f"/v1/subscriptions/{subscription['id']}"
    for change in ({"cancel_at_period_end": True}, {"cancel_at": "min_period_end"}):
        with pytest.raises(Refusal) as refusal:
            shared.post(path, **change)
        assert f"managed by the subscription schedule `{schedule['id']}`" in refusal.value.error["message"]
    with pytest.raises(Refusal) as refusal:
        shared.post(SCHEDULES, from_subscription=subscription["id"])
    assert "already attached to a schedule" in refusal.value.error["message"]
    assert shared.send("POST", f"{path}/pause").status_code == 400
    assert shared.post(path, metadata={"a": "b"})["metadata"] == {"a": "b"}
    shared.post(f"{SCHEDULES}/{schedule['id']}/release")
    assert shared.post(path, cancel_at_period_end=True)["cancel_at_period_end"] is True


def test_a_change_of_the_current_phase_changes_the_subscription_at_once(alone: Client) -> None:
    customer = on_a_clock(alone)
    price = alone.price(1_000)
    schedule = alone.post(
        SCHEDULES, customer=customer["id"], start_date="now", phases=[phase(price, duration=months(12))]
    )
    turn(alone, customer, START + 31 * DAY // 2)
    first = {"start_date": START, "end_date": schedule["phases"][0]["end_date"]}
    alone.post(f"{SCHEDULES}/{schedule['id']}", phases=[phase(price, 2, **first)], metadata={"x": "y"})
    subscription = alone.subscription(schedule["subscription"])
    assert item_of(subscription)["quantity"] == 2
    waiting = alone.get("/v1/invoiceitems", customer=customer["id"], pending=True)["data"]
    assert sorted(row["amount"] for row in waiting) == [-500, 1_000]
    alone.post(f"{SCHEDULES}/{schedule['id']}", phases=[phase(price, 4, **first)], proration_behavior="always_invoice")
    invoice = alone.invoices(subscription)[0]
    assert (invoice["total"], invoice["status"]) == (1_500, "paid")


def test_the_current_phase_can_be_ended_now(alone: Client) -> None:
    customer = on_a_clock(alone)
    price = alone.price(1_000)
    schedule = alone.post(
        SCHEDULES, customer=customer["id"], start_date="now", phases=[phase(price, duration=months(12))]
    )
    now = START + 5 * DAY
    turn(alone, customer, now)
    changed = alone.post(
        f"{SCHEDULES}/{schedule['id']}",
        phases=[
            phase(price, start_date=START, end_date="now"),
            phase(price, 2, start_date="now", end_date=START + 90 * DAY),
        ],
    )
    assert changed["current_phase"] == {"start_date": now, "end_date": START + 90 * DAY}
    assert [one["end_date"] for one in changed["phases"]] == [now, START + 90 * DAY]
    assert item_of(alone.subscription(schedule["subscription"]))["quantity"] == 2
    third = alone.post(
        f"{SCHEDULES}/{schedule['id']}", phases=[phase(price, 2, start_date=now, end_date=START + 60 * DAY)]
    )
    assert [one["start_date"] for one in third["phases"]] == [START, now]


def test_updates_need_an_anchor_and_keep_the_current_start(shared: Client) -> None:
    price = shared.price()
    schedule = shared.post(SCHEDULES, customer=shared.customer()["id"], start_date="now", phases=[phase(price)])
    path = f"{SCHEDULES}/{schedule['id']}"
    with pytest.raises(Refusal) as refusal:
        shared.post(path, phases=[phase(price, duration=months(3))])
    assert "missing at least one phase with a `start_date`" in refusal.value.error["message"]
    with pytest.raises(Refusal) as refusal:
        shared.post(path, phases=[phase(price, start_date=schedule["created"] - 5, duration=months(3))])
    assert refusal.value.error["message"] == "You can not modify the start date of the current phase."
    assert shared.get(path) == schedule


def test_a_phase_on_trial_is_free_until_it_ends(alone: Client) -> None:
    customer = on_a_clock(alone)
    price = alone.price(3_000)
    schedule = alone.post(
        SCHEDULES,
        customer=customer["id"],
        start_date="now",
        phases=[phase(price, end_date=START + 14 * DAY, trial=True), phase(price, duration=months(1))],
    )
    assert schedule["phases"][0]["trial_end"] == START + 14 * DAY
    subscription = alone.subscription(schedule["subscription"], "latest_invoice")
    assert (subscription["status"], subscription["latest_invoice"]["total"]) == ("trialing", 0)
    turn(alone, customer, START + 14 * DAY + 2 * HOUR)
    subscription = alone.subscription(schedule["subscription"], "latest_invoice")
    assert (subscription["status"], subscription["latest_invoice"]["amount_paid"]) == ("active", 3_000)
    assert subscription["billing_cycle_anchor"] == START + 14 * DAY


def test_a_phases_coupon_goes_with_it(alone: Client) -> None:
    customer = on_a_clock(alone)
    price = alone.price(1_000)
    coupon = alone.post("/v1/coupons", percent_off=50, duration="forever")
    schedule = alone.post(
        SCHEDULES,
        customer=customer["id"],
        start_date="now",
        phases=[
            phase(price, duration=months(1), discounts=[{"coupon": coupon["id"]}]),
            phase(price, duration=months(1)),
        ],
        expand=["phases.discounts.coupon"],
    )
    assert schedule["phases"][0]["discounts"][0]["coupon"]["percent_off"] == 50
    turn(alone, customer, START + 32 * DAY)
    subscription = alone.subscription(schedule["subscription"])
    assert subscription["discounts"] == []
    assert [invoice["total"] for invoice in alone.invoices(subscription)] == [1_000, 500]


def test_settings_of_a_phase_go_before_those_of_the_schedule(shared: Client) -> None:
    customer = on_a_clock(shared, None)
    price, extra = shared.price(), shared.price(99, interval=None)
    with pytest.raises(Refusal) as refusal:
        shared.post(
            SCHEDULES,
            customer=customer["id"],
            phases=[phase(price)],
            default_settings={"collection_method": "send_invoice"},
        )
    assert refusal.value.error["param"] == "phases[0][invoice_settings][days_until_due]"
    schedule = shared.post(
        SCHEDULES,
        customer=customer["id"],
        default_settings={
            "collection_method": "send_invoice",
            "invoice_settings": {"days_until_due": 7},
            "description": "all",
        },
        phases=[phase(price, description="first", add_invoice_items=[{"price": extra["id"]}])],
        expand=["subscription.latest_invoice"],
    )
    subscription = schedule["subscription"]
    assert (subscription["collection_method"], subscription["days_until_due"]) == ("send_invoice", 7)
    assert subscription["description"] == "first"
    assert subscription["latest_invoice"]["total"] == 2_500 + 99


@pytest.mark.parametrize("started", [True, False])
def test_cancel_ends_the_subscription_too_and_only_once(shared: Client, started: bool) -> None:
    customer = on_a_clock(shared)
    start = {} if started else {"start_date": START + DAY}
    schedule = shared.post(SCHEDULES, customer=customer["id"], phases=[phase(shared.price())], **start)
    canceled = shared.post(f"{SCHEDULES}/{schedule['id']}/cancel", expand=["subscription"])
    assert (canceled["status"], canceled["canceled_at"], canceled["current_phase"]) == ("canceled", START, None)
    if started:
        assert canceled["subscription"]["status"] == "canceled"
    with pytest.raises(Refusal) as refusal:
        shared.post(f"{SCHEDULES}/{schedule['id']}/release")
    assert refusal.value.error["message"].startswith(
        "You cannot release a subscription schedule that is currently in the `canceled` status."
    )
    with pytest.raises(Refusal):
        shared.post(f"{SCHEDULES}/{schedule['id']}", metadata={"a": "b"})
    turn(shared, customer, START + 40 * DAY)
    assert len(shared.get("/v1/invoices", customer=customer["id"])["data"]) <= (2 if started else 0)


def test_release_takes_the_planned_end_along_unless_it_is_to_be_kept(shared: Client) -> None:
    for keep in (False, True):
        schedule = shared.post(
            SCHEDULES, customer=shared.customer()["id"], end_behavior="cancel", phases=[phase(shared.price())]
        )
        end = schedule["phases"][0]["end_date"]
        assert shared.subscription(schedule["subscription"])["cancel_at"] == end
        released = shared.post(f"{SCHEDULES}/{schedule['id']}/release", preserve_cancel_date=keep)
        assert released["released_subscription"] == schedule["subscription"]
        after = shared.subscription(schedule["subscription"])
        assert (after["schedule"], after["cancel_at"], after["status"]) == (None, end if keep else None, "active")


def test_canceling_the_subscription_cancels_its_schedule(shared: Client) -> None:
    schedule = shared.post(SCHEDULES, customer=shared.customer()["id"], phases=[phase(shared.price())])
    shared.delete(f"/v1/subscriptions/{schedule['subscription']}")
    assert shown(shared, schedule)["status"] == "canceled"


def test_an_unpaid_subscription_aborts_its_schedule(alone: Client) -> None:
    customer = on_a_clock(alone)
    alone.new_card(customer["id"], "pm_card_chargeCustomerFail")
    schedule = alone.post(SCHEDULES, customer=customer["id"], phases=[phase(alone.price(), duration=months(12))])
    turn(alone, customer, START + 2 * HOUR)
    assert shown(alone, schedule)["subscription"]["status"] == "past_due"
    turn(alone, customer, START + 20 * DAY)
    assert shown(alone, schedule)["status"] == "canceled"
    assert told(alone, "subscription_schedule.")[-1] == "subscription_schedule.aborted"


def test_lists_filter_by_customer_and_what_became_of_them(shared: Client) -> None:
    customer, price = shared.customer(), shared.price()
    later = shared.post(
        SCHEDULES, customer=customer["id"], start_date=customer["created"] + 40 * DAY, phases=[phase(price)]
    )
    running = shared.post(SCHEDULES, customer=customer["id"], phases=[phase(price)])
    gone = shared.post(SCHEDULES, customer=customer["id"], phases=[phase(price)])
    gone = shared.post(f"{SCHEDULES}/{gone['id']}/release")

    def found(**params: object) -> list[str]:
        return [row["id"] for row in shared.get(SCHEDULES, customer=customer["id"], **params)["data"]]

    assert found() == [gone["id"], running["id"], later["id"]]
    assert found(scheduled=True) == [later["id"]]
    assert found(released_at={"gte": gone["released_at"]}) == [gone["id"]]
    assert found(canceled_at={"gte": 1}) == found(completed_at={"gte": 1}) == []
    apart = on_a_clock(shared)
    hidden = shared.post(SCHEDULES, customer=apart["id"], phases=[phase(price)])
    assert hidden["id"] not in [row["id"] for row in shared.get(SCHEDULES, limit=100)["data"]]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"phases": []}, "phases"),
        ({"phases": [{"items": [{"price": "price_x"}]}]}, "phases[0][items][0][price]"),
        ({"phases": [{"items": [{"quantity": 1}]}]}, "phases[0][items][0][price]"),
        ({"phases": [{"iterations": 2, "items": [{"quantity": 1}]}]}, "phases[0][iterations]"),
        ({"from_subscription": "sub_x"}, "from_subscription"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_by_name(shared: Client, params: Object, param: str) -> None:
    with pytest.raises(Refusal) as refusal:
        shared.post(SCHEDULES, customer=shared.customer()["id"], **params)
    assert (refusal.value.status, refusal.value.error["param"]) == (400, param)


def test_phases_must_follow_each_other_and_end_after_they_start(shared: Client) -> None:
    customer, price = shared.customer(), shared.price()
    for end in ({"end_date": START - 5_000 * DAY}, {"end_date": START, "duration": months(1)}):
        with pytest.raises(Refusal) as refusal:
            shared.post(SCHEDULES, customer=customer["id"], phases=[phase(price, **end)])
        assert refusal.value.error["param"] == "phases[0][end_date]"
    assert shared.get(SCHEDULES, customer=customer["id"])["data"] == []
    assert (
        shared.send("POST", SCHEDULES, customer=customer["id"], end_behavior="renew", phases=[phase(price)]).status_code
        == 501
    )


def test_month_ends_keep_the_anchor_through_phases(shared: Client) -> None:
    start = START + 30 * DAY  # January 31st
    schedule = shared.post(
        SCHEDULES,
        customer=on_a_clock(shared)["id"],
        start_date=start,
        phases=[phase(shared.price(), duration=months(1)), phase(shared.price(), duration=months(1))],
    )
    assert [(one["end_date"] - START) // DAY for one in schedule["phases"]] == [31 + 27, 31 + 28 + 30]


def test_a_change_of_the_subscription_itself_splits_the_current_phase(alone: Client) -> None:
    customer = on_a_clock(alone)
    prices = [alone.price(1_000), alone.price(2_000)]
    items = [{"price": price["id"], "quantity": 1} for price in prices]
    schedule = alone.post(SCHEDULES, customer=customer["id"], phases=[{"items": items, "duration": months(3)}])
    now = START + 5 * DAY
    turn(alone, customer, now)
    subscription = alone.subscription(schedule["subscription"])
    alone.delete(f"/v1/subscription_items/{subscription['items']['data'][1]['id']}")
    split = shown(alone, schedule)
    first, second = split["phases"]
    assert (first["end_date"], second["start_date"], second["end_date"]) == (now, now, START + 90 * DAY)
    assert [len(one["items"]) for one in (first, second)] == [2, 1]
    assert split["current_phase"] == {"start_date": now, "end_date": START + 90 * DAY}
    alone.post(f"/v1/subscriptions/{subscription['id']}", metadata={"a": "b"})
    assert len(shown(alone, schedule)["phases"]) == 2
    turn(alone, customer, START + 89 * DAY)
    assert len(shown(alone, schedule)["phases"]) == 2
    assert shown(alone, schedule)["status"] == "active"


def test_a_price_that_is_archived_meanwhile_is_still_the_next_phases(alone: Client) -> None:
    customer = on_a_clock(alone)
    first, second = alone.price(2_000), alone.price(3_000)
    schedule = alone.post(
        SCHEDULES,
        customer=customer["id"],
        start_date="now",
        phases=[phase(first, duration=months(1)), phase(second, duration=months(1))],
    )
    alone.post(f"/v1/prices/{second['id']}", active=False)
    turn(alone, customer, START + 32 * DAY)
    assert item_of(shown(alone, schedule)["subscription"])["price"]["id"] == second["id"]


def test_an_archived_price_is_not_agreed_on(shared: Client) -> None:
    price = shared.price(2_000)
    shared.post(f"/v1/prices/{price['id']}", active=False)
    with pytest.raises(Refusal, match="inactive"):
        shared.post(SCHEDULES, customer=on_a_clock(shared)["id"], start_date="now", phases=[phase(price)])
