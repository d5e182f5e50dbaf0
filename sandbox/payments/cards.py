"""Test cards as they behave, and the refusals of banks (https://docs.stripe.com/declines/codes)."""

from dataclasses import dataclass

from sandbox.api.errors import ApiError

MESSAGES = {
    "authentication_not_handled": "This payment required an authentication action to complete, but"
    " `error_on_requires_action` was set. When you're ready, you can upgrade your integration to handle actions at"
    " https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently or exceeding"
    " its amount limit.",
    "debit_not_authorized": "Your bank account does not allow this debit.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "invalid_cvc": "Your card's security code is invalid.",
    "invalid_expiry_month": "Your card's expiration month is invalid.",
    "invalid_expiry_year": "Your card's expiration year is invalid.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "test_mode_live_card": "Your card was declined. Your request was in test mode, but used a non test (live) card."
    " For a list of valid test cards, visit: https://stripe.com/docs/testing.",
}
CODES = frozenset(
    (
        "authentication_required", "expired_card", "incorrect_cvc", "incorrect_number", "invalid_cvc",
        "invalid_expiry_month", "invalid_expiry_year", "processing_error",
    )
)  # fmt: skip
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
        if self.reason == "authentication_not_handled":
            return "authentication_required"
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
    """A test card.

    `attach` and `charge` are the refusals of the bank. `authentication` is when the card holder is asked: never,
    optional, unless_set_up or always; `by_radar` when it is Radar that asks, and not the bank. `dispute` is the reason
    of the dispute that follows a payment. `unbuilt` says what a card does that the sandbox has not.
    """

    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    attach: str = ""
    charge: str = ""
    authentication: str = "never"
    by_radar: bool = False
    dispute: str = ""
    inquiry: bool = False
    set_up: bool = False
    cvc_check: str = "pass"
    zip_check: str = "pass"
    line1_check: str = "pass"
    risk: str = "normal"
    refund: str = "succeeded"
    bypasses_pending: bool = False
    co_brand: str = ""
    unbuilt: str = ""

    @property
    def last4(self) -> str:
        """The digits that are shown."""
        return self.number[-4:]


def passes_luhn(number: str) -> bool:
    """Whether the check digit of a card number is right."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
