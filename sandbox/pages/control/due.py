"""What is due next, in words."""

from dataclasses import dataclass

from sandbox.account.state import State
from sandbox.pages.control.kinds import singular, url_of
from sandbox.timing.advance import ACTIONS

WORDS = {
    "invoice.collect": "The invoice is to be paid",
    "invoice.finalize": "The draft is finalized",
    "invoice.overdue": "The invoice becomes overdue",
    "invoice.retry": "Payment is tried again",
    "payment_intent.expire": "The authorization lapses, if nobody captures it",
    "refund.fail": "The refund fails",
    "subscription.cancel": "The subscription is canceled",
    "subscription.collect_again": "Paused collection goes on",
    "subscription.cycle": "The subscription renews",
    "subscription.expire": "The subscription expires, if it is still incomplete",
    "subscription.stay_paused": "The subscription stays paused, if nobody has tried to pay",
    "subscription.trial_will_end": "The end of the trial is announced",
    "subscription.upcoming": "The next invoice is announced",
    "subscription_schedule.advance": "The schedule's next phase begins, or it ends",
    "subscription_schedule.expiring": "The end of the schedule is announced",
}


@dataclass(frozen=True)
class Due:
    """One thing."""

    at: int
    words: str
    id: str
    url: str


def upcoming(state: State, clock: str, most: int) -> list[Due]:
    """The next things on a clock ("" is the sandbox's own) whose objects are still there."""
    found = []
    for at, _, action, id in state.timers.upcoming(clock, most):
        kind = ACTIONS[action][0]
        if id in state.table(kind).rows:
            found.append(Due(at, WORDS.get(action) or words(action), id, url_of(kind, id)))
    return found


def words(action: str) -> str:
    """An action by its own name: `Invoice: mark uncollectible`."""
    kind, _, what = action.rpartition(".")
    return f"{singular(kind)}: {what.replace('_', ' ')}"
