"""Payment methods out of what Stripe.js sends (https://docs.stripe.com/api/payment_methods/create)."""

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import ApiError, missing, no_such, unsupported
from sandbox.api.parameters import (
    ADDRESS,
    Anything,
    Choice,
    Hash,
    Integer,
    Kind,
    Metadata,
    Text,
    unsupported_names,
)
from sandbox.payments import card_table
from sandbox.payments.cards import Decline, passes_luhn
from sandbox.payments.payment_method_building import empty_billing_details, new

CVC = re.compile(r"\d{3,4}")
TYPES = (
    "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie bizum blik"
    " boleto cashapp crypto custom customer_balance eps fpx giropay grabpay ideal interac_present kakao_pay klarna"
    " konbini kr_card link mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow"
    " paypal paypay payto pix promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit"
    " swish twint upi us_bank_account wechat_pay zip"
)
REDISPLAY = Choice(("always", "limited", "unspecified"))
BILLING_DETAILS = Hash({"address": ADDRESS} | {name: Text() for name in ("email", "name", "phone", "tax_id")})
CARD = Hash(
    {
        "cvc": Text(limit=4),
        "exp_month": Integer(),
        "exp_year": Integer(low=1),
        "networks": Anything(),
        "number": Text(limit=30),
        "token": Text(),
    }
)
DATA: dict[str, Kind] = unsupported_names(TYPES) | {
    "allow_redisplay": REDISPLAY,
    "billing_details": BILLING_DETAILS,
    "card": CARD,
    "metadata": Metadata(),
    "radar_options": Anything(),
    "type": Text(),
}


def from_data(state: State, data: dict[str, Any], *, publishable: bool) -> Object:
    """A new payment method out of card data, as Stripe.js sends it.

    Card numbers are for publishable keys only; other types of payment method are not built.
    """
    if not data.get("type"):
        raise missing("type")
    if data["type"] != "card":
        raise unsupported(f"payment methods of type {data['type']}", "type")
    details = data.get("card") or {}
    if details.get("token"):
        card = card_table.token_of(details["token"].replace("tok_", "pm_card_", 1))
        if card is None:
            raise no_such("token", details["token"], "card[token]")
        method = new(state, card)
    else:
        method = from_number(state, details, publishable=publishable)
    describe(method, data)
    return method


def from_number(state: State, details: dict[str, Any], *, publishable: bool) -> Object:
    """A card by its number. Raises ApiError 402 for one that cannot be."""
    for name in ("number", "exp_month", "exp_year"):
        if not details.get(name):
            raise missing(f"card[{name}]")
    if not publishable:
        raise ApiError(
            402,
            "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens"
            " that map to the test card you are using, see https://stripe.com/docs/testing. To enable testing raw card"
            " data APIs, see https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis.",
        )
    number, month, year = details["number"].replace(" ", ""), details["exp_month"], details["exp_year"]
    year = year + 2000 if year < 100 else year
    if not number.isdecimal() or not passes_luhn(number):
        raise not_a_card("incorrect_number", "number")
    if not 1 <= month <= 12:
        raise not_a_card("invalid_expiry_month", "exp_month")
    today = datetime.fromtimestamp(state.clock.now(), UTC)
    if year > today.year + 50 or (year, month) < (today.year, today.month):
        raise not_a_card("invalid_expiry_year", "exp_year")
    if details.get("cvc") and not CVC.fullmatch(details["cvc"]):
        raise not_a_card("invalid_cvc", "cvc")
    card = card_table.card_of(number)
    if card is None:
        raise not_a_card("test_mode_live_card", "number")
    return new(state, card, month, year, cvc=bool(details.get("cvc")))


def not_a_card(reason: str, param: str) -> ApiError:
    """A card that there cannot be: 402, and nothing is made of it."""
    error = Decline(reason).error(param)
    error.keeps = False
    return error


def describe(method: Object, data: dict[str, Any]) -> None:
    """Sets billing details, redisplay and metadata where given."""
    for name, value in (data.get("billing_details") or {}).items():
        if name == "address":
            empty: Object = empty_billing_details()["address"]
            method["billing_details"]["address"] = empty | (value or {})
        else:
            method["billing_details"][name] = value
    if "allow_redisplay" in data:
        method["allow_redisplay"] = data["allow_redisplay"]
    if "metadata" in data:
        method["metadata"] = merged(method["metadata"], data["metadata"])
