"""Getting an invoice paid: by a card on file, by an intent that the customer confirms, by retries."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError
from sandbox.api.views import snapshot
from sandbox.customers.customer_balance import adjust
from sandbox.invoices.invoice_finalization import drop_intent, fit_payment, open_payment
from sandbox.payments.cards import Decline
from sandbox.payments.payment_attempts import attempt, declined
from sandbox.subscriptions.subscription_standing import after_failure, after_payment, subscription_of
from sandbox.timing.periods import DAY
from sandbox.webhooks.events import emit, emit_update

REQUIRES_ACTION = (
    "This payment requires additional user action before it can be completed successfully. Payment can be completed"
    " using the PaymentIntent associated with the invoice. For more details see:"
    " https://stripe.com/docs/billing/subscriptions/overview#requires-action"
)
NO_METHOD = (
    "Cannot charge customer {customer} because they have no active payment source or default payment method. Please"
    " consider adding a default payment method. For more information, visit"
    " https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority."
)


def method_for(state: State, invoice: Object) -> Object | None:
    """The payment method by Stripe's order: the invoice's, the subscription's, the customer's default."""
    subscription = subscription_of(state, invoice)
    customer = state.get("customer", invoice["customer"])
    for id in (
        invoice["default_payment_method"],
        subscription["default_payment_method"] if subscription else None,
        customer["invoice_settings"]["default_payment_method"],
    ):
        method = state.table("payment_method").get(id)
        if method is not None and method["customer"] == customer["id"]:
            return method
    return None


def collect(
    state: State,
    invoice: Object,
    method: Object | None,
    *,
    off_session: bool,
    automatic: bool,
    return_url: str | None = None,
) -> Decline | None:
    """Tries to pay an open invoice; its status tells how that went.

    `automatic` tries count for the retry schedule; a bank's question leaves the invoice open, and leads back to
    `return_url`.
    """
    invoice = state.edit(invoice)
    payment = open_payment(state, invoice)
    if payment is None:
        paid(state, invoice, None)
        return None
    if method is None:
        failed(state, invoice, automatic=automatic)
        return None
    intent = state.get("payment_intent", payment["payment"]["payment_intent"])
    decline = None
    if intent["status"] != "succeeded":
        decline = attempt(state, intent, method, off_session=off_session, return_url=return_url)
    carry_on(state, invoice, intent, decline, automatic=automatic, off_session=off_session)
    return decline


def follow(state: State, intent: Object, decline: Decline | None) -> None:
    """What the outcome of an intent that was confirmed directly means for its invoice, if it has one."""
    for payment in state.table("invoice_payment").oldest_first("payment_intent", intent["id"]):
        invoice = state.edit(state.get("invoice", payment["invoice"]))
        if payment["status"] != "open" or invoice["status"] not in ("open", "uncollectible"):
            continue
        if payment["is_default"]:
            carry_on(state, invoice, intent, decline, automatic=False, off_session=False)
        elif intent["status"] == "succeeded":
            credit_payment(state, invoice, payment, intent)


def carry_on(
    state: State, invoice: Object, intent: Object, decline: Decline | None, *, automatic: bool, off_session: bool
) -> None:
    """Brings an invoice in line with its intent."""
    if intent["status"] == "succeeded":
        paid(state, invoice, intent)
    elif intent["status"] == "requires_action":
        before = snapshot(state, invoice)
        invoice["attempted"] = True
        if automatic:
            invoice["attempt_count"] += 1
        emit_update(state, "invoice.updated", before, invoice)
        emit(state, "invoice.payment_action_required", invoice)
        if off_session:
            emit(state, "invoice.payment_failed", invoice)
            after_failure(state, invoice)
    elif decline is not None:
        failed(state, invoice, automatic=automatic)


def paid(state: State, invoice: Object, intent: Object | None) -> None:
    """Closes an invoice as paid, by its default payment's intent or because nothing remains to be paid."""
    before = snapshot(state, invoice)
    if intent is not None:
        payment = open_payment(state, invoice)
        if payment is None:
            raise AssertionError("an intent pays an invoice once")
        count_payment(state, invoice, payment, intent["amount_received"])
    close(state, invoice, intent, before, attempted=True)


