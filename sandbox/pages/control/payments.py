"""What the bank says next, who waits for it, and when unpaid invoices are tried again."""

from itertools import islice
from typing import Any

from sandbox.account.state import State
from sandbox.controls import cards, intents, rules
from sandbox.controls.desk import Desk, Refused
from sandbox.pages.control.kinds import url_of
from sandbox.pages.control.numbers import whole
from sandbox.pages.control.rows import Row, row_of
from sandbox.pages.control.visits import ROOT, Page, Visit
from sandbox.payments.payment_attempts import RESULTS

HERE = f"{ROOT}/payments"
QUESTIONS = ("payment_intent.requires_action", "setup_intent.requires_action")
MOST_QUESTIONS = 500
MOST_TIMES = 100


def show(desk: Desk, visit: Visit) -> Page:
    """GET /sandbox/page/payments"""
    values: dict[str, Any] = {
        "intents": waiting_intents(desk.state),
        "next_cards": desk.state.rules.next_card_results,
        "results": RESULTS,
        "rules": rules.show(desk, {}),
        "after_retries": rules.AFTER_RETRIES,
    }
    return Page("payments.html", "Payments", values)


def waiting_intents(state: State) -> list[Row]:
    """Those that wait for the bank, as the newest of its questions tell: intents are too many to look at them all."""
    asked = {
        (event["data"]["object"]["object"], event["data"]["object"]["id"]): None
        for type in QUESTIONS
        for event in islice(state.table("event").newest_first("type", type), MOST_QUESTIONS)
    }
    intents = [state.table(kind).get(id) for kind, id in asked]
    return [row_of(state, intent) for intent in intents if intent and intent["status"] == "requires_action"]


def complete(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/intents/{id}: `succeed` is true or false."""
    if form.get("succeed") not in ("true", "false"):
        raise Refused("The card holder passes the bank's questions or fails.")
    succeed = form["succeed"] == "true"
    shown = intents.complete(desk, ids | {"succeed": succeed})
    return f"{url_of(shown['object'], shown['id'])}?done={'passed' if succeed else 'failed'}"


def choose_cards(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/payments/cards: one more result, `times` in a row."""
    times = whole(form, "times", absent=1)
    if not 1 <= times <= MOST_TIMES:
        raise Refused(f"Times is a number from 1 to {MOST_TIMES}.")
    cards.choose(desk, {"results": [*desk.state.rules.next_card_results, *[form.get("result", "")] * times]})
    return f"{HERE}?done=cards"


def clear_cards(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/payments/cards/clear"""
    cards.choose(desk, {"results": []})
    return f"{HERE}?done=cards_cleared"


def change_rules(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/payments/rules: `retry_days` as text, such as "3, 5, 7"."""
    words = form.get("retry_days", "").replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and len(word) < 5 for word in words):
        raise Refused("Write the days as whole numbers, such as 3, 5, 7.")
    rules.change(desk, {"retry_days": [int(word) for word in words], "after_retries": form.get("after_retries")})
    return f"{HERE}?done=rules"
