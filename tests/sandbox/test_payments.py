"""Cards, payment intents, charges and refunds."""

import httpx
import pytest

from tests.sandbox.client import DAY, Client, Object, Refusal

RETURN = "http://localhost/back"


def pay(client: Client, customer: Object, amount: int = 1_000, **params: object) -> Object:
    method = customer["invoice_settings"]["default_payment_method"]
    asked = {"currency": "usd", "payment_method": method, "confirm": True, "return_url": RETURN} | params
    return client.post("/v1/payment_intents", amount=amount, customer=customer["id"], **asked)


def test_a_payment_makes_a_charge_and_a_balance_transaction(shared: Client) -> None:
    intent = pay(
        shared,
        shared.customer(),
        2_900,
        off_session=True,
        capture_method="automatic",
        expand=["latest_charge.balance_transaction"],
    )
    charge = intent["latest_charge"]
    assert (intent["status"], intent["amount_received"], charge["paid"]) == ("succeeded", 2_900, True)
    assert (charge["balance_transaction"]["fee"], charge["balance_transaction"]["net"]) == (114, 2_786)
    assert httpx.get(charge["receipt_url"]).status_code == 200


def test_without_a_return_url_redirects_must_be_ruled_out(shared: Client) -> None:
    customer = shared.customer()
    with pytest.raises(Refusal) as refusal:
        pay(shared, customer, return_url=None)
    assert "return_url" in refusal.value.error["message"]
    never = {"enabled": True, "allow_redirects": "never"}
    assert pay(shared, customer, return_url=None, automatic_payment_methods=never)["status"] == "succeeded"


@pytest.mark.parametrize(
    ("token", "code", "decline"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
    ],
)
def test_each_test_card_fails_in_its_way(shared: Client, token: str, code: str, decline: str | None) -> None:
    customer = shared.customer(None)
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/payment_methods/{token}/attach", customer=customer["id"])
    assert (refusal.value.status, refusal.value.error["code"]) == (402, code)
    with pytest.raises(Refusal) as refusal:
        pay(shared, customer, payment_method=token)
    error = refusal.value.error
    assert (refusal.value.status, error["code"], error.get("decline_code")) == (402, code, decline)
    assert error["payment_intent"]["status"] == "requires_payment_method"
    charge = shared.get(f"/v1/charges/{error['charge']}")
    assert (charge["status"], charge["paid"], charge["failure_code"]) == ("failed", False, code)


def test_a_bank_that_asks_while_nobody_is_there_is_a_402(shared: Client) -> None:
    customer = shared.customer("pm_card_authenticationRequired")
    with pytest.raises(Refusal) as refusal:
        pay(shared, customer, off_session=True)
    error = refusal.value.error
    assert (refusal.value.status, error["code"], error["decline_code"]) == (
        402,
        "authentication_required",
        "authentication_required",
    )
    assert error["payment_intent"]["status"] == "requires_payment_method"
    assert error["payment_intent"]["client_secret"].startswith("pi_")
    assert error["payment_method"]["id"] == customer["invoice_settings"]["default_payment_method"]


def test_a_person_can_answer_the_bank_in_the_browser(shared: Client) -> None:
    intent = pay(shared, shared.customer("pm_card_threeDSecure2Required"))
    assert (intent["status"], intent["next_action"]["type"]) == ("requires_action", "redirect_to_url")
    page = intent["next_action"]["redirect_to_url"]["url"]
    assert "3-D Secure" in httpx.get(page).text
    back = httpx.post(page, data={"succeed": "true"})
    assert back.headers["location"].startswith(f"{RETURN}?payment_intent={intent['id']}")
    assert shared.get(f"/v1/payment_intents/{intent['id']}")["status"] == "succeeded"
    assert httpx.get(page).status_code == 404


def test_the_next_result_can_be_chosen(alone: Client) -> None:
    customer = alone.customer()
    alone.control("cards/next", results=["insufficient_funds", "authentication_required"])
    with pytest.raises(Refusal) as refusal:
        pay(alone, customer)
    assert refusal.value.error["decline_code"] == "insufficient_funds"
    assert pay(alone, customer)["status"] == "requires_action"
    assert pay(alone, customer)["status"] == "succeeded"


def test_an_authorization_can_be_captured_in_part(shared: Client) -> None:
    intent = pay(shared, shared.customer(), 2_900, capture_method="manual")
    assert (intent["status"], intent["amount_capturable"]) == ("requires_capture", 2_900)
    captured = shared.post(f"/v1/payment_intents/{intent['id']}/capture", amount_to_capture=2_000)
    charge = shared.get(f"/v1/charges/{captured['latest_charge']}")
    assert (captured["amount_received"], charge["amount_captured"], charge["amount_refunded"]) == (2_000, 2_000, 900)
    assert shared.send("POST", f"/v1/payment_intents/{intent['id']}/capture").status_code == 400