def count_payment(state: State, invoice: Object, payment: Object, amount: int) -> None:
    """Puts what was paid against what remains."""
    if invoice["attempt_count"] == 0:
        invoice["attempt_count"] = 1
    invoice["attempted"] = True
    invoice["amount_paid"] += amount
    invoice["amount_remaining"] -= amount
    state.edit(payment).update(amount_paid=amount, status="paid")
    payment["status_transitions"]["paid_at"] = state.now_for(invoice)
    emit(state, "invoice_payment.paid", payment)


def credit_payment(state: State, invoice: Object, payment: Object, intent: Object) -> None:
    """An attached payment went through; more than what remains becomes the customer's balance.

    https://docs.stripe.com/invoicing/partial-payments
    """
    before = snapshot(state, invoice)
    amount = min(intent["amount_received"], invoice["amount_remaining"])
    over = intent["amount_received"] - amount
    count_payment(state, invoice, payment, amount)
    if over:
        customer = state.edit(state.get("customer", invoice["customer"]))
        was = snapshot(state, customer)
        invoice["amount_overpaid"] += over
        about = {"currency": invoice["currency"], "invoice": invoice["id"]}
        adjust(state, customer, -over, "invoice_overpaid", **about)
        emit_update(state, "customer.updated", was, customer)
        emit(state, "invoice.overpaid", invoice)
    if invoice["amount_remaining"]:
        fit_payment(state, invoice)
        emit_update(state, "invoice.updated", before, invoice)
        return
    drop_intent(state, invoice)
    close(state, invoice, intent, before, attempted=True)


def close(state: State, invoice: Object, intent: Object | None, before: Object, *, attempted: bool) -> None:
    """Paid: told, and carried on to the subscription."""
    invoice |= {"status": "paid", "auto_advance": False, "next_payment_attempt": None}
    invoice["attempted"] = invoice["attempted"] or attempted
    invoice["status_transitions"]["paid_at"] = state.now_for(invoice)
    emit_update(state, "invoice.updated", before, invoice)
    emit(state, "invoice.paid", invoice)
    emit(state, "invoice.payment_succeeded", invoice)
    after_payment(state, invoice, intent["payment_method"] if intent else None)


def pay_out_of_band(state: State, invoice: Object) -> None:
    """Closes an invoice that was paid elsewhere, in cash for instance."""
    before = snapshot(state, invoice)
    drop_intent(state, invoice)
    invoice |= {"amount_paid": invoice["amount_due"], "amount_remaining": 0}
    close(state, invoice, None, before, attempted=False)


def failed(state: State, invoice: Object, *, automatic: bool) -> None:
    """A try that did not work: counted, told, and planned again as the retry schedule says.

    Tries by hand count only as the first one.
    """
    before = snapshot(state, invoice)
    counts = automatic or invoice["attempt_count"] == 0
    invoice["attempted"] = True
    if counts:
        invoice["attempt_count"] += 1
    subscription = subscription_of(state, invoice)
    waiting = subscription is not None and subscription["status"] == "incomplete"
    last = plan_retry(state, invoice) if counts and not waiting else False
    emit_update(state, "invoice.updated", before, invoice)
    emit(state, "invoice.payment_failed", invoice)
    after_failure(state, invoice, final=last)


def plan_retry(state: State, invoice: Object) -> bool:
    """Sets the next try; true when there is none left."""
    days = state.rules.retry_days
    tries = invoice["attempt_count"] - 1
    if not invoice["auto_advance"] or invoice["collection_method"] != "charge_automatically":
        return False
    if tries >= len(days):
        invoice["next_payment_attempt"] = None
        return True
    invoice["next_payment_attempt"] = state.now_for(invoice) + days[tries] * DAY
    state.at(invoice, invoice["next_payment_attempt"], "invoice.retry")
    return False


def refusal(state: State, invoice: Object, decline: Decline | None) -> ApiError | None:
    """Why a request to pay did not lead to a paid invoice, or None when it did."""
    if invoice["status"] == "paid":
        return None
    payment = open_payment(state, invoice)
    if payment is None:
        raise AssertionError("an unpaid invoice has an open payment")
    intent = state.get("payment_intent", payment["payment"]["payment_intent"])
    if decline is not None:
        return declined(state, intent, decline)
    if intent["status"] == "requires_action":
        return ApiError(
            402, REQUIRES_ACTION, type="card_error", code="invoice_payment_intent_requires_action", keeps=True
        )
    return ApiError(400, NO_METHOD.format(customer=invoice["customer"]), code="resource_missing", keeps=True)
