"""Cards are attached, by the id that Stripe.js made, to one's own customer."""

from dataclasses import replace

import pytest

from db.operations import OperationRow, StepRow
from db.tables import Customer, PaymentMethod
from resolvers.outcome import UserErrorCode
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from resolvers.setup_intent import CreateSetupIntentRequest, create_setup_intent
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


async def test_it_is_attached_and_made_the_default(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    outcome = await add_payment_method(shop.subscriber(), AddPaymentMethodRequest("pm_card_visa"))
    assert (outcome.customer, outcome.errors) == (customer, ())
    (row,) = await shop.mirrored(PaymentMethod)
    assert (row["id"], row["customer"]) == (outcome.payment_method, customer)
    (owner,) = await shop.mirrored(Customer)
    assert owner["default_payment_method"] == outcome.payment_method


async def test_it_can_be_kept_beside_the_default(shop: Shop) -> None:
    await shop.customer()
    (before,) = await shop.mirrored(Customer)
    await add_payment_method(shop.subscriber(), AddPaymentMethodRequest("pm_card_mastercard", set_default=False))
    (after,) = await shop.mirrored(Customer)
    assert after["default_payment_method"] == before["default_payment_method"]
    assert len(await shop.mirrored(PaymentMethod)) == 2


async def test_adding_it_again_changes_nothing(shop: Shop) -> None:
    await shop.customer(card=None)
    first = await add_payment_method(shop.subscriber(), AddPaymentMethodRequest("pm_card_visa"))
    assert first.payment_method is not None
    again = await add_payment_method(shop.subscriber(), AddPaymentMethodRequest(first.payment_method))
    assert (again.payment_method, again.errors) == (first.payment_method, ())


async def test_what_belongs_to_another_reads_like_what_does_not_exist(shop: Shop) -> None:
    await shop.customer("user_2")
    (theirs,) = await shop.mirrored(PaymentMethod)
    customer = await shop.customer("user_1", card=None)
    errors = []
    for id in (theirs["id"], "pm_nope"):
        for context, request in (
            (shop.subscriber("user_1"), AddPaymentMethodRequest(id)),
            (shop.operator(), AddPaymentMethodRequest(id, customer)),
        ):
            outcome = await add_payment_method(context, request)
            assert outcome.payment_method is None
            errors.append([replace(error, operation=None) for error in outcome.errors])
    assert all(each == errors[0] for each in errors)
    assert [(error.code, error.path) for error in errors[0]] == [(UserErrorCode.NOT_FOUND, ("paymentMethod",))]


async def test_a_card_that_cannot_be_attached_is_declined(shop: Shop) -> None:
    await shop.customer(card=None)
    outcome = await add_payment_method(shop.subscriber(), AddPaymentMethodRequest("pm_card_chargeDeclinedLostCard"))
    (error,) = outcome.errors
    assert error.code is UserErrorCode.CARD_DECLINED
    assert error.stripe is not None
    assert (error.stripe.code, error.stripe.decline_code) == ("card_declined", "generic_decline")


async def test_an_operator_hears_the_true_decline_code(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    outcome = await add_payment_method(
        shop.operator(), AddPaymentMethodRequest("pm_card_chargeDeclinedLostCard", customer)
    )
    (error,) = outcome.errors
    assert error.stripe is not None
    assert error.stripe.decline_code == "lost_card"


async def test_a_card_number_never_leaves(shop: Shop) -> None:
    await shop.customer(card=None)
    outcome = await add_payment_method(shop.subscriber(), AddPaymentMethodRequest("4242424242424242"))
    assert [(error.code, error.path) for error in outcome.errors] == [(UserErrorCode.INVALID_INPUT, ("paymentMethod",))]
    assert await shop.mirrored(OperationRow, mutation="addPaymentMethod") == []


async def test_operators_say_whose_it_is_and_subscribers_do_not(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    nobody = await add_payment_method(shop.operator(), AddPaymentMethodRequest("pm_card_visa"))
    assert [(error.code, error.path) for error in nobody.errors] == [(UserErrorCode.INVALID_INPUT, ("customer",))]
    said = await add_payment_method(shop.subscriber(), AddPaymentMethodRequest("pm_card_visa", customer))
    assert [(error.code, error.path) for error in said.errors] == [(UserErrorCode.NOT_ALLOWED, ("customer",))]
    gone = await add_payment_method(shop.operator(), AddPaymentMethodRequest("pm_card_visa", "cus_nope"))
    assert [(error.code, error.path) for error in gone.errors] == [(UserErrorCode.NOT_FOUND, ("customer",))]


async def test_a_setup_intent_saves_a_card_and_its_secret_is_not_kept(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    request = CreateSetupIntentRequest(idempotency_key="once")
    outcome = await create_setup_intent(shop.subscriber(), request)
    assert outcome.client_secret is not None
    assert outcome.setup_intent is not None
    assert outcome.client_secret.startswith(outcome.setup_intent)
    assert await create_setup_intent(shop.subscriber(), request) == outcome
    kept = [*await shop.mirrored(OperationRow), *await shop.mirrored(StepRow)]
    assert outcome.client_secret not in str(kept)
    done = await shop.stripe.post(
        f"/v1/setup_intents/{outcome.setup_intent}/confirm",
        payment_method="pm_card_visa",
        return_url="https://example.com/",
    )
    assert (done["status"], done["customer"]) == ("succeeded", customer)
