"""Bad input is refused by looking at it, with the path to what is wrong."""

from decimal import Decimal
from typing import Any

import pytest

from resolvers.checks import CUSTOMER, Checks
from resolvers.money import Amount
from resolvers.outcome import UserErrorCode


@pytest.mark.parametrize("number", ["4242424242424242", "4242 4242 4242 4242", "4000-0025-0000-3155"])
def test_a_card_number_is_refused_and_not_repeated(number: str) -> None:
    checks = Checks()
    checks.payment_method(number, "paymentMethod")
    (error,) = checks.errors
    assert error.code is UserErrorCode.INVALID_INPUT
    assert error.path == ("paymentMethod",)
    assert number not in error.message


@pytest.mark.parametrize("id", ["", "sub_1", "cus_", "cus_1/../x", "cus_1\n", "cus_1 ", "cus_" + "x" * 300])
def test_what_cannot_be_an_id_reads_like_an_id_that_does_not_exist(id: str) -> None:
    checks = Checks()
    checks.id(id, CUSTOMER, "customer")
    assert [(error.code, error.path) for error in checks.errors] == [(UserErrorCode.NOT_FOUND, ("customer",))]


def test_an_amount_in_no_currency_and_an_inexact_one_are_told_apart() -> None:
    checks = Checks()
    checks.amount(Amount(Decimal("1"), "XXX"), "amount")
    checks.amount(Amount(Decimal("1.001"), "USD"), "amount")
    assert [error.path for error in checks.errors] == [("amount", "currency"), ("amount", "decimal")]


@pytest.mark.parametrize(
    ("metadata", "path"),
    [
        ({"subscriber_id": "somebody else"}, ("metadata", "subscriber_id")),
        ({"operation": "op_1"}, ("metadata", "operation")),
        ({"a[b]": "c"}, ("metadata", "a[b]")),
        ({"": "c"}, ("metadata", "")),
        ({"k" * 41: "c"}, ("metadata", "k" * 41)),
        ({"a": "v" * 501}, ("metadata", "a")),
        ({"a": "\x00"}, ("metadata", "a")),
        ({"a": ""}, ("metadata", "a")),
        ({"a": None}, ("metadata", "a")),
        ({"a": True}, ("metadata", "a")),
        ({"a": {"b": "c"}}, ("metadata", "a")),
        ({str(number): "v" for number in range(50)}, ("metadata",)),
        (["a"], ("metadata",)),
        ("a", ("metadata",)),
    ],
)
def test_metadata_that_stripe_or_we_would_not_take_is_refused(metadata: Any, path: tuple[str, ...]) -> None:
    checks = Checks()
    checks.metadata(metadata, "metadata", reserved="subscriber_id")
    assert [error.path for error in checks.errors] == [path]


def test_metadata_becomes_texts() -> None:
    checks = Checks()
    assert checks.metadata({"plan": "gold", "seats": 3}, "metadata") == {"plan": "gold", "seats": "3"}
    assert checks.refusal is None
