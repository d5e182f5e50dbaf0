"""How customers pay."""

from datetime import datetime

import strawberry

from db import tables
from resolvers.reading.labels import is_default, label
from resolvers.reading.sources import Embedded, Expression
from resolvers.reading.tenancy import own
from schema.field import column, field, mirrored, path
from schema.node import Node


@strawberry.type(description="What a card shows of itself.")
class Card:
    brand: str = path("brand", description="visa, mastercard, amex, …")
    last4: str = path("last4", description="The last four digits.")
    exp_month: int = path("exp_month", description="The last month in which it is good, from 1.")
    exp_year: int = path("exp_year", description="The year of that month, in four digits.")
    funding: str | None = path("funding", description="credit, debit, prepaid or unknown.")
    country: str | None = path("country", description="Where it was issued, ISO 3166.")
    wallet: str | None = path("wallet", "type", description="apple_pay, google_pay, … for a card in a wallet.")


@strawberry.type(description="Any of Stripe's kinds of paying. `card` is filled for cards.")
class PaymentMethod(Node):
    __mirrored__ = mirrored(tables.PaymentMethod, own("customer"), "pm_", "card_", "src_", "ba_")

    type: str = column("type", "card, sepa_debit, paypal, …")
    label: str = field(
        Expression(label), 'What a person would recognise: "Visa •••• 4242", "SEPA •••• 3000", "PayPal".'
    )
    is_default: bool = field(Expression(is_default), "Whether invoices of its customer are paid with it.")
    card: Card | None = field(Embedded(("card",)), "The card, where it is one.")
    billing_name: str | None = path("billing_details", "name", description="Whose it is.")
    billing_email: str | None = path("billing_details", "email", description="The e-mail address that belongs to it.")
    created: datetime = column("created", "When it was saved.")
    livemode: bool = column("livemode", "Whether real money moves.")
