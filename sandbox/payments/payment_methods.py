"""Payment methods (https://docs.stripe.com/api/payment_methods)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import ApiError, invalid, no_such, unsupported
from sandbox.api.lists import page
from sandbox.api.parameters import (
    ADDRESS,
    PAGING,
    Anything,
    Choice,
    Hash,
    Integer,
    Kind,
    Metadata,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.api.views import snapshot
from sandbox.payments import cards
from sandbox.payments.payment_method_attachment import attach_token
from sandbox.payments.payment_method_building import empty_billing_details, new
from sandbox.webhooks.events import emit, emit_update

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
        "exp_month": Integer(low=1, high=12),
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
CREATE: Shape = DATA | {"customer": Text(), "payment_method": Text()}
UPDATE: Shape = unsupported_names("us_bank_account") | {
    "allow_redisplay": REDISPLAY,
    "billing_details": BILLING_DETAILS,
    "card": Hash({"exp_month": Integer(low=1, high=12), "exp_year": Integer(low=1), "networks": Anything()}),
    "metadata": Metadata(),
}
ATTACH: Shape = unsupported_names("customer_account") | {"customer": Text(required=True)}
LIST: Shape = (
    PAGING | unsupported_names("customer_account") | {"allow_redisplay": REDISPLAY, "customer": Text(), "type": Text()}
)
LIST_OF_CUSTOMER: Shape = PAGING | {"allow_redisplay": REDISPLAY, "type": Text()}


def from_data(state: State, data: dict[str, Any], *, publishable: bool) -> Object:
    """A new payment method out of card data, as Stripe.js sends it.

    Card numbers are for publishable keys only; other types of payment method are not built.
    """
    if data.get("type") not in (None, "card"):
        raise unsupported(f"payment methods of type {data['type']}", "type")
    details = data.get("card") or {}
    token = details.get("token")
    if token:
        card = cards.token_of(token.replace("tok_", "pm_card_", 1))
        if card is None:
            raise no_such("token", token, "card[token]")
    else:
        if not details.get("number"):
            raise invalid("Missing required param: card[number].", "card[number]", "parameter_missing")
        if not publishable:
            raise ApiError(
                402,
                "Sending credit card numbers directly to the Stripe API is generally unsafe. To continue processing"
                " use Stripe.js, the Stripe mobile bindings, or Stripe Elements.",
                code="card_declined",
                type="invalid_request_error",
            )
        card = cards.card_of(details["number"])
        if card is None:
            raise ApiError(
                402, "Your card number is incorrect.", type="card_error", code="incorrect_number", param="number"
            )
    method = new(state, card, **{name: details[name] for name in ("exp_month", "exp_year") if name in details})
    describe(method, data)
    return method


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


def create(call: Call) -> Object:
    """POST /v1/payment_methods"""
    if call.params.get("payment_method") or call.params.get("customer"):
        raise unsupported("cloning payment methods for connected accounts", "payment_method")
    return from_data(call.state, call.params, publishable=call.publishable)


def retrieve(call: Call) -> Object:
    """GET /v1/payment_methods/{payment_method}; a test token answers as the method it stands for."""
    card = cards.token_of(call.ids["payment_method"])
    return new(call.state, card) if card else call.fetch("payment_method", "payment_method")


def update(call: Call) -> Object:
    """POST /v1/payment_methods/{payment_method}"""
    state = call.state
    method = state.edit(call.fetch("payment_method", "payment_method"))
    before = snapshot(state, method)
    describe(method, call.params)
    for name, value in (call.params.get("card") or {}).items():
        if name != "networks":
            method["card"][name] = value
    emit_update(state, "payment_method.updated", before, method)
    return method


def attach(call: Call) -> Object:
    """POST /v1/payment_methods/{payment_method}/attach"""
    customer = call.find("customer", "customer")
    if customer is None:
        raise AssertionError("the customer is required")
    return attach_token(call.state, call.ids["payment_method"], customer, "payment_method", status=404)


def detach(call: Call) -> Object:
    """POST /v1/payment_methods/{payment_method}/detach: for good, and no longer anybody's default."""
    state = call.state
    method = state.edit(call.fetch("payment_method", "payment_method"))
    customer = state.table("customer").get(method["customer"])
    if customer is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            "payment_method",
        )
    before = snapshot(state, method)
    method["customer"] = None
    method["_"]["used"] = True
    state.table("payment_method").reindex(method["id"])
    emit(state, "payment_method.detached", method, {"customer": before["customer"]})
    forget(state, customer, method["id"])
    return method


def forget(state: State, customer: Object, id: str) -> None:
    """Takes a payment method away from where it was a default."""
    if customer["invoice_settings"]["default_payment_method"] == id:
        before = snapshot(state, customer)
        state.edit(customer)["invoice_settings"]["default_payment_method"] = None
        emit_update(state, "customer.updated", before, customer)
    for subscription in state.table("subscription").oldest_first("customer", customer["id"]):
        if subscription["default_payment_method"] == id:
            before = snapshot(state, subscription)
            state.edit(subscription)["default_payment_method"] = None
            emit_update(state, "customer.subscription.updated", before, subscription)


def listing(call: Call) -> Object:
    """GET /v1/payment_methods"""
    wanted, redisplay = call.params.get("type"), call.params.get("allow_redisplay")

    def matches(row: Object) -> bool:
        return (
            row["customer"] is not None
            and (wanted is None or row["type"] == wanted)
            and (redisplay is None or row["allow_redisplay"] == redisplay)
        )

    customer = call.find("customer", "customer")
    if customer is None:
        return page(call, "payment_method", where=matches)
    return page(call, "payment_method", index="customer", value=customer["id"], where=matches)
