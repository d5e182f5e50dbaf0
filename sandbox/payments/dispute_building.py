"""Disputes as they are opened, by the test cards that ask for it (https://docs.stripe.com/testing#disputes)."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import snapshot
from sandbox.payments.balance_entries import book_withdrawal
from sandbox.payments.cards import Card
from sandbox.payments.payment_method_building import card_of
from sandbox.timing.periods import DAY
from sandbox.webhooks.events import emit, emit_update

DAYS_TO_RESPOND = 8
DAYS_OF_AN_INQUIRY = 120
TEXTS = (
    "access_activity_log", "billing_address", "cancellation_policy_disclosure", "cancellation_rebuttal",
    "customer_email_address", "customer_name", "customer_purchase_ip", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "refund_policy_disclosure", "refund_refusal_explanation",
    "service_date", "shipping_address", "shipping_carrier", "shipping_date", "shipping_tracking_number",
    "uncategorized_text",
)  # fmt: skip
FILES = (
    "cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation", "receipt",
    "refund_policy", "service_documentation", "shipping_documentation", "uncategorized_file",
)  # fmt: skip
CHARGEBACK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
INQUIRY_CODE = "10"


def contest(state: State, charge: Object) -> None:
    """Opens the dispute that the card of a captured charge asks for, if it does."""
    card = card_of(state.get("payment_method", charge["payment_method"]))
    if not card.dispute:
        return
    before = snapshot(state, charge)
    dispute = build(state, charge, card)
    state.edit(charge).update(dispute=dispute["id"], disputed=True)
    emit(state, "charge.dispute.created", dispute)
    if card.inquiry:
        state.at(dispute, dispute["created"] + DAYS_OF_AN_INQUIRY * DAY, "dispute.let_go")
    else:
        withdraw(state, dispute)
    emit_update(state, "charge.updated", before, charge)


def withdraw(state: State, dispute: Object) -> None:
    """The bank takes the money back, and waits for an answer."""
    book_withdrawal(state, dispute)
    emit(state, "charge.dispute.funds_withdrawn", dispute)
    state.at(dispute, dispute["evidence_details"]["due_by"] + 1, "dispute.expire")


def due_from(moment: int) -> int:
    """The last second of a day some days later."""
    return (moment // DAY + DAYS_TO_RESPOND + 1) * DAY - 1


def build(state: State, charge: Object, card: Card) -> Object:
    """A dispute that waits for an answer; nothing is withdrawn yet."""
    now = state.now_for(charge)
    return state.table("dispute").add(
        {
            "id": state.new_id("dispute"),
            "object": "dispute",
            "amount": charge["amount_captured"],
            "charge": charge["id"],
            "created": now,
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": dict.fromkeys(sorted(TEXTS + FILES)) | {"enhanced_evidence": {}},
            "evidence_details": {
                "due_by": due_from(now),
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": "not_submitted",
            },
            "intended_submission_method": None,
            "is_charge_refundable": card.inquiry,
            "livemode": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method_details": {
                "card": {
                    "brand": card.brand,
                    "case_type": "inquiry" if card.inquiry else "chargeback",
                    "network": card.brand,
                    "network_reason_code": INQUIRY_CODE if card.inquiry else CHARGEBACK_CODES[card.dispute],
                },
                "type": "card",
            },
            "reason": card.dispute,
            "status": "warning_needs_response" if card.inquiry else "needs_response",
            "_": {"clock": state.clock_of(charge), "verdict": None},
        }
    )
