"""What time does to subscriptions, called when it is due; each checks that it still is."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.invoices.invoice_collection import method_for
from sandbox.invoices.previews import next_invoice
from sandbox.subscriptions.subscription_billing import seen, told
from sandbox.subscriptions.subscription_ending import end, expire
from sandbox.subscriptions.subscription_pausing import set_paused
from sandbox.subscriptions.subscription_renewal import renew
from sandbox.subscriptions.subscription_standing import ENDED
from sandbox.subscriptions.subscription_timing import INCOMPLETE_FOR, TOLD_BEFORE, next_end, tell_of_trial_end
from sandbox.timing.periods import DAY
from sandbox.webhooks.events import emit_data


def cycle(state: State, subscription: Object, due: int) -> None:
    """The end of a period, or of a trial."""
    status = subscription["status"]
    if status in (*ENDED, "incomplete", "paused") or next_end(state, subscription) != due:
        return
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= due:
        cancel(state, subscription, subscription["cancel_at"])
        return
    if status == "trialing" and ends_without_method(state, subscription):
        return
    renew(state, subscription, due)


def ends_without_method(state: State, subscription: Object) -> bool:
    """A trial whose customer never gave a payment method is canceled or paused if so asked."""
    behavior = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if behavior == "create_invoice" or subscription["collection_method"] == "send_invoice":
        return False
    invoice = state.get("invoice", subscription["latest_invoice"])
    if method_for(state, invoice) is not None:
        return False
    if behavior == "cancel":
        end(state, subscription, reason=None)
        return True
    before = seen(state, subscription)
    set_paused(state, subscription, "trial_end_without_payment_method")
    told(state, subscription, before)
    return True


def cancel(state: State, subscription: Object, due: int) -> None:
    """The planned end."""
    if subscription["status"] not in ENDED and subscription["cancel_at"] == due:
        end(state, subscription)


def give_up(state: State, subscription: Object, due: int) -> None:
    """No first payment in time."""
    if subscription["status"] == "incomplete" and subscription["created"] + INCOMPLETE_FOR == due:
        expire(state, subscription)


def trial_will_end(state: State, subscription: Object, due: int) -> None:
    """Three days before, or at once for shorter trials."""
    if subscription["status"] == "trialing" and subscription["trial_end"] - TOLD_BEFORE <= due:
        tell_of_trial_end(state, subscription)


def upcoming(state: State, subscription: Object, due: int) -> None:
    """A week before a renewal Stripe tells what it will be."""
    end = next_end(state, subscription)
    ends = subscription["cancel_at"] is not None and subscription["cancel_at"] <= end
    quiet = ends or subscription["pause_collection"] is not None
    if subscription["status"] in ("active", "past_due") and not quiet and end - 7 * DAY == due:
        emit_data(state, "invoice.upcoming", {"object": next_invoice(state, subscription)})


def collect_again(state: State, subscription: Object, due: int) -> None:
    """The end of a pause of collection."""
    pause = subscription["pause_collection"]
    if subscription["status"] not in ENDED and pause and pause["resumes_at"] == due:
        before = seen(state, subscription)
        state.edit(subscription)["pause_collection"] = None
        told(state, subscription, before)
