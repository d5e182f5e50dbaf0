"""Customers (https://docs.stripe.com/api/customers)."""

import re
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid, no_such
from sandbox.api.expand import stub
from sandbox.api.lists import page
from sandbox.api.search import search
from sandbox.api.views import snapshot, view
from sandbox.customers.customer_balance import adjust
from sandbox.customers.customer_parameters import SEARCH
from sandbox.customers.tax_ids import add_tax_id
from sandbox.payments.payment_method_attachment import attach_token
from sandbox.subscriptions.subscription_ending import end_all
from sandbox.webhooks.events import emit, emit_update

PLAIN = (
    "address", "business_name", "description", "email", "individual_name", "invoice_prefix", "name",
    "next_invoice_sequence", "phone", "preferred_locales", "shipping", "tax_exempt",
)  # fmt: skip
OPTIONAL = ("business_name", "individual_name")


def create(call: Call) -> Object:
    """POST /v1/customers"""
    state, params = call.state, call.params
    if params.get("test_clock"):
        state.find("test_helpers.test_clock", params["test_clock"], "test_clock")
    customer = blank(state, params.get("test_clock"))
    state.table("customer").add(customer)
    write(state, customer, params)
    state.table("customer").reindex(customer["id"])
    emit(state, "customer.created", customer)
    if params.get("payment_method"):
        attach_token(state, params["payment_method"], customer, "payment_method")
    default = (params.get("invoice_settings") or {}).get("default_payment_method")
    if default:
        set_default_payment_method(state, customer, default)
    for tax_id in params.get("tax_id_data", []):
        add_tax_id(state, customer, tax_id)
    return customer


def blank(state: State, test_clock: str | None) -> Object:
    """The object with its defaults."""
    return {
        "id": state.new_id("customer"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": state.now(test_clock or ""),
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": state.token(8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": test_clock,
    }


def write(state: State, customer: Object, params: dict[str, Any]) -> None:
    """Sets the plain fields that were given."""
    for name in PLAIN:
        if name not in params:
            continue
        if params[name] is None and name in OPTIONAL:
            customer.pop(name, None)
        elif name == "invoice_prefix":
            customer[name] = prefix(state, params[name])
        elif name == "email":
            customer[name] = checked_email(params[name])
        elif name == "tax_exempt":
            customer[name] = params[name] or "none"
        else:
            customer[name] = params[name]
    if "balance" in params:
        adjust(state, customer, params["balance"] - customer["balance"], "adjustment")
    if "metadata" in params:
        customer["metadata"] = merged(customer["metadata"], params["metadata"])
    settings = params.get("invoice_settings") or {}
    for name in ("custom_fields", "footer", "rendering_options"):
        if name in settings:
            customer["invoice_settings"][name] = settings[name] or None


def prefix(state: State, given: str | None) -> str:
    """What the customer's invoice numbers begin with; "" asks for a new one. Raises ApiError 400."""
    if given is None:
        return state.token(8).upper()
    if not re.fullmatch("[A-Z0-9]{3,12}", given):
        raise invalid("Invoice prefixes have 3 to 12 uppercase letters or digits.", "invoice_prefix")
    return given


def checked_email(email: str | None) -> str | None:
    """An address in a plausible form. Raises ApiError 400."""
    if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise invalid(f"Invalid email address: {email}", "email", "email_invalid")
    return email


def set_default_payment_method(state: State, customer: Object, id: str | None) -> None:
    """The payment method must be attached to this customer."""
    if id is not None:
        method = state.table("payment_method").get(id)
        if method is None:
            raise no_such("payment_method", id, "invoice_settings[default_payment_method]")
        if method["customer"] != customer["id"]:
            raise invalid(
                f"The customer does not have a payment method with the ID {id}. The payment method must be attached to"
                " the customer.",
                "invoice_settings[default_payment_method]",
                "resource_missing",
            )
    customer["invoice_settings"]["default_payment_method"] = id


def retrieve(call: Call) -> Object:
    """GET /v1/customers/{id}: a deleted one is still there, as a stub."""
    gone = call.state.table("customer").gone.get(call.ids["id"])
    return stub("customer", gone) if gone else call.fetch("customer", "id")


def update(call: Call) -> Object:
    """POST /v1/customers/{id}"""
    state, params = call.state, call.params
    customer = state.edit(call.fetch("customer", "id"))
    before = snapshot(state, customer)
    write(state, customer, params)
    settings = params.get("invoice_settings") or {}
    if "default_payment_method" in settings:
        set_default_payment_method(state, customer, settings["default_payment_method"])
    if before["email"] != customer["email"]:
        state.table("customer").reindex(customer["id"])
    emit_update(state, "customer.updated", before, customer)
    return customer


def delete(call: Call) -> Object:
    """DELETE /v1/customers/{id}: ends its subscriptions and detaches its payment methods."""
    state = call.state
    customer = call.fetch("customer", "id")
    end_all(state, customer)
    for item in state.table("invoiceitem").oldest_first("pending", customer["id"]):
        state.table("invoiceitem").remove(item["id"])
    for method in state.table("payment_method").oldest_first("customer", customer["id"]):
        state.edit(method)["customer"] = None
        method.setdefault("_", {})["used"] = True
        state.table("payment_method").reindex(method["id"])
    for invoice in state.table("invoice").oldest_first("customer", customer["id"]):
        if invoice["status"] in ("draft", "open"):
            before = snapshot(state, invoice)
            state.edit(invoice).update(auto_advance=False, automatically_finalizes_at=None, next_payment_attempt=None)
            emit_update(state, "invoice.updated", before, invoice)
    emit(state, "customer.deleted", customer)
    state.table("customer").remove(customer["id"])
    return stub("customer", customer)


def listing(call: Call) -> Object:
    """GET /v1/customers"""
    email, clock = call.params.get("email"), call.params.get("test_clock")
    if email:
        return page(call, "customer", index="email", value=email, where=lambda row: row["test_clock"] == clock)
    if clock:
        return page(call, "customer", index="test_clock", value=clock)
    return page(call, "customer", where=lambda row: row["test_clock"] is None)


def find(call: Call) -> Object:
    """GET /v1/customers/search"""
    return search(call, "customer", SEARCH)


def payment_methods(call: Call) -> Object:
    """GET /v1/customers/{customer}/payment_methods"""
    customer = call.fetch("customer", "customer")
    wanted, redisplay = call.params.get("type"), call.params.get("allow_redisplay")
    return page(
        call,
        "payment_method",
        index="customer",
        value=customer["id"],
        where=lambda row: (
            row["type"] == (wanted or row["type"]) and (redisplay or row["allow_redisplay"]) == row["allow_redisplay"]
        ),
    )


def payment_method(call: Call) -> Object:
    """GET /v1/customers/{customer}/payment_methods/{payment_method}"""
    customer, method = call.fetch("customer", "customer"), call.fetch("payment_method", "payment_method")
    if method["customer"] != customer["id"]:
        raise no_such("payment_method", method["id"], "payment_method", status=404)
    return view(call.state, method)


def delete_discount(call: Call) -> Object:
    """DELETE /v1/customers/{customer}/discount: only the dashboard of old put discounts on customers."""
    customer = call.fetch("customer", "customer")
    raise no_such("discount", customer["id"], "customer", status=404)
