"""What requests may set on an invoice."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import invalid
from sandbox.catalogue.discounts import resolve
from sandbox.invoices.invoice_building import HOUR
from sandbox.subscriptions.subscription_description import checked_method
from sandbox.taxes.taxation import rates_given
from sandbox.timing.periods import DAY

PLAIN = ("description", "footer", "number", "shipping_details", "statement_descriptor")


def currency_for(
    state: State, params: dict[str, Any], customer: Object, subscription: Object | None, *, includes: bool
) -> str:
    """The given one, the subscription's, that of what is pending, the customer's, or dollars."""
    if params.get("currency"):
        currency: str = params["currency"]
        return currency
    if subscription is not None:
        return str(subscription["currency"])
    waiting = state.table("invoiceitem").oldest_first("pending", customer["id"]) if includes else []
    own = [item["currency"] for item in waiting]
    if customer["currency"] in own or not own:
        return customer["currency"] or "usd"
    return str(own[0])


def write(state: State, invoice: Object, params: dict[str, Any]) -> None:
    """Sets what was given on a draft. Raises ApiError 400."""
    customer = state.get("customer", invoice["customer"])
    for name in PLAIN:
        if name in params:
            invoice[name] = params[name]
    if "custom_fields" in params:
        invoice["custom_fields"] = params["custom_fields"] or None
    if "metadata" in params:
        invoice["metadata"] = merged(invoice["metadata"], params["metadata"])
    if "effective_at" in params:
        invoice["effective_at"] = params["effective_at"]
    if "default_payment_method" in params:
        invoice["default_payment_method"] = checked_method(state, customer, params["default_payment_method"])
    if "default_tax_rates" in params:
        invoice["default_tax_rates"] = rates_given(
            state, params["default_tax_rates"], "default_tax_rates", invoice["default_tax_rates"]
        )
    if "account_tax_ids" in params:
        invoice["account_tax_ids"] = account_tax_ids(state, params["account_tax_ids"]) or None
    if "rendering" in params:
        blank = {"amount_tax_display": None, "pdf": {"page_size": "auto"}, "template": None, "template_version": None}
        invoice["rendering"] = (invoice["rendering"] or blank) | params["rendering"]
    for name, value in (params.get("payment_settings") or {}).items():
        invoice["payment_settings"][name] = value or None
    if "discounts" in params:
        invoice["discounts"] = resolve(
            state,
            params["discounts"],
            customer,
            invoice["currency"],
            "discounts",
            invoice["discounts"],
            amount=sum(line["amount"] for line in state.table("line_item").oldest_first("invoice", invoice["id"])),
            invoice=invoice["id"],
        )
    set_collection(state, invoice, params)
    set_advance(state, invoice, params)


def account_tax_ids(state: State, ids: list[str]) -> list[str]:
    """Tax ids of the account itself. Raises ApiError 400 for those of customers."""
    for place, id in enumerate(ids):
        tax_id = state.find("tax_id", id, f"account_tax_ids[{place}]")
        if tax_id["owner"]["type"] != "self":
            raise invalid(f"The tax ID {id} does not belong to the account.", f"account_tax_ids[{place}]")
    return ids


def set_collection(state: State, invoice: Object, params: dict[str, Any]) -> None:
    """How the invoice is collected, and by when it is due."""
    method = params.get("collection_method", invoice["collection_method"])
    due, days = params.get("due_date"), params.get("days_until_due")
    if due is not None and days is not None:
        raise invalid("You may only specify one of these parameters: due_date, days_until_due.", "due_date")
    if method == "charge_automatically":
        if due is not None or days is not None:
            raise invalid(
                "You can only specify 'due_date' or 'days_until_due' if invoice collection method is 'send_invoice'."
            )
        invoice |= {"collection_method": method, "due_date": None}
        return
    if due is None and days is None and invoice["due_date"] is None:
        raise invalid(
            "If invoice collection method is 'send_invoice', you must specify 'due_date' or 'days_until_due'."
        )
    if due is not None and due < state.now_for(invoice):
        raise invalid("The due_date must be in the future.", "due_date")
    if due is not None or days is not None:
        invoice["due_date"] = due if due is not None else invoice["created"] + (days or 0) * DAY
        invoice["_"]["days_until_due"] = days
    invoice["collection_method"] = method


def set_advance(state: State, invoice: Object, params: dict[str, Any]) -> None:
    """Whether a draft goes on by itself, and when."""
    if "automatically_finalizes_at" in params:
        if params["automatically_finalizes_at"] <= state.now_for(invoice):
            raise invalid("The automatically_finalizes_at must be in the future.", "automatically_finalizes_at")
        invoice |= {"auto_advance": True, "automatically_finalizes_at": params["automatically_finalizes_at"]}
    elif "auto_advance" in params:
        invoice["auto_advance"] = params["auto_advance"]
        moment = max(state.now_for(invoice), invoice["created"] + HOUR) if params["auto_advance"] else None
        invoice["automatically_finalizes_at"] = moment if invoice["status"] == "draft" else None
    if invoice["status"] != "draft":
        return
    moment = invoice["automatically_finalizes_at"]
    charges = invoice["collection_method"] == "charge_automatically"
    invoice["next_payment_attempt"] = moment if charges else None
    if moment is not None:
        state.at(invoice, moment, "invoice.finalize")
