"""Revisions (https://docs.stripe.com/invoicing/invoice-edits): a finalized invoice made anew as a draft."""

from sandbox.account.objects import Object, clone
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import invalid
from sandbox.catalogue.discounts import resolve
from sandbox.invoices.invoice_building import complete, draft
from sandbox.invoices.invoice_item_building import make
from sandbox.invoices.invoice_lines import add_invoice_item_line
from sandbox.invoices.invoice_writing import write
from sandbox.webhooks.events import emit

KEPT = (
    "account_tax_ids",
    "collection_method",
    "custom_fields",
    "default_payment_method",
    "default_tax_rates",
    "description",
    "footer",
    "metadata",
    "payment_settings",
    "period_end",
    "period_start",
    "rendering",
    "shipping_details",
    "statement_descriptor",
)


def revise(call: Call) -> Object:
    """A draft with what is on a finalized invoice, which is void once the draft is final. Raises ApiError 400."""
    state, params = call.state, call.params
    original = state.find("invoice", params["from_invoice"]["invoice"], "from_invoice[invoice]")
    if params.get("customer") not in (None, original["customer"]):
        raise invalid("A revision has the customer of the invoice that it revises.", "customer")
    for name in ("currency", "subscription", "pending_invoice_items_behavior"):
        if name in params:
            raise invalid(f"You cannot set {name} on a revision.", name)
    invoice = clone_as_draft(state, original)
    write(state, invoice, params)
    complete(state, invoice)
    emit(state, "invoice.created", invoice)
    return invoice


def clone_as_draft(state: State, original: Object) -> Object:
    """The draft, without credit notes and without what is pending. Raises ApiError 400."""
    if original["parent"] is not None:
        raise invalid("You can't revise invoices that are attached to subscriptions.", "from_invoice[invoice]")
    if original["status"] not in ("open", "uncollectible"):
        raise invalid(
            f"You can only revise an invoice that is open or uncollectible. This invoice is {original['status']}.",
            "from_invoice[invoice]",
        )
    customer = state.get("customer", original["customer"])
    kept = clone({name: original[name] for name in KEPT})
    invoice = draft(
        state,
        customer,
        reason="manual",
        currency=original["currency"],
        days_until_due=original["_"]["days_until_due"],
        from_invoice={"action": "revision", "invoice": original["id"]},
        **kept,
    )
    if invoice["due_date"] is None:
        invoice["due_date"] = original["due_date"]
    for line in state.table("line_item").oldest_first("invoice", original["id"]):
        item = make(
            state,
            customer,
            amount=line["amount"],
            currency=line["currency"],
            description=line["description"],
            discountable=line["discountable"],
            period=dict(line["period"]),
            pricing=line["pricing"],
            quantity=line["quantity"],
            tax_rates=list(line["_"]["tax_rates"]),
        )
        item |= {"metadata": dict(line["metadata"]), "quantity_decimal": line["quantity_decimal"]}
        item["discounts"] = taken_over(state, line["discounts"], customer, line["currency"], invoice_item=item["id"])
        copy = add_invoice_item_line(state, invoice, item)
        copy["_"]["rank"] = list(line["_"]["rank"])
        if line["_"].get("tax_amounts"):
            copy["_"]["tax_amounts"] = [dict(tax) for tax in line["_"]["tax_amounts"]]
    invoice["discounts"] = taken_over(
        state, original["discounts"], customer, original["currency"], invoice=invoice["id"]
    )
    return invoice


def taken_over(state: State, ids: list[str], customer: Object, currency: str, **owner: str) -> list[str]:
    """Copies of discounts that were used on the original."""
    given = [{"discount": id} for id in ids]
    return resolve(state, given, customer, currency, "discounts", (), None, **owner)
