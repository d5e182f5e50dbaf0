"""Payment intents: what each status lets be done, how money is captured, and who is asked what."""

import httpx
import pytest

from tests.sandbox.client import Client, Object, Refusal

RETURN = "http://localhost/back"


def create(client: Client, token: str = "pm_card_visa", amount: int = 1_000, **params: object) -> Object:
    """Confirmed at once, without a customer."""
    asked = {"currency": "usd", "payment_method": token, "confirm": True, "return_url": RETURN} | params
    return client.post("/v1/payment_intents", amount=amount, **asked)


def refusal_of(client: Client, path: str, **params: object) -> Object:
    """The error of a POST that must fail, with its HTTP status as `status`."""
    with pytest.raises(Refusal) as refusal:
        client.post(path, **params)
    return refusal.value.error | {"status": refusal.value.status}


def charge_of(client: Client, intent: Object) -> Object:
    return client.get(f"/v1/charges/{intent['latest_charge']}")


def complete(client: Client, intent: Object, *, succeed: bool = True) -> Object:
    return client.control(f"intents/{intent['id']}/complete", succeed=succeed)


def test_asynchronous_capture_books_the_money_a_moment_later(alone: Client) -> None:
    intent = create(alone, expand=["latest_charge"])
    charge = intent["latest_charge"]
    assert (intent["capture_method"], charge["captured"], charge["balance_transaction"]) == (
        "automatic_async", True, None,
    )  # fmt: skip
    later = alone.get(f"/v1/charges/{charge['id']}", expand=["balance_transaction"])
    assert later["balance_transaction"]["net"] == 1_000 - 59
    types = alone.event_types()
    assert types[-4:] == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated"]
    (updated,) = alone.get("/v1/events", type="charge.updated")["data"]
    assert updated["data"]["previous_attributes"] == {"balance_transaction": None}
    (succeeded,) = alone.get("/v1/events", type="charge.succeeded")["data"]
    assert succeeded["data"]["object"]["balance_transaction"] is None


def test_synchronous_capture_books_it_at_once(shared: Client) -> None:
    charge = create(shared, capture_method="automatic", expand=["latest_charge"])["latest_charge"]
    assert charge["balance_transaction"].startswith("txn_")


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        (-1, None, "amount_to_capture"),
        (0, "parameter_invalid_integer", "amount"),
        (2_901, "amount_too_large", None),
    ],
)
def test_a_capture_takes_what_is_authorized_at_most(
    shared: Client, asked: int, code: str | None, param: str | None
) -> None:
    intent = create(shared, amount=2_900, capture_method="manual")
    error = refusal_of(shared, f"/v1/payment_intents/{intent['id']}/capture", amount_to_capture=asked)
    assert (error["status"], error.get("code"), error.get("param")) == (400, code, param)
    assert error["payment_intent"]["status"] == "requires_capture"


def test_a_capture_takes_metadata_and_descriptors_along(shared: Client) -> None:
    intent = create(shared, capture_method="manual", metadata={"a": "1"})
    assert charge_of(shared, intent)["payment_method_details"]["card"]["capture_before"] > intent["created"]
    path = f"/v1/payment_intents/{intent['id']}/capture"
    assert shared.send("POST", path, final_capture=False).status_code == 501
    done = shared.post(path, metadata={"b": "2"}, statement_descriptor_suffix="EXTRA", final_capture=True)
    assert (done["status"], done["metadata"]) == ("succeeded", {"a": "1", "b": "2"})
    charge = charge_of(shared, done)
    assert (charge["captured"], charge["statement_descriptor_suffix"]) == (True, "EXTRA")


def test_only_an_authorized_payment_is_captured(shared: Client) -> None:
    waiting = shared.post("/v1/payment_intents", amount=1_000, currency="usd")
    done = create(shared)
    for intent, reason in (
        (waiting, "because it has a status of requires_payment_method"),
        (done, "the remainder of the authorized amount has been released"),
    ):
        error = refusal_of(shared, f"/v1/payment_intents/{intent['id']}/capture")
        assert (error["code"], error["payment_intent"]["id"]) == ("payment_intent_unexpected_state", intent["id"])
        assert reason in error["message"]


