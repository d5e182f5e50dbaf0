"""Lines of drafts: their order, and what adding, changing and removing them does."""

from typing import Any

import pytest

from tests.sandbox.client import Client, Object, Refusal, item_of


def drafted(client: Client, *lines: dict[str, Any], customer: Object | None = None) -> Object:
    draft = client.post("/v1/invoices", customer=(customer or client.customer())["id"])
    return client.post(f"/v1/invoices/{draft['id']}/add_lines", lines=list(lines)) if lines else draft


def described(invoice: Object) -> list[str]:
    return [line["description"] for line in invoice["lines"]["data"]]


def test_what_waited_is_shown_newest_first_and_what_was_added_last(shared: Client) -> None:
    customer = shared.customer()
    for name in ("first", "second"):
        shared.post("/v1/invoiceitems", customer=customer["id"], amount=100, currency="usd", description=name)
    draft = shared.post("/v1/invoices", customer=customer["id"], pending_invoice_items_behavior="include")
    for name in ("third", "fourth"):
        item = {"customer": customer["id"], "amount": 100, "currency": "usd", "description": name}
        shared.post("/v1/invoiceitems", invoice=draft["id"], **item)
    assert described(shared.get(f"/v1/invoices/{draft['id']}")) == ["second", "first", "third", "fourth"]
    path = f"/v1/invoices/{draft['id']}/lines"
    page = shared.get(path, limit=2)
    assert ([line["description"] for line in page["data"]], page["has_more"]) == (["second", "first"], True)
    rest = shared.get(path, limit=2, starting_after=page["data"][1]["id"])
    assert ([line["description"] for line in rest["data"]], rest["has_more"]) == (["third", "fourth"], False)
    back = shared.get(path, limit=3, ending_before=rest["data"][1]["id"])
    assert ([line["description"] for line in back["data"]], back["has_more"]) == (["second", "first", "third"], False)


def test_pending_items_go_before_what_recurs(alone: Client) -> None:
    customer = alone.customer()
    subscription = alone.subscribe(customer, alone.price(2_500))
    alone.post("/v1/invoiceitems", customer=customer["id"], amount=333, currency="usd", description="Extra")
    alone.advance(32 * 86_400)
    types = [line["parent"]["type"] for line in alone.invoices(subscription)[0]["lines"]["data"]]
    assert types == ["invoice_item_details", "subscription_item_details"]


def test_lines_are_added_with_their_items(shared: Client) -> None:
    customer, price = shared.customer(), shared.price(300, interval=None)
    waiting = shared.post("/v1/invoiceitems", customer=customer["id"], amount=50, currency="usd", description="Waited")
    product = {"name": "Made up", "description": "On the way"}
    draft = drafted(
        shared,
        {"amount": 1_000, "description": "Plain", "metadata": {"a": "b"}},
        {"pricing": {"price": price["id"]}, "quantity": 2},
        {"price_data": {"currency": "usd", "unit_amount": 70, "product_data": product}, "quantity": 3},
        {"invoice_item": waiting["id"]},
        customer=customer,
    )
    assert [line["amount"] for line in draft["lines"]["data"]] == [1_000, 600, 210, 50]
    assert (draft["total"], draft["lines"]["data"][0]["metadata"]) == (1_860, {"a": "b"})
    assert described(draft)[2:] == ["Made up", "Waited"]
    made = draft["lines"]["data"][2]["pricing"]["price_details"]["product"]
    assert shared.get(f"/v1/products/{made}")["description"] == "On the way"
    items = shared.get("/v1/invoiceitems", invoice=draft["id"])["data"]
    assert len(items) == 4
    assert shared.get(f"/v1/invoiceitems/{waiting['id']}")["invoice"] == draft["id"]


def test_one_line_is_changed_and_answered(shared: Client) -> None:
    draft = drafted(shared, {"amount": 1_000, "description": "Plain"}, {"amount": 1, "description": "Other"})
    line = draft["lines"]["data"][0]
    off = shared.post("/v1/coupons", percent_off=50, duration="once")
    path = f"/v1/invoices/{draft['id']}/lines/{line['id']}"
    changed = shared.post(path, amount=2_000, description="Dear", discounts=[{"coupon": off["id"]}])
    assert (changed["object"], changed["id"], changed["amount"]) == ("line_item", line["id"], 2_000)
    assert [one["amount"] for one in changed["discount_amounts"]] == [1_000]
    item = shared.get(f"/v1/invoiceitems/{line['parent']['invoice_item_details']['invoice_item']}")
    assert (item["amount"], item["description"], len(item["discounts"])) == (2_000, "Dear", 1)
    assert shared.get(f"/v1/invoices/{draft['id']}")["total"] == 1_001
    for path in (f"/v1/invoices/{draft['id']}/lines/il_none", f"/v1/invoices/in_none/lines/{line['id']}"):
        with pytest.raises(Refusal) as refusal:
            shared.post(path, amount=1)
        assert (refusal.value.status, refusal.value.error["code"]) == (404, "resource_missing")


def test_many_lines_are_changed_or_none(shared: Client) -> None:
    draft = drafted(shared, {"amount": 1_000}, {"amount": 500})
    first, second = (line["id"] for line in draft["lines"]["data"])
    path = f"/v1/invoices/{draft['id']}/update_lines"
    changes = [{"id": first, "amount": 10}, {"id": second, "amount": 20}]
    changed = shared.post(path, lines=changes, invoice_metadata={"by": "us"})
    assert (changed["total"], changed["metadata"]) == (30, {"by": "us"})
    with pytest.raises(Refusal) as refusal:
        shared.post(path, lines=[{"id": first, "amount": 99}, {"id": "il_none", "amount": 1}])
    assert refusal.value.error["param"] == "lines[1][id]"
    assert shared.get(f"/v1/invoices/{draft['id']}")["total"] == 30


