"""Payment methods: every test card as Stripe's page has it, and what may be done with them."""

from typing import Any

import httpx
import pytest

from sandbox.payments.card_table import BY_NUMBER, TOKENS
from sandbox.payments.cards import passes_luhn
from tests.sandbox.client import Client, Object, flat, grouped
from tests.sandbox.test_payment_intents import create, refusal_of

VALID = {"number": "4242424242424242", "exp_month": 7, "exp_year": 2031, "cvc": "123"}


def typed(client: Client, **card: Any) -> httpx.Response:
    """A card as Stripe.js sends it."""
    pairs = grouped(list(flat({"type": "card", "card": card})))
    return httpx.post(f"{client.url}/v1/payment_methods", data=pairs, auth=("pk_test_x", ""))


def made(client: Client, token: str) -> Object:
    return client.post("/v1/payment_methods", type="card", card={"token": token})


@pytest.mark.parametrize(
    ("token", "brand", "funding", "country", "last4"),
    [
        ("visa", "visa", "credit", "US", "4242"),
        ("visa_debit", "visa", "debit", "US", "5556"),
        ("mastercard", "mastercard", "credit", "US", "4444"),
        ("mastercard_debit", "mastercard", "debit", "US", "8210"),
        ("mastercard_prepaid", "mastercard", "prepaid", "US", "5100"),
        ("amex", "amex", "credit", "US", "0005"),
        ("discover", "discover", "credit", "US", "1117"),
        ("diners", "diners", "credit", "US", "0004"),
        ("jcb", "jcb", "credit", "JP", "0505"),
        ("unionpay", "unionpay", "credit", "CN", "0005"),
        ("de", "visa", "credit", "DE", "0016"),
        ("gb_debit", "visa", "debit", "GB", "0005"),
        ("gb_mastercard", "mastercard", "credit", "GB", "4449"),
        ("mx", "visa", "credit", "MX", "8001"),
        ("th_debit", "visa", "debit", "TH", "0008"),
        ("tw", "visa", "credit", "TW", "0008"),
    ],
)
def test_a_token_is_the_card_that_it_says(
    shared: Client, token: str, brand: str, funding: str, country: str, last4: str
) -> None:
    for method in (shared.get(f"/v1/payment_methods/pm_card_{token}"), made(shared, f"tok_{token}")):
        card = method["card"]
        assert (card["brand"], card["funding"], card["country"], card["last4"]) == (brand, funding, country, last4)
        assert (method["customer"], method["type"], card["networks"]["available"]) == (None, "card", [brand])
    charge = create(shared, f"pm_card_{token}", expand=["latest_charge"])["latest_charge"]
    shown = charge["payment_method_details"]["card"]
    assert (shown["brand"], shown["funding"], shown["country"], shown["last4"]) == (brand, funding, country, last4)


def test_all_numbers_are_numbers_that_cards_can_have() -> None:
    assert [number for number in BY_NUMBER if not passes_luhn(number)] == []
    assert {card.number for card in TOKENS.values()} <= BY_NUMBER.keys()


def test_co_branded_cards_name_both_networks(shared: Client) -> None:
    card = shared.get("/v1/payment_methods/pm_card_visa_cartesBancaires")["card"]
    assert (card["networks"]["available"], card["display_brand"], card["country"]) == (
        ["cartes_bancaires", "visa"], "cartes_bancaires", "FR",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("token", "checks"),
    [
        ("visa", ("pass", None, None)),
        ("cvcCheckFail", ("fail", None, None)),
        ("avsZipFail", ("pass", "fail", None)),
        ("avsLine1Fail", ("pass", None, "fail")),
        ("avsFail", ("pass", "fail", "fail")),
        ("avsUnchecked", ("pass", "unavailable", "unavailable")),
    ],
)
def test_checks_are_made_when_the_card_is_attached_or_charged(
    shared: Client, token: str, checks: tuple[str | None, ...]
) -> None:
    names = ("cvc_check", "address_postal_code_check", "address_line1_check")
    loose = made(shared, f"tok_{token}")
    assert loose["card"]["checks"]["cvc_check"] == "unchecked"
    attached = shared.post(f"/v1/payment_methods/{loose['id']}/attach", customer=shared.customer(None)["id"])
    assert tuple(attached["card"]["checks"][name] for name in names) == checks
    charge = create(shared, f"pm_card_{token}", expand=["latest_charge"])["latest_charge"]
    assert tuple(charge["payment_method_details"]["card"]["checks"][name] for name in names) == checks


def test_an_address_that_is_given_is_checked(shared: Client) -> None:
    address = {"line1": "1 Main St", "postal_code": "12345"}
    method = shared.post(
        "/v1/payment_methods", type="card", card={"token": "tok_visa"}, billing_details={"address": address}
    )
    attached = shared.post(f"/v1/payment_methods/{method['id']}/attach", customer=shared.customer(None)["id"])
    checks = attached["card"]["checks"]
    assert (checks["address_line1_check"], checks["address_postal_code_check"]) == ("pass", "pass")


