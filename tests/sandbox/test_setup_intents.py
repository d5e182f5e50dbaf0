"""Setup intents and the attempts that they leave."""

import pytest

from tests.sandbox.client import Client, Object, Refusal
from tests.sandbox.test_payment_intents import RETURN, complete, create, refusal_of


def start(client: Client, **params: object) -> Object:
    return client.post("/v1/setup_intents", **params)


def confirm(client: Client, intent: Object, token: str) -> Object:
    path = f"/v1/setup_intents/{intent['id']}/confirm"
    return client.post(path, payment_method=token, return_url=RETURN)


def attempts(client: Client, intent: Object, **params: object) -> list[Object]:
    """Oldest first."""
    rows: list[Object] = client.get("/v1/setup_attempts", setup_intent=intent["id"], **params)["data"]
    return rows[::-1]


def test_every_confirmation_leaves_an_attempt(shared: Client) -> None:
    customer = shared.customer(None)
    intent = start(shared, customer=customer["id"])
    with pytest.raises(Refusal):
        confirm(shared, intent, "pm_card_chargeDeclined")
    done = confirm(shared, intent, "pm_card_visa")
    failed, succeeded = attempts(shared, intent, expand=["data.payment_method"])
    assert (failed["status"], failed["setup_error"]["code"]) == ("failed", "card_declined")
    assert (succeeded["status"], succeeded["setup_error"]) == ("succeeded", None)
    assert (succeeded["setup_intent"], succeeded["customer"]) == (intent["id"], customer["id"])
    assert succeeded["payment_method"]["id"] == done["payment_method"]
    assert done["latest_attempt"] == succeeded["id"]


@pytest.mark.parametrize(("succeed", "status"), [(True, "succeeded"), (False, "failed")])
def test_the_bank_s_question_is_part_of_one_attempt(shared: Client, succeed: bool, status: str) -> None:
    intent = confirm(shared, start(shared), "pm_card_authenticationRequired")
    assert (intent["status"], attempts(shared, intent)[0]["status"]) == ("requires_action", "requires_action")
    complete(shared, intent, succeed=succeed)
    (attempt,) = attempts(shared, intent)
    assert attempt["status"] == status
    error = attempt["setup_error"]
    assert (error and error["code"]) == (None if succeed else "setup_intent_authentication_failure")


def test_a_question_that_is_not_answered_is_abandoned(shared: Client) -> None:
    intent = confirm(shared, start(shared), "pm_card_authenticationRequired")
    confirm(shared, intent, "pm_card_visa")
    assert [attempt["status"] for attempt in attempts(shared, intent)] == ["abandoned", "succeeded"]
    left = confirm(shared, start(shared), "pm_card_authenticationRequired")
    canceled = shared.post(f"/v1/setup_intents/{left['id']}/cancel", cancellation_reason="abandoned")
    assert (canceled["status"], canceled["cancellation_reason"]) == ("canceled", "abandoned")
    assert [attempt["status"] for attempt in attempts(shared, left)] == ["abandoned"]


def test_attempts_are_listed_by_intent_only(shared: Client) -> None:
    assert shared.send("GET", "/v1/setup_attempts").json()["error"]["code"] == "parameter_missing"
    unknown = shared.send("GET", "/v1/setup_attempts", setup_intent="seti_none")
    assert unknown.json()["error"]["code"] == "resource_missing"
    intent = confirm(shared, start(shared), "pm_card_visa")
    assert attempts(shared, intent, created={"lt": intent["created"]}) == []


def test_a_decline_names_the_field_at_fault(shared: Client) -> None:
    intent = start(shared)
    with pytest.raises(Refusal) as refusal:
        confirm(shared, intent, "pm_card_chargeDeclinedExpiredCard")
    error = refusal.value.error
    assert (error["code"], error["decline_code"], error["param"]) == ("expired_card", "expired_card", "exp_month")
    failed = error["setup_intent"]
    assert (failed["status"], failed["payment_method"]) == ("requires_payment_method", None)
    assert failed["last_setup_error"]["payment_method"]["id"] == error["payment_method"]["id"]


def test_a_setup_needs_a_card_even_when_the_customer_has_one(shared: Client) -> None:
    intent = start(shared, customer=shared.customer()["id"])
    error = refusal_of(shared, f"/v1/setup_intents/{intent['id']}/confirm", return_url=RETURN)
    assert error["code"] == "setup_intent_unexpected_state"
    assert "because it's missing a payment method" in error["message"]
    assert error["setup_intent"]["latest_attempt"] is None


def test_what_is_over_is_neither_confirmed_nor_changed_nor_canceled(shared: Client) -> None:
    done = confirm(shared, start(shared), "pm_card_visa")
    path = f"/v1/setup_intents/{done['id']}"
    for verb, ending in (
        ("/confirm", "because it has already succeeded."),
        ("/cancel", "`requires_payment_method`, `requires_confirmation`, or `requires_action`."),
    ):
        error = refusal_of(shared, path + verb)
        assert (error["code"], error["setup_intent"]["id"]) == ("setup_intent_unexpected_state", done["id"])
        assert error["message"].endswith(ending)
    error = refusal_of(shared, path, payment_method="pm_card_visa")
    assert error["message"] == "You cannot update this SetupIntent because it has already succeeded."
    assert shared.post(path, description="Kept", metadata={"a": "b"})["description"] == "Kept"
    waiting = start(shared, payment_method="pm_card_visa")
    assert waiting["status"] == "requires_confirmation"
    kept = shared.post(f"/v1/setup_intents/{waiting['id']}/cancel")
    assert (kept["payment_method"], kept["cancellation_reason"]) == (waiting["payment_method"], None)
    error = refusal_of(shared, f"/v1/setup_intents/{waiting['id']}/cancel")
    assert error["message"].endswith("because it is already canceled.")
    error = refusal_of(shared, f"/v1/setup_intents/{waiting['id']}/confirm")
    assert error["message"].endswith("because it has been canceled.")


def test_a_customers_card_is_set_up_for_that_customer(shared: Client) -> None:
    card = shared.customer()["invoice_settings"]["default_payment_method"]
    error = refusal_of(shared, "/v1/setup_intents", payment_method=card)
    assert error["message"].startswith(f"The payment method supplied ({card}) belongs to the Customer")
    other = shared.customer(None)
    assert (
        refusal_of(shared, "/v1/setup_intents", payment_method=card, customer=other["id"])["param"] == "payment_method"
    )


def test_a_card_that_was_set_up_pays_off_session(shared: Client) -> None:
    customer = shared.customer(None)
    intent = start(shared, customer=customer["id"], usage="off_session")
    asked = confirm(shared, intent, "pm_card_authenticationRequiredOnSetup")
    card = complete(shared, asked)["payment_method"]
    paid = create(shared, card, customer=customer["id"], off_session=True)
    assert paid["status"] == "succeeded"
    assert create(shared, card, customer=customer["id"])["status"] == "requires_action"


def test_the_next_result_is_for_setups_too(alone: Client) -> None:
    alone.control("cards/next", results=["do_not_honor"])
    with pytest.raises(Refusal) as refusal:
        confirm(alone, start(alone), "pm_card_visa")
    assert refusal.value.error["decline_code"] == "do_not_honor"
