"""What no mirror can know from events, so that only a sync or a verify finds it: all of it, and no more."""

from collections.abc import Iterable

from sandbox.account.state import State


def knowable(differences: Iterable[str], state: State) -> list[str]:
    """Without those that are nobody's fault.

    Stripe has `invoiceitem.created` and `invoiceitem.deleted`, and no event for a pending item whose amount, text or
    metadata is changed. When it goes onto an invoice, it is asked for; until then the mirror holds it as it was made.
    """
    pending = [item["id"] for item in state.table("invoiceitem").rows.values() if item["invoice"] is None]
    return [each for each in differences if not any(f"'{id}') differs in" in each for id in pending)]
