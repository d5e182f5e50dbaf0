"""charge: exact money, taken once, and the truth about how it went."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from db.operations import OperationRow
from db.tables import Charge, PaymentIntent
from resolvers.charge import ChargeRequest, charge
from resolvers.money import Amount
from resolvers.outcome import (
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentFailed,
    PaymentSucceeded,
    UserErrorCode,
)
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


def of(customer: str, key: str, decimal: str = "19.99", currency: str = "USD") -> ChargeRequest:
    return ChargeRequest(customer, Amount(Decimal(decimal), currency), key)


@pytest.mark.parametrize(
    ("decimal", "currency", "units"), [("19.99", "USD", 1999), ("500", "JPY", 500), ("1.230", "KWD", 1230)]
)
async def test_money_is_taken_exactly(shop: Shop, decimal: str, currency: str, units: int) -> None:
    customer = await shop.customer()
    outcome = await charge(shop.operator(), of(customer, shop.key(), decimal, currency))
    assert outcome.payment == PaymentSucceeded(units, currency.lower())
    (row,) = await shop.mirrored(Charge)
    assert (row["id"], row["amount"], row["currency"], row["customer"]) == (
        outcome.charge,
        units,
        currency.lower(),
        customer,
    )


async def test_what_is_held_is_captured_later(shop: Shop) -> None:
    customer = await shop.customer()
    outcome = await charge(shop.operator(), replace(of(customer, shop.key()), capture=False))
    assert isinstance(outcome.payment, PaymentAuthorized)
    assert (outcome.payment.amount, outcome.payment.currency) == (1999, "usd")
    (row,) = await shop.mirrored(PaymentIntent)
    assert row["status"] == "requires_capture"


async def test_a_decline_is_an_answer_and_its_charge_is_mirrored(shop: Shop) -> None:
    customer = await shop.customer(card="pm_card_chargeCustomerFail")
    outcome = await charge(shop.operator(), of(customer, shop.key()))
    assert outcome.errors == ()
    assert isinstance(outcome.payment, PaymentFailed)
    assert outcome.payment.decline_code == "generic_decline"
    (row,) = await shop.mirrored(Charge)
    assert (row["id"], row["status"]) == (outcome.charge, "failed")


async def test_the_bank_that_asks_is_action_required(shop: Shop) -> None:
    customer = await shop.customer(card="pm_card_authenticationRequired")
    request = of(customer, shop.key())
    outcome = await charge(shop.operator(), request)
    assert outcome.errors == ()
    assert isinstance(outcome.payment, PaymentActionRequired)
    assert outcome.payment.client_secret
    assert await charge(shop.operator(), request) == outcome


async def test_without_a_payment_method_nothing_is_sent(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    outcome = await charge(shop.operator(), of(customer, shop.key()))
    assert [error.code for error in outcome.errors] == [UserErrorCode.PAYMENT_METHOD_REQUIRED]
    assert await shop.stripe.all("/v1/payment_intents") == []


async def test_a_payment_method_that_is_not_the_default_can_be_given(shop: Shop) -> None:
    customer = await shop.customer()
    other = await add_payment_method(
        shop.operator(), AddPaymentMethodRequest("pm_card_mastercard", customer, set_default=False)
    )
    outcome = await charge(shop.operator(), replace(of(customer, shop.key()), payment_method=other.payment_method))
    assert isinstance(outcome.payment, PaymentSucceeded)
    (row,) = await shop.mirrored(Charge)
    assert row["payment_method"] == other.payment_method


async def test_the_same_key_charges_once_and_another_caller_does_not_see_it(shop: Shop) -> None:
    customer = await shop.customer()
    request = of(customer, "order-1")
    first, second = await charge(shop.operator(), request), await charge(shop.operator(), request)
    assert first == second
    assert len(await shop.stripe.all("/v1/charges")) == 1
    other = await charge(shop.operator("another shop"), of(customer, "order-1", "5.00"))
    assert other.payment == PaymentSucceeded(500, "usd")
    assert len(await shop.stripe.all("/v1/charges")) == 2
    reused = await charge(shop.operator(), of(customer, "order-1", "5.00"))
    assert [error.code for error in reused.errors] == [UserErrorCode.IDEMPOTENCY_KEY_REUSED]


async def test_the_same_key_at_the_same_time_charges_once(shop: Shop) -> None:
    customer = await shop.customer()
    outcomes = await asyncio.gather(*(charge(shop.operator(), of(customer, "order-1")) for _ in range(8)))
    codes = {error.code for outcome in outcomes for error in outcome.errors}
    assert codes <= {UserErrorCode.IN_PROGRESS}
    assert all(error.retryable and error.operation for outcome in outcomes for error in outcome.errors)
    assert any(outcome.payment == PaymentSucceeded(1999, "usd") for outcome in outcomes)
    assert len(await shop.stripe.all("/v1/charges")) == 1


@pytest.mark.parametrize(
    ("decimal", "currency", "path"),
    [
        ("0", "USD", ("amount", "decimal")),
        ("-1", "USD", ("amount", "decimal")),
        ("1.001", "USD", ("amount", "decimal")),
        ("1.5", "JPY", ("amount", "decimal")),
        ("1.234", "KWD", ("amount", "decimal")),
        ("1", "XXX", ("amount", "currency")),
    ],
)
async def test_an_amount_that_cannot_be_charged_is_refused_without_a_call(
    shop: Shop, decimal: str, currency: str, path: tuple[str, ...]
) -> None:
    outcome = await charge(shop.operator(), of("cus_any", shop.key(), decimal, currency))
    assert [(error.code, error.path) for error in outcome.errors] == [(UserErrorCode.INVALID_INPUT, path)]
    assert await shop.mirrored(OperationRow) == []


async def test_what_stripe_refuses_comes_with_its_code_and_path(shop: Shop) -> None:
    customer = await shop.customer()
    outcome = await charge(shop.operator(), of(customer, shop.key(), "0.01"))
    (error,) = outcome.errors
    assert (error.code, error.path) == (UserErrorCode.INVALID_INPUT, ("amount", "decimal"))
    assert error.stripe is not None
    assert error.stripe.code == "amount_too_small"
    assert error.stripe.request_id


async def test_the_operation_is_named_at_stripe(shop: Shop) -> None:
    customer = await shop.customer()
    await charge(shop.operator(), replace(of(customer, shop.key()), metadata={"order": "7"}))
    (operation,) = await shop.mirrored(OperationRow, mutation="charge")
    (intent,) = await shop.stripe.all("/v1/payment_intents")
    assert intent["metadata"] == {"order": "7", "operation": operation["id"]}
