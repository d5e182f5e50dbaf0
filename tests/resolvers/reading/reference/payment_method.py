from typing import Any

from tests.resolvers.reading.reference.thing import Part, Thing

NAMES = {
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


class PaymentMethod(Thing):
    kind = "payment_method"

    def label(self) -> str:
        type = self.of_stripe("type")
        brand = self.of_stripe("card", "brand") or "Card"
        name = BRANDS.get(brand, brand) if type == "card" else NAMES.get(type, type.replace("_", " "))
        last4 = self.of_stripe(type, "last4")
        return name if last4 is None else f"{name} •••• {last4}"

    def is_default(self) -> bool:
        customer = self.reading.find("Customer", self.of_stripe("customer"))
        return customer is not None and customer.value("default_payment_method") == self.id

    def billing_name(self) -> Any:
        return self.of_stripe("billing_details", "name")

    def billing_email(self) -> Any:
        return self.of_stripe("billing_details", "email")


class Card(Part):
    def wallet(self) -> Any:
        return self.of_stripe("wallet", "type")
