"""Lines in the account's balance (https://docs.stripe.com/api/balance_transactions)."""

from decimal import Decimal

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.money import rounded
from sandbox.payments.payment_method_building import card_of
from sandbox.timing.periods import DAY

RATE = Decimal("0.029")
FIXED = 30
WAIT = 2 * DAY
DISPUTE_FEE = 1_500
PROCESSING = "Stripe processing fees"


def book(state: State, charge: Object) -> None:
    """What a captured charge brings, less Stripe's fee: 2.9 % and 30 of the smallest unit."""
    amount = charge["amount_captured"]
    fee = rounded(amount * RATE) + FIXED
    at_once = card_of(state.get("payment_method", charge["payment_method"])).bypasses_pending
    entry = enter(state, charge, "charge", amount, charge["description"], fee=fee, at_once=at_once)
    charge["balance_transaction"] = entry["id"]


def book_refund(state: State, refund: Object, charge: Object) -> None:
    """What a refund takes; Stripe keeps its fee."""
    entry = enter(state, refund, "refund", -refund["amount"], about("REFUND FOR CHARGE", charge))
    refund["balance_transaction"] = entry["id"]


def book_refund_failure(state: State, refund: Object, charge: Object) -> None:
    """What comes back when a refund does not arrive."""
    entry = enter(state, refund, "refund_failure", refund["amount"], about("REFUND FAILURE", charge))
    refund["failure_balance_transaction"] = entry["id"]


def about(what: str, charge: Object) -> str:
    """With the description of the charge where it has one."""
    return f"{what} ({charge['description']})" if charge["description"] else what


def book_withdrawal(state: State, dispute: Object) -> None:
    """What a dispute takes, with its fee."""
    enter(
        state,
        dispute,
        "adjustment",
        -dispute["amount"],
        f"Chargeback withdrawal for {dispute['charge']}",
        fee=DISPUTE_FEE,
        fee_for="Dispute fee",
        category="dispute",
    )


def book_reversal(state: State, dispute: Object) -> None:
    """What a dispute that was won brings back: the amount, and not the fee."""
    description = f"Chargeback reversal for {dispute['charge']}"
    enter(state, dispute, "adjustment", dispute["amount"], description, category="dispute_reversal")


def enter(
    state: State,
    source: Object,
    type: str,
    amount: int,
    description: str | None,
    *,
    fee: int = 0,
    fee_for: str = PROCESSING,
    category: str = "",
    at_once: bool = False,
) -> Object:
    """One line; available two days later unless it is at once."""
    now = state.now_for(source)
    details = {
        "amount": fee,
        "application": None,
        "currency": source["currency"],
        "description": fee_for,
        "type": "stripe_fee",
    }
    return state.table("balance_transaction").add(
        {
            "id": state.new_id("balance_transaction"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now if at_once else (now + WAIT) // DAY * DAY,
            "balance_type": "payments",
            "created": now,
            "currency": source["currency"],
            "description": description,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [details] if fee else [],
            "net": amount - fee,
            "reporting_category": category or type,
            "source": source["id"],
            "status": "pending",
            "type": type,
            "_": {"clock": state.clock_of(source)},
        }
    )