def test_charges_of_intents_are_captured_by_their_intents(shared: Client) -> None:
    held, done = create(shared, capture_method="manual"), create(shared)
    error = refusal_of(shared, f"/v1/charges/{held['latest_charge']}/capture")
    assert f"created by a PaymentIntent ({held['id']})" in error["message"]
    error = refusal_of(shared, f"/v1/charges/{done['latest_charge']}/capture")
    assert error["code"] == "charge_already_captured"


def test_card_options_can_hold_what_the_intent_would_take(shared: Client) -> None:
    intent = create(shared, payment_method_options={"card": {"capture_method": "manual"}})
    assert (intent["status"], intent["payment_method_options"]["card"]["capture_method"]) == (
        "requires_capture", "manual",
    )  # fmt: skip


def test_what_is_over_is_neither_confirmed_nor_canceled(shared: Client) -> None:
    done = create(shared)
    waiting = shared.post("/v1/payment_intents", amount=1_000, currency="usd")
    ended = shared.post(f"/v1/payment_intents/{waiting['id']}/cancel", cancellation_reason="duplicate")
    assert (ended["status"], ended["cancellation_reason"]) == ("canceled", "duplicate")
    assert ended["canceled_at"] >= ended["created"]
    confirmed = refusal_of(shared, f"/v1/payment_intents/{done['id']}/confirm")
    assert confirmed["message"].endswith("because it has already succeeded after being previously confirmed.")
    for intent in (done, ended):
        canceled = refusal_of(shared, f"/v1/payment_intents/{intent['id']}/cancel")
        assert f"it has a status of {intent['status']}." in canceled["message"]
        assert (canceled["code"], canceled["payment_intent"]["id"]) == (
            "payment_intent_unexpected_state", intent["id"],
        )  # fmt: skip
    again = refusal_of(shared, f"/v1/payment_intents/{ended['id']}/confirm", payment_method="pm_card_visa")
    assert (again["code"], again["param"]) == ("payment_intent_unexpected_state", "payment_method")


def test_each_status_has_what_can_still_be_changed(shared: Client) -> None:
    waiting = shared.post("/v1/payment_intents", amount=1_000, currency="usd")
    path = f"/v1/payment_intents/{waiting['id']}"
    changed = shared.post(
        path, amount=2_000, currency="eur", receipt_email="a@example.com", payment_method="pm_card_visa"
    )
    assert (changed["amount"], changed["currency"], changed["status"]) == (2_000, "eur", "requires_confirmation")
    assert refusal_of(shared, path, amount=0)["code"] == "parameter_invalid_integer"
    held = create(shared, capture_method="manual")
    done = create(shared)
    for intent in (held, done):
        path = f"/v1/payment_intents/{intent['id']}"
        assert shared.post(path, description="Later", metadata={"a": "b"})["description"] == "Later"
        for name, value in (("amount", 500), ("payment_method", "pm_card_visa"), ("setup_future_usage", "on_session")):
            error = refusal_of(shared, path, **{name: value})
            assert (error["code"], error["param"]) == ("payment_intent_unexpected_state", name)
            assert error["payment_intent"]["status"] == intent["status"]


def test_a_new_payment_method_takes_the_question_back(shared: Client) -> None:
    asked = create(shared, "pm_card_authenticationRequired")
    assert (asked["status"], asked["latest_charge"]) == ("requires_action", None)
    changed = shared.post(f"/v1/payment_intents/{asked['id']}", payment_method="pm_card_visa")
    assert (changed["status"], changed["next_action"]) == ("requires_confirmation", None)