def test_an_authorization_that_nobody_captures_is_released(alone: Client) -> None:
    intent = pay(alone, alone.customer(), capture_method="manual")
    alone.advance(7 * DAY + 60)
    shown = alone.get(f"/v1/payment_intents/{intent['id']}")
    assert (shown["status"], shown["cancellation_reason"]) == ("canceled", "automatic")
    assert "charge.expired" in alone.event_types()


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (0, "usd", "parameter_invalid_integer"),
        (-5, "usd", "parameter_invalid_integer"),
        (49, "usd", "amount_too_small"),
        (100_000_000, "usd", "amount_too_large"),
        (12_345, "kwd", "invalid_amount"),
    ],
)
def test_amounts_that_no_card_can_be_charged(shared: Client, amount: int, currency: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/payment_intents", amount=amount, currency=currency)
    assert (refusal.value.error["code"], refusal.value.error["param"]) == (code, "amount")


def test_a_card_belongs_to_one_customer_and_is_good_for_once_without_one(shared: Client) -> None:
    owner, other = shared.customer(), shared.customer(None)
    method = owner["invoice_settings"]["default_payment_method"]
    assert shared.send("POST", f"/v1/payment_methods/{method}/attach", customer=other["id"]).status_code == 400
    with pytest.raises(Refusal):
        pay(shared, other, payment_method=method)
    loose = pay(shared, other, payment_method="pm_card_visa")["payment_method"]
    with pytest.raises(Refusal):
        pay(shared, other, payment_method=loose)
    kept = pay(shared, other, payment_method="pm_card_visa", setup_future_usage="off_session")["payment_method"]
    assert shared.get(f"/v1/payment_methods/{kept}")["customer"] == other["id"]


def test_detaching_is_for_good_and_ends_being_the_default(shared: Client) -> None:
    customer = shared.customer()
    method = customer["invoice_settings"]["default_payment_method"]
    shared.post(f"/v1/payment_methods/{method}/detach")
    shown = shared.get(f"/v1/customers/{customer['id']}")
    assert shown["invoice_settings"]["default_payment_method"] is None
    assert shared.send("POST", f"/v1/payment_methods/{method}/attach", customer=customer["id"]).status_code == 400


def test_refunds_go_up_to_what_was_paid(shared: Client) -> None:
    intent = pay(shared, shared.customer(), 1_000)
    charge = intent["latest_charge"]
    first = shared.post("/v1/refunds", charge=charge, amount=300, reason="duplicate", metadata={"a": "b"})
    assert (first["status"], first["payment_intent"], first["metadata"]) == ("succeeded", intent["id"], {"a": "b"})
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/refunds", charge=charge, amount=800)
    assert refusal.value.error["param"] == "amount"
    shared.post("/v1/refunds", payment_intent=intent["id"])
    shown = shared.get(f"/v1/charges/{charge}", expand=["refunds"])
    assert (shown["amount_refunded"], shown["refunded"]) == (1_000, True)
    assert [refund["amount"] for refund in shown["refunds"]["data"]] == [700, 300]
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/refunds", charge=charge)
    assert refusal.value.error["code"] == "charge_already_refunded"


def test_an_intent_that_pays_an_invoice_is_not_canceled_on_its_own(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(None), shared.price(), payment_behavior="default_incomplete")
    intent = shared.intent_of(subscription["latest_invoice"])
    assert shared.send("POST", f"/v1/payment_intents/{intent['id']}/cancel").status_code == 400
    loose = shared.post("/v1/payment_intents", amount=1_000, currency="usd")
    path = f"/v1/payment_intents/{loose['id']}/cancel"
    assert shared.post(path, cancellation_reason="abandoned")["status"] == "canceled"


def test_a_setup_intent_saves_a_card_or_says_why_not(shared: Client) -> None:
    customer = shared.customer(None)
    intent = shared.post("/v1/setup_intents", customer=customer["id"], metadata={"a": "b"})
    path = f"/v1/setup_intents/{intent['id']}"
    with pytest.raises(Refusal) as refusal:
        shared.post(f"{path}/confirm", payment_method="pm_card_chargeDeclined", return_url=RETURN)
    assert refusal.value.error["setup_intent"]["last_setup_error"]["code"] == "card_declined"
    done = shared.post(f"{path}/confirm", payment_method="pm_card_visa", return_url=RETURN)
    assert done["status"] == "succeeded"
    assert shared.get(f"/v1/payment_methods/{done['payment_method']}")["customer"] == customer["id"]
    assert shared.send("POST", f"{path}/cancel").status_code == 400
