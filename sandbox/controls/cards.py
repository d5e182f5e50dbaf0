"""What the bank will say to the next payments, whatever their cards."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.controls.desk import Desk, Refused
from sandbox.payments.payment_attempts import RESULTS


def show(desk: Desk, given: dict[str, Any]) -> Object:
    """GET /sandbox/cards/next: the results that are still to come."""
    return {"results": desk.state.rules.next_card_results}


def choose(desk: Desk, given: dict[str, Any]) -> Object:
    """POST /sandbox/cards/next `{"results": ["insufficient_funds", "succeed"]}`; an empty list takes them back."""
    results = given.get("results")
    if not isinstance(results, list) or not all(isinstance(one, str) for one in results):
        raise Refused('Give results, a list of "succeed", "authentication_required" or decline codes.')
    unknown = [one for one in results if one not in RESULTS]
    if unknown:
        raise Refused(f"{unknown[0]} is no result that a card can have here.")
    desk.state.rules.next_card_results = results
    return show(desk, {})