def test_there_must_be_something_to_pay_with(shared: Client) -> None:
    customer = shared.customer()
    own = shared.post("/v1/payment_intents", amount=1_000, currency="usd", customer=customer["id"])
    error = refusal_of(shared, f"/v1/payment_intents/{own['id']}/confirm", return_url=RETURN)
    assert error["code"] == "payment_intent_unexpected_state"
    assert f"To confirm the PaymentIntent with {customer['id']}" in error["message"]
    loose = shared.post("/v1/payment_intents", amount=1_000, currency="usd")
    error = refusal_of(shared, f"/v1/payment_intents/{loose['id']}/confirm", return_url=RETURN)
    assert error["message"].endswith("or confirm it again directly with a payment method or ConfirmationToken.")


def test_a_customers_card_is_for_that_customers_intents(shared: Client) -> None:
    card = shared.customer()["invoice_settings"]["default_payment_method"]
    other = shared.customer(None)
    wanted = {"amount": 1_000, "currency": "usd", "payment_method": card}
    assert refusal_of(shared, "/v1/payment_intents", **wanted)["code"] == "parameter_missing"
    error = refusal_of(shared, "/v1/payment_intents", **wanted, customer=other["id"])
    assert error["param"] == "payment_method"
    assert "does not belong to the Customer you supplied" in error["message"]


def test_a_bank_that_asks_in_vain_leaves_a_failed_charge_and_radar_none(shared: Client) -> None:
    by_bank = refusal_of(
        shared, "/v1/payment_intents", amount=1_000, currency="usd", payment_method="pm_card_authenticationRequired",
        confirm=True, off_session=True, return_url=RETURN,
    )  # fmt: skip
    assert (by_bank["status"], by_bank["code"], by_bank["decline_code"]) == (
        402, "authentication_required", "authentication_required",
    )  # fmt: skip
    assert shared.get(f"/v1/charges/{by_bank['charge']}")["failure_code"] == "authentication_required"
    by_radar = refusal_of(
        shared, "/v1/payment_intents", amount=1_000, currency="usd", payment_method="pm_card_threeDSecure2Required",
        confirm=True, off_session=True, return_url=RETURN,
    )  # fmt: skip
    assert (by_radar["code"], "charge" in by_radar) == ("authentication_required", False)
    assert by_radar["payment_intent"]["latest_charge"] is None
    assert by_radar["payment_intent"]["last_payment_error"]["payment_method_type"] == "card"


def test_a_question_can_be_ruled_out(shared: Client) -> None:
    error = refusal_of(
        shared, "/v1/payment_intents", amount=1_000, currency="usd", payment_method="pm_card_authenticationRequired",
        confirm=True, error_on_requires_action=True, return_url=RETURN,
    )  # fmt: skip
    assert (error["status"], error["code"], error["decline_code"]) == (
        402, "authentication_required", "authentication_not_handled",
    )  # fmt: skip
    assert error["payment_intent"]["status"] == "requires_payment_method"


def test_authentication_can_be_asked_for(shared: Client) -> None:
    assert create(shared, "pm_card_threeDSecureOptional")["status"] == "succeeded"
    wanted = {"card": {"request_three_d_secure": "any"}}
    asked = create(shared, "pm_card_threeDSecureOptional", payment_method_options=wanted)
    assert asked["status"] == "requires_action"
    assert create(shared, payment_method_options=wanted)["status"] == "succeeded"
    done = complete(shared, asked)
    charge = charge_of(shared, done)
    assert charge["payment_method_details"]["card"]["three_d_secure"]["result"] == "authenticated"


def test_failing_the_banks_question_is_an_error_on_the_intent(shared: Client) -> None:
    failed = complete(shared, create(shared, "pm_card_authenticationRequired"), succeed=False)
    assert (failed["status"], failed["payment_method"]) == ("requires_payment_method", None)
    assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert failed["last_payment_error"]["type"] == "invalid_request_error"