def test_removed_lines_wait_again_or_are_gone(shared: Client) -> None:
    customer = shared.customer()
    draft = drafted(shared, {"amount": 1_000}, {"amount": 500}, customer=customer)
    first, second = (line["id"] for line in draft["lines"]["data"])
    path = f"/v1/invoices/{draft['id']}/remove_lines"
    with pytest.raises(Refusal) as refusal:
        shared.post(path, lines=[{"id": first}])
    assert refusal.value.error["param"] == "lines[0][behavior]"
    left = shared.post(path, lines=[{"id": first, "behavior": "unassign"}, {"id": second, "behavior": "delete"}])
    assert (left["total"], left["lines"]["data"]) == (0, [])
    waiting = shared.get("/v1/invoiceitems", customer=customer["id"])["data"]
    assert [(item["amount"], item["invoice"]) for item in waiting] == [(1_000, None)]
    again = shared.post("/v1/invoices", customer=customer["id"], pending_invoice_items_behavior="include")
    assert again["total"] == 1_000


def test_only_drafts_are_edited(shared: Client) -> None:
    draft = drafted(shared, {"amount": 1_000})
    line = draft["lines"]["data"][0]["id"]
    shared.post(f"/v1/invoices/{draft['id']}/finalize")
    for verb, lines in (
        ("add_lines", [{"amount": 1}]),
        ("update_lines", [{"id": line, "amount": 1}]),
        ("remove_lines", [{"id": line, "behavior": "delete"}]),
    ):
        with pytest.raises(Refusal) as refusal:
            shared.post(f"/v1/invoices/{draft['id']}/{verb}", lines=lines)
        assert refusal.value.error["code"] == "invoice_not_editable"
        assert refusal.value.error["message"] == "Invalid invoice: This invoice is no longer editable"


@pytest.mark.parametrize(
    ("line", "param"),
    [
        ({"amount": 5, "quantity": 2}, "lines[0][amount]"),
        ({"description": "nothing"}, "lines[0][amount]"),
        ({"pricing": {"price": "price_none"}}, "lines[0][pricing][price]"),
        ({"amount": 5, "tax_rates": ["txr_none"]}, "lines[0][tax_rates][0]"),
        ({"amount": 5, "discounts": [{"coupon": "none"}]}, "lines[0][discounts][0][coupon]"),
        ({"invoice_item": "ii_none"}, "lines[0][invoice_item]"),
        ({"price_data": {"currency": "usd", "unit_amount": 5}}, "lines[0][price_data][product]"),
        ({"amount": 5, "period": {"start": 9, "end": 5}}, "lines[0][period][end]"),
    ],
)
def test_wrong_lines_are_refused(shared: Client, line: dict[str, Any], param: str) -> None:
    draft = drafted(shared)
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/invoices/{draft['id']}/add_lines", lines=[line])
    assert (refusal.value.status, refusal.value.error["param"]) == (400, param)


def test_tax_amounts_of_somebody_elses_reckoning(shared: Client) -> None:
    data = {"display_name": "City", "inclusive": False, "percentage": "8.5", "jurisdiction": "Here"}
    tax = {"amount": 43, "taxable_amount": 500, "tax_rate_data": data, "taxability_reason": "reduced_rated"}
    draft = drafted(shared, {"amount": 500, "tax_amounts": [tax]}, {"amount": 500, "tax_amounts": [tax]})
    assert draft["total"] == 1_086
    (total,) = draft["total_taxes"]
    assert (total["amount"], total["taxable_amount"], total["taxability_reason"]) == (86, 1_000, "reduced_rated")
    rate = shared.get(f"/v1/tax_rates/{total['tax_rate_details']['tax_rate']}")
    assert (rate["active"], rate["percentage"], rate["jurisdiction"]) == (False, 8.5, "Here")
    line = draft["lines"]["data"][0]["id"]
    assert shared.post(f"/v1/invoices/{draft['id']}/lines/{line}", tax_amounts="")["taxes"] == []
    with pytest.raises(Refusal):
        shared.post(f"/v1/invoices/{draft['id']}", default_tax_rates=[rate["id"]])
    vat = shared.post("/v1/tax_rates", display_name="VAT", inclusive=False, percentage=20)
    with pytest.raises(Refusal):
        shared.post(
            f"/v1/invoices/{draft['id']}/add_lines",
            lines=[{"amount": 5, "tax_rates": [vat["id"]], "tax_amounts": [tax]}],
        )


def test_the_price_of_a_period_stays(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price(2_500))
    alone.post(f"/v1/subscriptions/{subscription['id']}", pause_collection={"behavior": "keep_as_draft"})
    alone.advance(32 * 86_400)
    draft = alone.invoices(subscription)[0]
    path = f"/v1/invoices/{draft['id']}/lines/{draft['lines']['data'][0]['id']}"
    assert alone.post(path, description="Your plan", metadata={"a": "b"})["description"] == "Your plan"
    with pytest.raises(Refusal) as refusal:
        alone.post(path, amount=5)
    assert refusal.value.status == 501
    assert item_of(alone.subscription(subscription["id"]))["quantity"] == 1
