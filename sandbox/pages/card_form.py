"""Choosing a card on a page: one on file, a test card by name, or a typed test number."""

from collections.abc import Mapping, Sequence

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.checkout.session_answers import Unanswered
from sandbox.pages.layout import field, select
from sandbox.payments import card_table
from sandbox.payments.cards import Card
from sandbox.payments.payment_method_building import new

OFFERED = (
    ("visa", "Visa, succeeds"),
    ("mastercard", "Mastercard, succeeds"),
    ("authenticationRequiredOnSetup", "Visa, the bank asks for 3-D Secure unless it is set up"),
    ("authenticationRequired", "Visa, the bank always asks for 3-D Secure"),
    ("chargeDeclined", "Visa, declined"),
    ("chargeDeclinedInsufficientFunds", "Visa, insufficient funds"),
    ("chargeDeclinedExpiredCard", "Visa, expired card"),
    ("chargeDeclinedIncorrectCvc", "Visa, incorrect security code"),
    ("chargeCustomerFail", "Visa, can be saved, then declines"),
)
NOT_A_TEST_CARD = "Your card number is incorrect. Only Stripe's test cards work here, such as 4242 4242 4242 4242."

NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def card_fields(saved: Sequence[Object], chosen: str = "", *, wrong: bool = False) -> str:
    """The fields of a form."""
    options = [(method["id"], f"{naming(method)}, on file") for method in saved]
    options += [(name, f"{text} ({spaced(card_table.TOKENS[name].number)})") for name, text in OFFERED]
    return select("card", "Card", options, chosen) + field(
        "number",
        "Or type another test card number",
        wrong=wrong,
        hint="If you fill this in, it counts instead of the choice above. Any date and security code will do.",
        more='inputmode="numeric" autocomplete="off" placeholder="4242 4242 4242 4242"',
    )


def naming(method: Object) -> str:
    """`Visa •••• 4242`."""
    card = method["card"]
    return f"{card['brand'].capitalize()} •••• {card['last4']}"


def what_failed(intent: Object | None) -> str:
    """What went wrong with an intent that waits for another card; "" for one that does not."""
    if intent is None or intent["status"] != "requires_payment_method":
        return ""
    error = intent.get("last_payment_error") or intent.get("last_setup_error") or {}
    if str(error.get("code")).endswith("_authentication_failure"):
        return NOT_AUTHENTICATED
    return str(error.get("message") or "")


def spaced(number: str) -> str:
    """A number in groups of four."""
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))


def chosen_method(state: State, form: Mapping[str, str], saved: Sequence[Object]) -> Object:
    """The payment method that a form asks for; a new one unless it is on file. Raises Unanswered."""
    typed = form.get("number", "").strip()
    wanted = typed or form.get("card", "").strip()
    if not wanted:
        raise Unanswered("number", "Choose a card or type the number of one.")
    for method in saved:
        if method["id"] == wanted:
            return method
    card = test_card(wanted)
    if card is None:
        raise Unanswered("number", NOT_A_TEST_CARD)
    return new(state, card)


def test_card(wanted: str) -> Card | None:
    """A test card by number, token or name: `4242 4242 4242 4242`, `pm_card_visa`, `visa`."""
    digits = wanted.replace(" ", "").replace("-", "")
    return card_table.card_of(digits) or card_table.token_of(wanted) or card_table.token_of(f"pm_card_{wanted}")
