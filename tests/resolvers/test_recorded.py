"""An outcome that was kept is the outcome that was told, but for the secrets."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from resolvers.outcome import (
    IntentKind,
    Outcome,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentFailed,
    PaymentOutcome,
    PaymentProcessing,
    PaymentSucceeded,
    StripeErrorDetail,
    UserError,
    UserErrorCode,
)
from resolvers.recorded import recall, record, secret_needed

ERROR = UserError(
    UserErrorCode.STRIPE_REFUSED,
    "No.",
    ("items", "0", "price"),
    retryable=True,
    operation="op_1",
    stripe=StripeErrorDetail("card_declined", "fraudulent", "items[0][price]", "req_1", "https://stripe.com/docs"),
)
PAYMENTS: list[PaymentOutcome | None] = [
    None,
    PaymentSucceeded(1000, "usd"),
    PaymentAuthorized(500, "jpy", datetime(2026, 11, 30, 12, tzinfo=UTC)),
    PaymentAuthorized(500, "jpy"),
    PaymentActionRequired(IntentKind.PAYMENT, "pi_1", "pi_1_secret_2", "https://invoice.stripe.com/i/1"),
    PaymentActionRequired(IntentKind.SETUP, "seti_1", "seti_1_secret_2"),
    PaymentProcessing("pi_1"),
    PaymentFailed("card_declined", "insufficient_funds", "Your card has insufficient funds."),
]


@pytest.mark.parametrize("payment", PAYMENTS)
def test_an_outcome_comes_back_as_it_was(payment: PaymentOutcome | None) -> None:
    outcome = Outcome(
        customer="cus_1", subscriptions=("sub_1", "sub_2"), created=True, payment=payment, errors=(ERROR, ERROR)
    )
    kept = orjson.loads(orjson.dumps(record(outcome)))
    secret = payment.client_secret if isinstance(payment, PaymentActionRequired) else None
    assert recall(kept, secret) == outcome


@pytest.mark.parametrize("payment", PAYMENTS)
def test_no_client_secret_is_kept(payment: PaymentOutcome | None) -> None:
    outcome = Outcome(setup_intent="seti_9", client_secret="seti_9_secret_9", payment=payment)
    assert b"_secret_" not in orjson.dumps(record(outcome))


def test_the_intent_behind_a_secret_is_named() -> None:
    setup = Outcome(setup_intent="seti_9", client_secret="seti_9_secret_9")
    action = PaymentActionRequired(IntentKind.PAYMENT, "pi_1", "pi_1_secret_2")
    assert secret_needed(record(setup)) == ("setup_intent", "seti_9")
    assert secret_needed(record(Outcome(payment=action))) == ("payment_intent", "pi_1")
    assert secret_needed(record(replace(setup, setup_intent=None))) is None
