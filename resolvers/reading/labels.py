"""What a person recognises a payment method by."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func

from db.tables import Customer
from resolvers.reading.dialect import quoted
from resolvers.reading.relations import default_of_customer
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments

BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "link": "Link",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
KINDS = {
    "acss_debit": "PAD",
    "alipay": "Alipay",
    "amazon_pay": "Amazon Pay",
    "au_becs_debit": "BECS",
    "bacs_debit": "Bacs",
    "cashapp": "Cash App Pay",
    "ideal": "iDEAL",
    "klarna": "Klarna",
    "link": "Link",
    "paypal": "PayPal",
    "sepa_debit": "SEPA",
    "us_bank_account": "Bank account",
}
WITH_LAST4 = ("acss_debit", "au_becs_debit", "bacs_debit", "card", "sepa_debit", "us_bank_account")


def _names(names: Mapping[str, str]) -> dict[Any, Any]:
    return {quoted(key): quoted(name) for key, name in names.items()}


def label(scope: Scope, _arguments: Arguments) -> ColumnElement[str]:
    """ "Visa •••• 4242", "SEPA •••• 3000", "PayPal"."""
    dialect, document, type = scope.request.dialect, scope.json(), scope.row.c.type
    brand = dialect.text_at(document, ("card", "brand"))
    named = case(_names(BRANDS), value=brand, else_=func.coalesce(brand, quoted("Card")))
    kind = case(_names(KINDS), value=type, else_=func.replace(type, quoted("_"), quoted(" ")))
    last4 = func.coalesce(*(dialect.text_at(document, (each, "last4")) for each in WITH_LAST4))
    name = case((type == quoted("card"), named), else_=kind)
    return case((last4.is_(None), name), else_=cast(name, Text).concat(quoted(" •••• ")).concat(last4))


def is_default(scope: Scope, _arguments: Arguments) -> ColumnElement[bool]:
    return default_of_customer(scope, Scope.over(scope.request, Customer))
