"""Stripe's test cards and how they behave (https://docs.stripe.com/testing)."""

from dataclasses import dataclass

from sandbox.api.errors import ApiError

MESSAGES = {
    "incorrect_cvc": "Your card's security code is incorrect.",
    "expired_card": "Your card has expired.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "incorrect_number": "Your card number is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently or exceeding"
    " its amount limit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "debit_not_authorized": "Your bank account does not allow this debit.",
}
CODES = frozenset(("incorrect_cvc", "expired_card", "processing_error", "incorrect_number", "authentication_required"))
ADVICE = {
    "generic_decline": "try_again_later",
    "processing_error": "try_again_later",
    "insufficient_funds": "try_again_later",
}
NETWORK_CODES = {"generic_decline": "01", "insufficient_funds": "51", "lost_card": "41", "stolen_card": "43"}


@dataclass(frozen=True)
class Decline:
    """A refusal of the bank, by Stripe's decline code."""

    reason: str

    @property
    def code(self) -> str:
        """The error code: most refusals share `card_declined`."""
        return self.reason if self.reason in CODES else "card_declined"

    @property
    def decline_code(self) -> str | None:
        """The decline code that goes with `card_declined`."""
        return self.reason if self.code in ("card_declined", "authentication_required") else None

    @property
    def message(self) -> str:
        """What may be shown to the card holder."""
        return MESSAGES.get(self.reason, "Your card was declined.")

    @property
    def advice_code(self) -> str | None:
        """What the bank advises."""
        return ADVICE.get(self.reason)

    @property
    def network_decline_code(self) -> str | None:
        """The network's own number for it."""
        return NETWORK_CODES.get(self.reason)

    def error(self, param: str | None = None) -> ApiError:
        """As the answer to a request: 402 card_error."""
        return ApiError(
            402,
            self.message,
            type="card_error",
            code=self.code,
            param=param,
            keeps=True,
            decline_code=self.decline_code,
            advice_code=self.advice_code,
            network_decline_code=self.network_decline_code,
        )


@dataclass(frozen=True)
class Card:
    """A test card. `authentication` is when the bank asks for it: never, optional, unless_set_up or always."""

    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    attach: str = ""
    charge: str = ""
    authentication: str = "never"
    dispute: str = ""
    set_up: bool = False
    cvc_check: str = "pass"
    risk: str = "normal"
    refund: str = "succeeded"

    @property
    def last4(self) -> str:
        """The digits that are shown."""
        return self.number[-4:]


def refused(number: str, reason: str) -> Card:
    """A card that is refused on attaching and on charging alike."""
    return Card(number, attach=reason, charge=reason)


TOKENS: dict[str, Card] = {
    "visa": Card("4242424242424242"),
    "visa_debit": Card("4000056655665556", funding="debit"),
    "mastercard": Card("5555555555554444", "mastercard"),
    "mastercard_debit": Card("5200828282828210", "mastercard", "debit"),
    "mastercard_prepaid": Card("5105105105105100", "mastercard", "prepaid"),
    "amex": Card("378282246310005", "amex"),
    "discover": Card("6011111111111117", "discover"),
    "diners": Card("3056930009020004", "diners"),
    "jcb": Card("3566002020360505", "jcb", country="JP"),
    "unionpay": Card("6200000000000005", "unionpay", country="CN"),
    "us": Card("4242424242424242"),
    "at": Card("4000000400000008", country="AT"),
    "au": Card("4000000360000006", country="AU"),
    "br": Card("4000000760000002", country="BR"),
    "ca": Card("4000001240000000", country="CA"),
    "ch": Card("4000007560000009", country="CH"),
    "de": Card("4000002760000016", country="DE"),
    "es": Card("4000007240000007", country="ES"),
    "fr": Card("4000002500000003", country="FR"),
    "gb": Card("4000008260000000", country="GB"),
    "gb_debit": Card("4000058260000005", country="GB", funding="debit"),
    "ie": Card("4000003720000005", country="IE"),
    "in": Card("4000003560000008", country="IN"),
    "it": Card("4000003800000008", country="IT"),
    "jp": Card("4000003920000003", country="JP"),
    "mx": Card("4000004840008001", country="MX"),
    "nl": Card("4000005280000002", country="NL"),
    "se": Card("4000007520000008", country="SE"),
    "sg": Card("4000007020000003", country="SG"),
    "chargeDeclined": refused("4000000000000002", "generic_decline"),
    "chargeDeclinedInsufficientFunds": refused("4000000000009995", "insufficient_funds"),
    "chargeDeclinedLostCard": refused("4000000000009987", "lost_card"),
    "chargeDeclinedStolenCard": refused("4000000000009979", "stolen_card"),
    "chargeDeclinedExpiredCard": refused("4000000000000069", "expired_card"),
    "chargeDeclinedIncorrectCvc": refused("4000000000000127", "incorrect_cvc"),
    "chargeDeclinedProcessingError": refused("4000000000000119", "processing_error"),
    "chargeDeclinedVelocityLimitExceeded": refused("4000000000006975", "card_velocity_exceeded"),
    "chargeDeclinedFraudulent": Card("4100000000000019", charge="fraudulent", risk="highest"),
    "chargeCustomerFail": Card("4000000000000341", charge="generic_decline"),
    "radarBlock": Card("4100000000000019", charge="fraudulent", risk="highest"),
    "riskLevelElevated": Card("4000000000009235", risk="elevated"),
    "riskLevelHighest": Card("4000000000004954", risk="highest"),
    "cvcCheckFail": Card("4000000000000101", cvc_check="fail"),
    "bypassPending": Card("4000000000000077"),
    "refundFail": Card("4000000000005126", refund="failed"),
    "pendingRefund": Card("4000000000007726", refund="pending"),
    "createDispute": Card("4000000000000259", dispute="fraudulent"),
    "createDisputeProductNotReceived": Card("4000000000002685", dispute="product_not_received"),
    "createDisputeInquiry": Card("4000000000001976", dispute="warning_needs_response"),
    "authenticationRequired": Card("4000002760003184", authentication="always"),
    "authenticationRequiredOnSetup": Card("4000002500003155", authentication="unless_set_up"),
    "authenticationRequiredSetupForOffSession": Card("4000003800000446", authentication="unless_set_up", set_up=True),
    "authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "4000008260003178", authentication="always", charge="insufficient_funds"
    ),
    "threeDSecure2Required": Card("4000000000003220", authentication="unless_set_up"),
    "threeDSecureRequired": Card("4000000000003063", authentication="unless_set_up"),
    "threeDSecureRequiredChargeDeclined": Card(
        "4000008400001629", authentication="unless_set_up", charge="generic_decline"
    ),
    "threeDSecureOptional": Card("4000000000003055", authentication="optional"),
    "threeDSecureNotSupported": Card("378282246310005", "amex"),
}
BY_NUMBER = {card.number: card for card in TOKENS.values()}


def token_of(id: str) -> Card | None:
    """The card behind `pm_card_visa`, `pm_card_visa_chargeDeclined`, …"""
    if not id.startswith("pm_card_"):
        return None
    name = id.removeprefix("pm_card_")
    return TOKENS.get(name) or TOKENS.get(name.removeprefix("visa_"))


def card_of(number: str) -> Card | None:
    """The test card with a number."""
    return BY_NUMBER.get(number.replace(" ", ""))
