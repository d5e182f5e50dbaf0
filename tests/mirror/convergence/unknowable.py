"""What no mirror can know from events, so that only a sync or a verify finds it: all of it, and no more."""

from collections.abc import Collection, Iterable

from mirror.stored import Key
from sandbox.account.state import State

CHANGED = ("amount", "net_amount", "pricing.")
"""What another amount changes on an invoice item, as its differences begin."""


def knowable(differences: Iterable[str], state: State, edited: Collection[str]) -> list[str]:
    """Without those that are nobody's fault. `edited` are the invoice items that were given another amount.

    Stripe has `invoiceitem.created` and `invoiceitem.deleted`, and no event for a pending item whose amount, text or
    metadata is changed. When it goes onto an invoice, it is asked for; until then the mirror holds it as it was made.
    """
    items = state.table("invoiceitem").rows
    pending = [id for id in edited if id in items and items[id]["invoice"] is None]
    unheard = {f"{Key('invoiceitem', id)} differs in {name}" for id in pending for name in CHANGED}
    return [each for each in differences if not each.startswith(tuple(unheard))]
