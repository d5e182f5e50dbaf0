"""Which fields can be expanded: references by the kind they point to, and what is only there when asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.lists import whole
from sandbox.api.views import nested, public, view
from sandbox.catalogue.price_currencies import currency_options


@dataclass(frozen=True)
class Included:
    """A field that is absent unless it is expanded; `within` is the kind of what it holds, if any.

    When there is nothing to show, a nullable one is null and another is still absent.
    """

    make: Callable[[State, Object], object]
    within: str = ""
    nullable: bool = False


def payments(state: State, invoice: Object) -> Object:
    """The InvoicePayments of an invoice."""
    rows = state.table("invoice_payment").shown("invoice", invoice["id"])
    return nested("/v1/invoices/payments", [public(row) for row in rows], total=False)


def confirmation_secret(state: State, invoice: Object) -> Object | None:
    """The client secret of the intent that pays a finalized invoice."""
    for payment in state.table("invoice_payment").newest_first("invoice", invoice["id"]):
        if payment["is_default"]:
            intent = state.get("payment_intent", payment["payment"]["payment_intent"])
            return {"client_secret": intent["client_secret"], "type": "payment_intent"}
    return None


def customer_subscriptions(state: State, customer: Object) -> Object:
    """Those that have not ended."""
    rows = state.table("subscription").newest_first("customer", customer["id"])
    going = [view(state, row) for row in rows if row["status"] not in ("canceled", "incomplete_expired")]
    return nested(f"/v1/customers/{customer['id']}/subscriptions", going)


def customer_tax_ids(state: State, customer: Object) -> Object:
    """The tax ids of a customer."""
    rows = [view(state, row) for row in state.table("tax_id").newest_first("customer", customer["id"])]
    return nested(f"/v1/customers/{customer['id']}/tax_ids", rows)


def customer_tax(state: State, customer: Object) -> Object:
    """Where the customer is, for Stripe Tax; unknown here."""
    return {"automatic_tax": "unrecognized_location", "ip_address": None, "location": None, "provider": "stripe"}


def refunds(state: State, charge: Object) -> Object:
    """The refunds of a charge."""
    rows = [view(state, row) for row in state.table("refund").newest_first("charge", charge["id"])]
    return nested(f"/v1/charges/{charge['id']}/refunds", rows)


def line_items(state: State, session: Object) -> Object:
    """What a Checkout Session sells."""
    rows = state.table("item").oldest_first("session", session["id"])
    shown = [view(state, row) for row in rows]
    return nested(f"/v1/checkout/sessions/{session['id']}/line_items", shown, total=False)


def hidden(name: str) -> Callable[[State, Object], object]:
    """A value that is kept with the row, hidden."""

    def make(state: State, shown: Object) -> object:
        return state.get(shown["object"], shown["id"]).get("_", {}).get(name)

    return make


Target = str | Included

# Files are not built, so that none of these ever holds one.
EVIDENCE_FILES: dict[str, Target] = dict.fromkeys(
    (
        "evidence.cancellation_policy", "evidence.customer_communication", "evidence.customer_signature",
        "evidence.duplicate_charge_documentation", "evidence.receipt", "evidence.refund_policy",
        "evidence.service_documentation", "evidence.shipping_documentation", "evidence.uncategorized_file",
    ),
    "",
)  # fmt: skip

EXPANDABLE: dict[str, dict[str, Target]] = {
    "balance_transaction": {"source": "charge refund dispute"},
    "billing_portal.configuration": {"application": ""},
    "billing_portal.session": {"configuration": "billing_portal.configuration"},
    "charge": {
        "application": "",
        "application_fee": "",
        "balance_transaction": "balance_transaction",
        "customer": "customer",
        "dispute": "dispute",
        "failure_balance_transaction": "balance_transaction",
        "on_behalf_of": "",
        "payment_intent": "payment_intent",
        "refunds": Included(refunds, "refund"),
        "review": "",
        "source_transfer": "",
        "transfer": "",
        "transfer_data.destination": "",
    },
    "checkout.session": {
        "customer": "customer",
        "discounts.coupon": "coupon",
        "discounts.promotion_code": "promotion_code",
        "invoice": "invoice",
        "line_items": Included(line_items, "item"),
        "payment_intent": "payment_intent",
        "payment_link": "",
        "setup_intent": "setup_intent",
        "subscription": "subscription",
        "total_details.breakdown": Included(hidden("breakdown")),
    },
    "coupon": {"applies_to": Included(hidden("applies_to")), "currency_options": Included(hidden("currency_options"))},
    "credit_note": {
        "customer": "customer",
        "customer_balance_transaction": "customer_balance_transaction",
        "discount_amounts.discount": "discount",
        "invoice": "invoice",
        "lines": "credit_note_line_item",
        "pretax_credit_amounts.discount": "discount",
        "refunds.refund": "refund",
    },
    "credit_note_line_item": {
        "discount_amounts.discount": "discount",
        "pretax_credit_amounts.discount": "discount",
    },
    "customer": {
        "address": "",
        "default_source": "",
        "discount": "",
        "invoice_credit_balance": Included(lambda state, customer: {}),
        "invoice_settings.default_payment_method": "payment_method",
        "sources": Included(lambda state, customer: whole(f"/v1/customers/{customer['id']}/sources", [])),
        "subscriptions": Included(customer_subscriptions, "subscription"),
        "tax": Included(customer_tax),
        "tax_ids": Included(customer_tax_ids, "tax_id"),
        "test_clock": "test_helpers.test_clock",
    },
    "customer_balance_transaction": {
        "credit_note": "credit_note",
        "customer": "customer",
        "invoice": "invoice",
    },
    "customer_session": {"customer": "customer"},
    "discount": {"customer": "customer", "promotion_code": "promotion_code", "source.coupon": "coupon"},
    "dispute": EVIDENCE_FILES | {"charge": "charge", "payment_intent": "payment_intent"},
    "entitlements.active_entitlement": {"feature": "entitlements.feature"},
    "entitlements.feature": {},
    "event": {},
    "invoice": {
        "account_tax_ids": "tax_id",
        "confirmation_secret": Included(confirmation_secret, nullable=True),
        "customer": "customer",
        "default_payment_method": "payment_method",
        "discounts": "discount",
        "from_invoice.invoice": "invoice",
        "latest_revision": "invoice",
        "lines": "line_item",
        "parent.subscription_details.subscription": "subscription",
        "payments": Included(payments, "invoice_payment"),
        "test_clock": "test_helpers.test_clock",
        "total_discount_amounts.discount": "discount",
        "total_pretax_credit_amounts.discount": "discount",
    },
    "invoice_payment": {"invoice": "invoice", "payment.payment_intent": "payment_intent"},
    "invoiceitem": {
        "customer": "customer",
        "discounts": "discount",
        "invoice": "invoice",
        "pricing.price_details.price": "price",
        "test_clock": "test_helpers.test_clock",
    },
    "item": {"discounts": Included(hidden("discounts")), "price": "price", "taxes": Included(hidden("taxes"))},
    "line_item": {
        "discount_amounts.discount": "discount",
        "discounts": "discount",
        "pricing.price_details.price": "price",
        "subscription": "subscription",
    },
    "payment_intent": {
        "application": "",
        "customer": "customer",
        "latest_charge": "charge",
        "on_behalf_of": "",
        "payment_method": "payment_method",
        "review": "",
        "transfer_data.destination": "",
    },
    "payment_method": {"customer": "customer"},
    "plan": {"product": "product"},
    "price": {
        "currency_options": Included(currency_options),
        "product": "product",
        "tiers": Included(hidden("tiers")),
    },
    "product": {"default_price": "price"},
    "product_feature": {"entitlement_feature": "entitlements.feature"},
    "promotion_code": {"customer": "customer", "promotion": "", "promotion.coupon": "coupon"},
    "refund": {
        "balance_transaction": "balance_transaction",
        "charge": "charge",
        "customer": "customer",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
        "payment_method": "payment_method",
        "source_transfer_reversal": "",
        "transfer_reversal": "",
    },
    "setup_attempt": {
        "application": "",
        "customer": "customer",
        "on_behalf_of": "",
        "payment_method": "payment_method",
        "setup_intent": "setup_intent",
    },
    "setup_intent": {
        "application": "",
        "customer": "customer",
        "latest_attempt": "setup_attempt",
        "mandate": "",
        "on_behalf_of": "",
        "payment_method": "payment_method",
        "single_use_mandate": "",
    },
    "subscription": {
        "customer": "customer",
        "default_payment_method": "payment_method",
        "default_source": "",
        "discounts": "discount",
        "items": "subscription_item",
        "latest_invoice": "invoice",
        "pending_setup_intent": "setup_intent",
        "schedule": "subscription_schedule",
        "test_clock": "test_helpers.test_clock",
    },
    "subscription_item": {"discounts": "discount", "plan": "plan", "price": "price"},
    "subscription_schedule": {
        "customer": "customer",
        "default_settings.default_payment_method": "payment_method",
        "phases.add_invoice_items.price": "price",
        "phases.default_payment_method": "payment_method",
        "phases.discounts.coupon": "coupon",
        "phases.discounts.discount": "discount",
        "phases.discounts.promotion_code": "promotion_code",
        "phases.items.plan": "",
        "phases.items.price": "price",
        "subscription": "subscription",
        "test_clock": "test_helpers.test_clock",
    },
    "tax_id": {"customer": "customer", "owner.customer": "customer"},
    "tax_rate": {},
    "test_helpers.test_clock": {},
    "webhook_endpoint": {},
}
LISTS = {("subscription", "items"), ("invoice", "lines"), ("credit_note", "lines")}
EMBEDDED = LISTS | {
    ("item", "price"),
    ("product_feature", "entitlement_feature"),
    ("subscription_item", "plan"),
    ("subscription_item", "price"),
}