def test_a_card_can_be_declined_after_the_question(shared: Client) -> None:
    asked = create(shared, "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")
    failed = complete(shared, asked)
    assert failed["last_payment_error"]["decline_code"] == "insufficient_funds"
    assert charge_of(shared, failed)["outcome"]["reason"] == "insufficient_funds"


def test_manual_confirmation_is_up_to_the_server_before_and_after_the_question(shared: Client) -> None:
    asked = create(shared, "pm_card_authenticationRequired", confirmation_method="manual")
    answered = complete(shared, asked)
    assert (answered["status"], answered["next_action"]) == ("requires_confirmation", None)
    browser = {"client_secret": asked["client_secret"]}
    response = httpx.post(
        f"{shared.url}/v1/payment_intents/{asked['id']}/confirm", data=browser, auth=("pk_test_x", "")
    )
    assert response.status_code == 400
    assert "`confirmation_method` is set to `manual`" in response.json()["error"]["message"]
    done = shared.post(f"/v1/payment_intents/{asked['id']}/confirm", return_url=RETURN)
    assert done["status"] == "succeeded"


def test_future_usage_saves_the_card_when_it_has_paid(shared: Client) -> None:
    customer = shared.customer(None)
    declined = refusal_of(
        shared, "/v1/payment_intents", amount=1_000, currency="usd", customer=customer["id"], confirm=True,
        payment_method="pm_card_chargeCustomerFail", setup_future_usage="off_session", return_url=RETURN,
    )  # fmt: skip
    assert shared.get(f"/v1/payment_methods/{declined['payment_method']['id']}")["customer"] is None
    usage = {"card": {"setup_future_usage": "off_session"}}
    kept = create(shared, customer=customer["id"], payment_method_options=usage)["payment_method"]
    assert shared.get(f"/v1/payment_methods/{kept}")["customer"] == customer["id"]
    off = create(
        shared, "pm_card_authenticationRequiredOnSetup", customer=customer["id"], setup_future_usage="off_session"
    )
    saved = complete(shared, off)["payment_method"]
    again = create(shared, saved, customer=customer["id"], off_session=True)
    assert again["status"] == "succeeded"


@pytest.mark.parametrize("reason", ["generic_decline", "insufficient_funds"])
def test_the_outcome_names_the_banks_reason(shared: Client, reason: str) -> None:
    tokens = {
        "generic_decline": "pm_card_visa_chargeDeclined",
        "insufficient_funds": "pm_card_visa_chargeDeclinedInsufficientFunds",
    }
    error = refusal_of(
        shared, "/v1/payment_intents", amount=1_000, currency="usd", payment_method=tokens[reason], confirm=True,
        return_url=RETURN,
    )  # fmt: skip
    outcome = shared.get(f"/v1/charges/{error['charge']}")["outcome"]
    assert (outcome["reason"], outcome["type"], outcome["network_status"]) == (
        reason, "issuer_declined", "declined_by_network",
    )  # fmt: skip
    assert ("did not return any further details" in outcome["seller_message"]) == (reason == "generic_decline")


def test_radar_blocks_before_the_bank_is_asked(shared: Client) -> None:
    error = refusal_of(
        shared, "/v1/payment_intents", amount=1_000, currency="usd", payment_method="pm_card_radarBlock", confirm=True,
        return_url=RETURN,
    )  # fmt: skip
    outcome = shared.get(f"/v1/charges/{error['charge']}")["outcome"]
    assert (error["decline_code"], outcome["type"], outcome["network_status"], outcome["risk_level"]) == (
        "fraudulent", "blocked", "not_sent_to_network", "highest",
    )  # fmt: skip


@pytest.mark.parametrize("verb", ["increment_authorization", "apply_customer_balance"])
def test_what_is_not_built_is_501(shared: Client, verb: str) -> None:
    held = create(shared, capture_method="manual")
    assert shared.send("POST", f"/v1/payment_intents/{held['id']}/{verb}", amount=2_000).status_code == 501
