"""The one stored form."""

from typing import Any

from mirror.stored import Key, Stored, is_cut_short, stored_forms, with_what_was_known


def forms(stripe_object: dict[str, Any]) -> dict[Key, Stored]:
    return {form.key: form for form in stored_forms(stripe_object)}


PRICE = {"object": "price", "id": "price_1", "product": {"object": "product", "id": "prod_1", "name": "Gold"}}
ITEM = {"object": "subscription_item", "id": "si_1", "subscription": "sub_1", "price": PRICE}
SUBSCRIPTION = {
    "object": "subscription",
    "id": "sub_1",
    "customer": "cus_1",
    "items": {"object": "list", "data": [ITEM], "has_more": False},
    "discounts": [{"object": "discount", "id": "di_1", "source": {"coupon": {"object": "coupon", "id": "summer"}}}],
    "plan": {"object": "plan", "id": "price_1", "amount": 1000},
}


def test_nested_objects_are_put_away_on_their_own_and_leave_their_ids() -> None:
    found = forms(SUBSCRIPTION)
    assert [key.id for key in found] == ["sub_1", "si_1", "price_1", "prod_1", "di_1", "summer"]
    assert found[Key("subscription", "sub_1")].data["items"] == ["si_1"]
    assert found[Key("subscription", "sub_1")].data["discounts"] == ["di_1"]
    assert found[Key("subscription_item", "si_1")].data["price"] == "price_1"
    assert found[Key("subscription_item", "si_1")].parent == Key("subscription", "sub_1")
    assert found[Key("discount", "di_1")].data["source"] == {"coupon": "summer"}


def test_an_object_reads_the_same_expanded_or_not() -> None:
    expanded = forms({**SUBSCRIPTION, "customer": {"object": "customer", "id": "cus_1", "name": "Ada"}})
    plain = forms(SUBSCRIPTION)
    key = Key("subscription", "sub_1")
    assert expanded[key].data == plain[key].data
    assert expanded[Key("customer", "cus_1")].data["name"] == "Ada"


def test_objects_of_kinds_that_are_not_mirrored_stay_where_they_are() -> None:
    assert forms(SUBSCRIPTION)[Key("subscription", "sub_1")].data["plan"]["amount"] == 1000


def test_client_secrets_are_left_out_at_every_depth() -> None:
    intent = {"object": "payment_intent", "id": "pi_1", "client_secret": "pi_1_secret_x", "status": "succeeded"}
    invoice = {
        "object": "invoice",
        "id": "in_1",
        "confirmation_secret": {"client_secret": "pi_1_secret_x"},
        "last_finalization_error": {"payment_intent": intent, "next": {"client_secret": "pi_1_secret_x"}},
    }
    assert "secret" not in repr([form.data for form in stored_forms(invoice)])


def test_payments_that_were_not_expanded_do_not_count_as_absent() -> None:
    payment = {"object": "invoice_payment", "id": "inpay_1", "invoice": "in_1"}
    expanded = {"object": "invoice", "id": "in_1", "payments": {"object": "list", "data": [payment], "has_more": False}}
    with_payments, without = forms(expanded), forms({"object": "invoice", "id": "in_1"})
    key = Key("invoice", "in_1")
    assert with_payments[key].data == without[key].data
    assert with_payments[key].expanded == {"payments"}
    assert without[key].expanded == frozenset()
    assert Key("invoice_payment", "inpay_1") in with_payments


def test_tiers_stay_when_an_event_comes_without_them() -> None:
    tiers = [{"up_to": 10, "unit_amount": 100}]
    known = {"object": "price", "id": "price_1", "nickname": "old", "tiers": tiers}
    (form,) = stored_forms({"object": "price", "id": "price_1", "nickname": "new"})
    assert with_what_was_known(form, known) == {"object": "price", "id": "price_1", "nickname": "new", "tiers": tiers}


def test_a_deletion_keeps_the_last_json_with_its_mark() -> None:
    known = {"object": "customer", "id": "cus_1", "name": "Ada"}
    (form,) = stored_forms({"object": "customer", "id": "cus_1", "deleted": True})
    assert form.deleted
    assert with_what_was_known(form, known) == {**known, "deleted": True}


def test_what_a_database_refuses_is_replaced() -> None:
    (form,) = stored_forms({"object": "customer", "id": "cus_1", "name": "a\x00b", "metadata": {"k": "\x00"}})
    assert form.data["name"] == "a\ufffdb"
    assert form.data["metadata"] == {"k": "\ufffd"}


def test_previews_are_never_stored() -> None:
    line = {"object": "line_item", "id": "il_1"}
    lines = {"object": "list", "data": [line], "has_more": False}
    assert forms({"object": "invoice", "id": "upcoming_in_1", "lines": lines}) == {}
    assert forms({"object": "invoice", "lines": lines}) == {}


def test_an_object_without_an_id_is_the_one_of_its_type() -> None:
    (form,) = stored_forms({"object": "balance", "available": []})
    assert form.key == Key("balance", "")


def test_a_list_that_stripe_cut_short_is_noticed() -> None:
    assert is_cut_short({"object": "invoice", "lines": {"object": "list", "data": [], "has_more": True}})
    assert not is_cut_short(SUBSCRIPTION)


def test_metadata_that_says_it_is_an_object_is_none() -> None:
    posing = {"object": "customer", "id": "cus_2", "email": "eve@example.com"}
    listing = {"object": "list", "url": "/v1/charges"}
    (one,) = stored_forms({"object": "customer", "id": "cus_1", "metadata": posing})
    (other,) = stored_forms({"object": "customer", "id": "cus_1", "parent": {"details": {"metadata": listing}}})
    assert one.data["metadata"] == posing
    assert other.data["parent"] == {"details": {"metadata": listing}}