def test_a_browser_may_send_a_number(shared: Client) -> None:
    method = typed(shared, **VALID).json()
    card = method["card"]
    assert (card["last4"], card["exp_month"], card["exp_year"]) == ("4242", 7, 2031)
    assert card["checks"]["cvc_check"] == "unchecked"
    assert typed(shared, number="4242 4242 4242 4242", exp_month=1, exp_year=40).json()["card"]["exp_year"] == 2040
    without = typed(shared, number="4242424242424242", exp_month=1, exp_year=40).json()
    assert without["card"]["checks"]["cvc_check"] is None
    declined = typed(shared, **VALID | {"number": "4000000000000002"}).json()
    error = refusal_of(shared, f"/v1/payment_methods/{declined['id']}/attach", customer=shared.customer(None)["id"])
    assert (error["status"], error["code"]) == (402, "card_declined")


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"number": "hello"}, "incorrect_number", "number"),
        ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
        ({"exp_year": 2020}, "invalid_expiry_year", "exp_year"),
        ({"exp_year": 95}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "99"}, "invalid_cvc", "cvc"),
        ({"number": "4111111111111111"}, "card_declined", "number"),
    ],
)
def test_cards_that_cannot_be_are_refused(shared: Client, wrong: dict[str, Any], code: str, param: str) -> None:
    response = typed(shared, **VALID | wrong)
    error = response.json()["error"]
    assert (response.status_code, error["type"], error["code"], error["param"]) == (402, "card_error", code, param)
    assert error.get("decline_code") == ("test_mode_live_card" if code == "card_declined" else None)


def test_what_a_new_payment_method_needs(shared: Client) -> None:
    path = "/v1/payment_methods"
    assert refusal_of(shared, path, card={"token": "tok_visa"})["param"] == "type"
    assert refusal_of(shared, path, type="card")["param"] == "card[number]"
    assert refusal_of(shared, path, type="card", card={"number": "4242424242424242"})["param"] == "card[exp_month]"
    unknown = refusal_of(shared, path, type="card", card={"token": "tok_none"})
    assert (unknown["code"], unknown["param"]) == ("resource_missing", "card[token]")
    assert refusal_of(shared, path, type="card", card=VALID)["status"] == 402
    assert shared.send("POST", path, type="sepa_debit").status_code == 501


def test_only_a_saved_card_is_changed(shared: Client) -> None:
    loose = made(shared, "tok_visa")
    error = refusal_of(shared, f"/v1/payment_methods/{loose['id']}", metadata={"a": "b"})
    assert error["message"] == "You must save this PaymentMethod to a customer before you can update it."
    customer = shared.customer()
    path = f"/v1/payment_methods/{customer['invoice_settings']['default_payment_method']}"
    changed = shared.post(
        path, card={"exp_year": 2040}, billing_details={"name": "Ada"}, metadata={"a": "b"}, allow_redisplay="always"
    )
    assert (changed["card"]["exp_year"], changed["billing_details"]["name"]) == (2040, "Ada")
    assert (changed["metadata"], changed["allow_redisplay"]) == ({"a": "b"}, "always")
    event = shared.get("/v1/events", type="payment_method.updated")["data"][0]
    before = event["data"]["previous_attributes"]
    assert sorted(before) == ["allow_redisplay", "billing_details", "card", "metadata"]
    assert (before["card"]["exp_year"], before["billing_details"]["name"]) == (2034, None)


def test_attaching_and_detaching_say_what_is_wrong(shared: Client) -> None:
    loose = made(shared, "tok_visa")
    path = f"/v1/payment_methods/{loose['id']}"
    error = refusal_of(shared, f"{path}/attach")
    assert (error["code"], error["message"]) == ("parameter_missing", "Must provide customer or customer_account.")
    error = refusal_of(shared, f"{path}/detach")
    assert error["message"].endswith("is not attached to a customer so detachment is impossible.")
    customer = shared.customer(None)
    for _ in range(2):
        assert shared.post(f"{path}/attach", customer=customer["id"])["customer"] == customer["id"]
    detached = shared.post(f"{path}/detach")
    assert detached["customer"] is None
    error = refusal_of(shared, f"{path}/attach", customer=customer["id"])
    assert "It may not be used again." in error["message"]
    event = shared.get("/v1/events", type="payment_method.detached")["data"][0]
    assert event["data"]["previous_attributes"] == {"customer": customer["id"]}


def test_payment_methods_are_listed_by_customer(shared: Client) -> None:
    customer = shared.customer(None)
    kept = [shared.new_card(customer["id"], token)["id"] for token in ("pm_card_visa", "pm_card_amex")]
    made(shared, "tok_visa")
    listed = shared.get("/v1/payment_methods", customer=customer["id"], type="card")["data"]
    assert [row["id"] for row in listed] == kept[::-1]
    own = shared.get(f"/v1/customers/{customer['id']}/payment_methods")["data"]
    assert [row["id"] for row in own] == kept[::-1]
    assert shared.get("/v1/payment_methods", customer=customer["id"], type="sepa_debit")["data"] == []
    assert shared.send("GET", "/v1/payment_methods", customer="cus_none").status_code == 400
