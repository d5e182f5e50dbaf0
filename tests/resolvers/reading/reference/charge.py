from typing import Any

from tests.resolvers.reading.reference.paging import Listing, during, flag, one_of, sorted_by
from tests.resolvers.reading.reference.thing import Thing, newest_first

NOT_FOR_CARD_HOLDERS = {
    "fraudulent",
    "highest_risk_level",
    "lost_card",
    "merchant_blacklist",
    "pickup_card",
    "restricted_card",
    "security_violation",
    "stolen_card",
}
"""https://docs.stripe.com/declines/codes"""


class Charge(Thing):
    kind = "charge"

    def invoice(self) -> Any:
        """By the newest payment towards an invoice that was made with it."""
        payments = newest_first(each for each in self.reading.every("InvoicePayment") if self._made(each))
        return payments[0].of_stripe("invoice") if payments else None

    def _made(self, payment: Thing) -> bool:
        intent = self.of_stripe("payment_intent")
        by_intent = intent is not None and payment.of_stripe("payment", "payment_intent") == intent
        return by_intent or bool(payment.of_stripe("payment", "charge") == self.id)

    def refunds(self) -> list["Refund"]:
        return self.pointing_here("Refund", "charge")

    def failure_code(self) -> Any:
        return "generic_decline" if self._is_hushed_up() else self.of_stripe("failure_code")

    def failure_message(self) -> Any:
        return "Your card was declined." if self._is_hushed_up() else self.of_stripe("failure_message")

    def _is_hushed_up(self) -> bool:
        codes = {self.of_stripe("failure_code"), self.of_stripe("outcome", "reason")}
        return not self.reading.is_operator and bool(codes & NOT_FOR_CARD_HOLDERS)


class Refund(Thing):
    kind = "refund"

    def is_shown_to_subscribers(self) -> bool:
        charge = self.reading.find("Charge", self.of_stripe("charge"))
        return charge is not None and charge.is_shown_to_subscribers()


CHARGES = Listing(
    "Charge",
    filters={
        "status": one_of("status"),
        "disputed": flag("disputed"),
        "refunded": flag("refunded"),
        "created": during("created"),
    },
    orders={"CREATED": lambda charge: charge.created(), "AMOUNT": sorted_by("amount", nothing=0)},
)
