"""Payment methods out of test cards, attached to nobody yet."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import no_such
from sandbox.payments import card_table
from sandbox.payments.cards import Card

DISPLAYED = {
    "amex": "american_express",
    "cartes_bancaires": "cartes_bancaires",
    "diners": "diners_club",
    "eftpos_au": "eftpos_australia",
    "unionpay": "union_pay",
}


def new(state: State, card: Card, exp_month: int = 12, exp_year: int = 2034, *, cvc: bool = True) -> Object:
    """A payment method for a test card, attached to nobody."""
    return state.table("payment_method").add(blank(state, card, exp_month, exp_year, cvc=cvc))


def blank(state: State, card: Card, exp_month: int, exp_year: int, *, cvc: bool) -> Object:
    """The object itself; what can be checked about the card is checked when it is attached or charged."""
    return {
        "id": state.new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": empty_billing_details(),
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "unchecked" if cvc else None,
            },
            "country": card.country,
            "display_brand": DISPLAYED.get(card.co_brand or card.brand, card.brand),
            "exp_month": exp_month,
            "exp_year": exp_year + 2000 if exp_year < 100 else exp_year,
            "fingerprint": f"sandbox{card.number[-9:]}",
            "funding": card.funding,
            "generated_from": None,
            "last4": card.last4,
            "networks": {
                "available": [card.co_brand, card.brand] if card.co_brand else [card.brand],
                "preferred": None,
            },
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": state.clock.now(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_": {"number": card.number, "cvc": cvc, "used": False, "set_up": card.set_up},
    }


def empty_billing_details() -> Object:
    """As on every payment method of a test token."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}


def card_of(method: Object) -> Card:
    """The test card behind a payment method."""
    card = card_table.card_of(method["_"]["number"])
    if card is None:
        raise AssertionError("every payment method is made from a test card")
    return card


def usable(state: State, id: str, param: str, *, status: int = 400) -> Object:
    """The payment method with an id, or a new one for a test token. Raises ApiError resource_missing."""
    card = card_table.token_of(id)
    if card is not None:
        return new(state, card)
    method = state.table("payment_method").get(id)
    if method is None:
        raise no_such("payment_method", id, param, status=status)
    return method


def verify(state: State, method: Object) -> None:
    """What the bank says to the security code and the address: nothing to what was not given."""
    card = card_of(method)
    row = state.edit(method)
    address = row["billing_details"]["address"] or {}
    checks = row["card"]["checks"]
    if row["_"]["cvc"]:
        checks["cvc_check"] = card.cvc_check
    if address.get("postal_code") or card.zip_check != "pass":
        checks["address_postal_code_check"] = card.zip_check
    if address.get("line1") or card.line1_check != "pass":
        checks["address_line1_check"] = card.line1_check
