"""Time passing: what is due happens in its order, each thing at its own moment."""

import logging
from collections.abc import Callable

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.checkout.session_ending import expire_if_due
from sandbox.invoices import invoice_times
from sandbox.payments import dispute_outcomes, refund_outcomes
from sandbox.payments.charging import settle_charge
from sandbox.payments.payment_intent_building import end_intent
from sandbox.subscriptions import schedule_progress, subscription_resumption, subscription_times

LOG = logging.getLogger("sandbox")
Action = Callable[[State, Object, int], None]


def expire_intent(state: State, intent: Object, due: int) -> None:
    """An authorization that nobody captured."""
    if intent["status"] == "requires_capture":
        end_intent(state, intent, "automatic")


ACTIONS: dict[str, tuple[str, Action]] = {
    "charge.settle": ("charge", settle_charge),
    "checkout.session.expire": ("checkout.session", expire_if_due),
    "dispute.decide": ("dispute", dispute_outcomes.decide),
    "dispute.expire": ("dispute", dispute_outcomes.expire),
    "dispute.let_go": ("dispute", dispute_outcomes.let_go),
    "invoice.collect": ("invoice", invoice_times.collect_first),
    "invoice.finalize": ("invoice", invoice_times.finalize_draft),
    "invoice.overdue": ("invoice", invoice_times.overdue),
    "invoice.retry": ("invoice", invoice_times.retry),
    "payment_intent.expire": ("payment_intent", expire_intent),
    "refund.fail": ("refund", refund_outcomes.fail),
    "refund.succeed": ("refund", refund_outcomes.succeed),
    "subscription.cancel": ("subscription", subscription_times.cancel),
    "subscription.collect_again": ("subscription", subscription_times.collect_again),
    "subscription.cycle": ("subscription", subscription_times.cycle),
    "subscription.expire": ("subscription", subscription_times.give_up),
    "subscription.stay_paused": ("subscription", subscription_resumption.stay_paused),
    "subscription.trial_will_end": ("subscription", subscription_times.trial_will_end),
    "subscription.upcoming": ("subscription", subscription_times.upcoming),
    "subscription_schedule.advance": ("subscription_schedule", schedule_progress.advance),
    "subscription_schedule.expiring": ("subscription_schedule", schedule_progress.expiring),
}


def catch_up(state: State) -> None:
    """Does what has become due in the sandbox's own time; what fails there is told in the log, not to callers."""
    moment = state.clock.now()
    while (due := state.timers.next_due("")) is not None and due <= moment:
        try:
            run_to(state, moment)
        except Exception:
            LOG.exception("The sandbox failed at something that was due.")
        finally:
            state.clock.held = None


def advance(state: State, moment: int) -> None:
    """Moves the sandbox's own time forward to a moment, and not past what fails on the way."""
    try:
        run_to(state, moment)
    finally:
        state.clock.release_at(state.clock.now())


def run_to(state: State, moment: int) -> None:
    """Holds the clock at each thing that is due, and then at the moment."""
    while (due := state.timers.next_due("")) is not None and due <= moment:
        state.clock.held = max(due, state.clock.held or 0)
        fire(state, "")
    state.clock.held = moment


def advance_test_clock(state: State, clock: Object, moment: int) -> None:
    """The same for a test clock."""
    while (due := state.timers.next_due(clock["id"])) is not None and due <= moment:
        state.edit(clock)["frozen_time"] = max(due, clock["frozen_time"])
        fire(state, clock["id"])
    state.edit(clock)["frozen_time"] = moment


def fire(state: State, clock: str) -> None:
    """Does the next thing, if its object is still there; should it fail, it is taken back and not tried again."""
    due, _, action, id = state.timers.take(clock)
    kind, act = ACTIONS[action]
    row = state.table(kind).get(id)
    if row is None:
        return
    state.journal.commit()
    events = len(state.outbox)
    try:
        act(state, row, due)
    except Exception:
        state.journal.rollback()
        del state.outbox[events:]
        raise
