"""Invoices of subscriptions: the first one, renewals, and those of changes that are billed at once."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import snapshot
from sandbox.catalogue.discounts import applies, drop
from sandbox.invoices.invoice_building import complete, draft, sweep
from sandbox.invoices.invoice_collection import collect, method_for, paid
from sandbox.invoices.invoice_finalization import finalize
from sandbox.invoices.invoice_lines import add_item_line
from sandbox.payments.cards import Decline
from sandbox.subscriptions.proration import rounded_share
from sandbox.subscriptions.subscription_item_building import cycle_at, items_of
from sandbox.webhooks.events import emit, emit_update


def open_draft(state: State, subscription: Object, reason: str, *, auto_advance: bool) -> Object:
    """A draft that bills a subscription; lines come next."""
    customer = state.get("customer", subscription["customer"])
    settings = subscription["invoice_settings"]
    extra = {}
    if subscription["collection_method"] == "send_invoice":
        extra = {"days_until_due": subscription["days_until_due"] or 0}
    footer = settings.get("footer") or customer["invoice_settings"]["footer"]
    custom_fields = settings.get("custom_fields") or customer["invoice_settings"]["custom_fields"]
    invoice = draft(
        state,
        customer,
        reason=reason,
        currency=subscription["currency"],
        subscription=subscription,
        auto_advance=auto_advance,
        collection_method=subscription["collection_method"],
        custom_fields=custom_fields,
        default_tax_rates=list(subscription["default_tax_rates"]),
        description=settings.get("description"),
        footer=footer,
        discounts=list(subscription["discounts"]),
        statement_descriptor=descriptor(state, subscription),
        **extra,
    )
    state.edit(subscription)["latest_invoice"] = invoice["id"]
    return invoice


def descriptor(state: State, subscription: Object) -> str | None:
    """The statement descriptor of the first item's product, if it has one."""
    for item in items_of(state, subscription):
        product = state.get("product", state.get("price", item["price"])["product"])
        shown: str | None = product["statement_descriptor"]
        return shown
    return None


def add_periods(state: State, subscription: Object, invoice: Object, items: list[Object], *, free: bool) -> None:
    """The current period of each item, paid in advance."""
    for item in items:
        add_period(state, subscription, invoice, item, item["current_period_start"], item["current_period_end"], free)


def add_period(
    state: State, subscription: Object, invoice: Object, item: Object, start: int, end: int, free: bool = False
) -> None:
    """One period of an item; in proportion where it is only a part of a whole one."""
    row = add_item_line(state, invoice, item, start, end, free=free)
    state.edit(item)["_"].pop("debits", None)
    first, last = cycle_at(subscription, state.get("price", item["price"]), start)
    if not free and (start, end) != (first, last):
        row["amount"] = row["subtotal"] = rounded_share(row["amount"], end - start, last - first)


def close_draft(state: State, subscription: Object, invoice: Object) -> None:
    """Takes in what was pending, works out the totals and tells of the draft."""
    unbound = not invoice["_"].get("alone")
    sweep(state, invoice, state.get("customer", subscription["customer"]), subscription["id"], unbound=unbound)
    complete(state, invoice)
    emit(state, "invoice.created", invoice)


def bill_now(
    state: State, subscription: Object, invoice: Object, *, pay: bool, off_session: bool = False
) -> Decline | None:
    """Finalizes an invoice of a subscription at once and tries to have it paid."""
    finalize(state, invoice)
    if invoice["amount_due"] == 0:
        paid(state, state.edit(invoice), None)
        return None
    if not pay or invoice["collection_method"] == "send_invoice":
        return None
    return collect(state, invoice, method_for(state, invoice), off_session=off_session, automatic=False)


def forget_used_discounts(state: State, subscription: Object, moment: int) -> None:
    """Takes off discounts that were for one invoice and have been on it, or whose months are over."""
    for holder in (subscription, *items_of(state, subscription)):
        over = [id for id in holder["discounts"] if not applies(state, state.get("discount", id), moment)]
        if over:
            state.edit(holder)["discounts"] = [id for id in holder["discounts"] if id not in over]
            for id in over:
                drop(state, id)


def told(state: State, subscription: Object, before: Object) -> None:
    """Tells of a change of a subscription since a snapshot."""
    emit_update(state, "customer.subscription.updated", before, subscription)


def seen(state: State, subscription: Object) -> Object:
    """A snapshot to hold changes against."""
    return snapshot(state, subscription)
