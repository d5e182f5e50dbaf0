"""Paying a session: the intent behind it, and what the bank says.

In every mode the money, or the card, comes first; subscription and invoice are made when that is through
(https://docs.stripe.com/changelog/basil/2025-03-31/checkout-legacy-subscription-upgrade).
"""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.checkout.session_answers import Unanswered
from sandbox.checkout.session_completion import finish
from sandbox.customers import customers
from sandbox.payments import payment_attempts, payment_intent_building, setup_intent_building
from sandbox.payments.cards import Decline
from sandbox.payments.payment_intent_building import end_intent
from sandbox.payments.payment_method_options import choose

PASSED_ON = (
    "capture_method", "description", "receipt_email", "setup_future_usage", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip


def needs_card(session: Object) -> bool:
    """Whether the customer has to give one: not where nothing is due and none is kept."""
    if session["mode"] == "setup":
        return True
    if session["mode"] == "payment":
        return bool(session["amount_total"])
    return bool(session["_"]["due"]) or session["payment_method_collection"] == "always"


def confirm(state: State, session: Object, answers: Object, method: Object | None, return_url: str) -> Decline | None:
    """One attempt. Afterwards the session is complete, or its intent waits for the bank, or there is a refusal."""
    session["_"]["answers"] = answers
    customer = customer_for(state, session, answers)
    if method is None:
        drop_intent(state, session)
        finish(state, session, customer, None)
        return None
    describe(state, session, method, answers)
    intent = intent_for(state, session, customer, answers)
    if intent["object"] == "payment_intent":
        decline = payment_attempts.attempt(state, intent, method, return_url=return_url)
    else:
        decline = setup_intent_building.attempt(state, intent, method, return_url)
    carry_on(state, session, intent)
    return decline


def carry_on(state: State, session: Object, intent: Object) -> None:
    """Completes a session whose intent is through."""
    if session["status"] == "open" and intent["status"] in ("succeeded", "requires_capture"):
        session = state.edit(session)
        finish(state, session, state.table("customer").get(intent["customer"]), intent)


def customer_for(state: State, session: Object, answers: Object) -> Object | None:
    """The shop's customer, the one made on an earlier attempt, or a new one; guests have none. Raises Unanswered."""
    id = session["customer"] or session["_"].get("customer")
    if id:
        if id not in state.table("customer").rows:
            raise Unanswered("email", "The customer of this session is not there any more. Go back to the shop.")
        return state.table("customer").get(id)
    invoiced = session["invoice_creation"] is not None and session["invoice_creation"]["enabled"]
    free = session["mode"] == "payment" and not session["amount_total"]
    if session["customer_creation"] != "always" and not invoiced and not free:
        return None
    params: dict[str, Any] = {"email": answers["email"], "name": answers["name"], "phone": answers["phone"]}
    params |= {name: answers[name] for name in ("business_name", "individual_name") if answers[name]}
    if any(answers["address"].values()):
        params["address"] = answers["address"]
    if answers.get("shipping"):
        params["shipping"] = answers["shipping"] | {"phone": answers["phone"]}
    if answers["tax_ids"]:
        params["tax_id_data"] = answers["tax_ids"]
    made = customers.create(Call(state, "", {}, params))
    session["_"]["customer"] = made["id"]
    return made


def describe(state: State, session: Object, method: Object, answers: Object) -> None:
    """What the page knows about the owner of a new card."""
    if method["customer"] is not None:
        return
    details = state.edit(method)["billing_details"]
    details |= {name: answers[name] for name in ("email", "name", "phone")}
    details["address"] |= {name: value for name, value in answers["address"].items() if value}
    keeps = session["mode"] != "payment" or (session["_"].get("payment_intent_data") or {}).get("setup_future_usage")
    chosen = (session["_"].get("payment_method_data") or {}).get("allow_redisplay")
    method["allow_redisplay"] = chosen or ("always" if answers["save_card"] else "limited" if keeps else "unspecified")


def intent_for(state: State, session: Object, customer: Object | None, answers: Object) -> Object:
    """The intent of the session, made at the first attempt, with the amount that is due now."""
    if session["mode"] == "setup":
        intent = state.edit(state.get("setup_intent", session["setup_intent"]))
        if customer is not None and intent["customer"] is None:
            intent["customer"] = customer["id"]
            state.table("setup_intent").reindex(intent["id"])
        return intent
    due = session["amount_total"] if session["mode"] == "payment" else session["_"]["due"]
    kind = "payment_intent" if due else "setup_intent"
    intent = state.table(kind).get(session["_"].get("intent")) or {}
    if intent:
        if due:
            state.edit(intent)["amount"] = due
        return intent
    drop_intent(state, session)
    hidden = {"checkout": session["id"]}
    if not due:
        made = setup_intent_building.build(state, customer, automatic_payment_methods=None, _=hidden)
    elif session["mode"] == "subscription":
        made = payment_intent_building.build(
            state,
            due,
            session["currency"],
            customer,
            description="Subscription creation",
            setup_future_usage="off_session",
            payment_method_types=list(session["payment_method_types"]),
            _=hidden,
        )
    else:
        made = payment_intent_building.build(
            state, due, session["currency"], customer, **order_fields(session, answers), _=hidden
        )
        session["payment_intent"] = made["id"]
    choose(made, session["payment_method_options"])
    session["_"]["intent"] = made["id"]
    state.table("checkout.session").reindex(session["id"])
    return made


def order_fields(session: Object, answers: Object) -> dict[str, Any]:
    """What the shop wants on the intent of an order."""
    data = session["_"].get("payment_intent_data") or {}
    fields: dict[str, Any] = {"capture_method": "automatic_async"}
    fields |= {name: data[name] for name in PASSED_ON if data.get(name)}
    fields["metadata"] = merged({}, data.get("metadata", {}))
    fields["payment_method_types"] = list(session["payment_method_types"])
    if answers["save_card"] and not fields.get("setup_future_usage"):
        fields["setup_future_usage"] = "on_session"
    shipping = data.get("shipping") or answers.get("shipping")
    if shipping:
        fields["shipping"] = {"carrier": None, "phone": answers["phone"], "tracking_number": None} | shipping
    return fields


def drop_intent(state: State, session: Object) -> None:
    """Calls an earlier attempt off, when something else is due now."""
    intent = state.table("payment_intent").get(session["_"].get("intent"))
    if intent is not None and intent["status"] not in ("succeeded", "canceled"):
        end_intent(state, intent, "abandoned")
