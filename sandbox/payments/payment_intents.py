"""Payment intents (https://docs.stripe.com/api/payment_intents)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid, unsupported
from sandbox.api.lists import page
from sandbox.api.search import search
from sandbox.invoices.invoice_collection import follow
from sandbox.payments.balance_entries import book
from sandbox.payments.dispute_building import contest
from sandbox.payments.payment_confirmation import authorized, check_own, confirmed, method_given
from sandbox.payments.payment_intent_building import build, check_amount, end_intent
from sandbox.payments.payment_intent_parameters import SEARCH
from sandbox.payments.payment_intent_statuses import amount_to_capture, check_confirmable, check_open_to, unexpected
from sandbox.payments.payment_method_options import choose
from sandbox.payments.shipping import shipping_given
from sandbox.webhooks.events import emit

PLAIN = (
    "description", "receipt_email", "setup_future_usage", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip


def create(call: Call) -> Object:
    """POST /v1/payment_intents"""
    state, params = call.state, call.params
    check_amount(params["amount"], params["currency"])
    customer = call.find("customer", "customer")
    automatic = params.get("automatic_payment_methods") or {"enabled": True}
    fields: dict[str, Any] = call.given(*PLAIN, "capture_method", "confirmation_method")
    intent = build(
        state,
        params["amount"],
        params["currency"],
        customer,
        **({"capture_method": "automatic_async"} | fields | shipping_given(params)),
        automatic_payment_methods={"allow_redirects": "always"} | automatic if automatic["enabled"] else None,
        metadata=merged({}, params.get("metadata")),
        payment_method_types=["card", "link"] if automatic["enabled"] else ["card"],
    )
    choose(intent, params.get("payment_method_options"))
    if not params.get("confirm"):
        for name in ("off_session", "return_url", "error_on_requires_action"):
            if params.get(name):
                raise invalid(f"You cannot set `{name}` when `confirm` is not true.", name)
    method = method_given(call, intent)
    if method is not None:
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
    if params.get("confirm"):
        return confirmed(call, intent)
    return intent


def retrieve(call: Call) -> Object:
    """GET /v1/payment_intents/{intent}"""
    return authorized(call, call.fetch("payment_intent", "intent"))


def update(call: Call) -> Object:
    """POST /v1/payment_intents/{intent}"""
    state, params = call.state, call.params
    intent = state.edit(call.fetch("payment_intent", "intent"))
    check_open_to(intent, params)
    customer = call.find("customer", "customer")
    if customer:
        intent["customer"] = customer["id"]
        state.table("payment_intent").reindex(intent["id"])
    intent |= call.given(*PLAIN, "amount", "currency", "capture_method") | shipping_given(params)
    check_amount(intent["amount"], intent["currency"])
    choose(intent, params.get("payment_method_options"))
    if "metadata" in params:
        intent["metadata"] = merged(intent["metadata"], params["metadata"])
    method = method_given(call, intent)
    if method is not None:
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
        intent["next_action"] = None
    return intent


def confirm(call: Call) -> Object:
    """POST /v1/payment_intents/{intent}/confirm"""
    state, params = call.state, call.params
    intent = state.edit(authorized(call, call.fetch("payment_intent", "intent")))
    check_confirmable(call, intent)
    check_own(intent, "confirm")
    intent |= call.given("capture_method", "receipt_email", "setup_future_usage") | shipping_given(params)
    choose(intent, params.get("payment_method_options"))
    method = method_given(call, intent)
    if method is not None:
        intent["payment_method"] = method["id"]
    return confirmed(call, intent)


def capture(call: Call) -> Object:
    """POST /v1/payment_intents/{intent}/capture: what is not captured is released."""
    state, params = call.state, call.params
    intent = state.edit(call.fetch("payment_intent", "intent"))
    amount = amount_to_capture(intent, params.get("amount_to_capture"))
    if params.get("final_capture") is False:
        raise unsupported("capturing a payment in several parts", "final_capture")
    charge = state.edit(state.get("charge", intent["latest_charge"]))
    charge |= {"captured": True, "amount_captured": amount, "amount_refunded": charge["amount"] - amount}
    descriptors = call.given("statement_descriptor", "statement_descriptor_suffix")
    charge |= descriptors
    book(state, charge)
    if "metadata" in params:
        intent["metadata"] = merged(intent["metadata"], params["metadata"])
    intent |= descriptors | {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    emit(state, "charge.captured", charge)
    contest(state, charge)
    emit(state, "payment_intent.succeeded", intent)
    follow(state, intent, None)
    return intent


def cancel(call: Call) -> Object:
    """POST /v1/payment_intents/{intent}/cancel"""
    state = call.state
    intent = authorized(call, call.fetch("payment_intent", "intent"))
    if intent["status"] in ("succeeded", "canceled"):
        raise unexpected(
            intent,
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent"
            " with one of the following statuses may be canceled: requires_payment_method, requires_capture,"
            " requires_reauthorization, requires_confirmation, requires_action, expired, processing.",
        )
    if intent["status"] != "requires_capture":
        check_own(intent, "cancel")
    if state.table("invoice_payment").keys("payment_intent", intent["id"]):
        raise invalid(
            "You cannot cancel a PaymentIntent that is used by an invoice. Void the invoice instead.",
            code="payment_intent_unexpected_state",
        )
    end_intent(state, intent, call.params.get("cancellation_reason"))
    return intent


def listing(call: Call) -> Object:
    """GET /v1/payment_intents"""
    customer = call.params.get("customer")
    if customer:
        return page(call, "payment_intent", index="customer", value=customer)
    return page(call, "payment_intent")


def find(call: Call) -> Object:
    """GET /v1/payment_intents/search"""
    return search(call, "payment_intent", SEARCH)
