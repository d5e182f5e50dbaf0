"""What comes of a session that is paid: subscription, invoice, and the event that shops wait for."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.views import snapshot
from sandbox.checkout.session_items import items_of
from sandbox.checkout.session_totals import ordered, subscription_params
from sandbox.customers import customers
from sandbox.invoices.invoice_collection import paid
from sandbox.invoices.invoice_finalization import finalize
from sandbox.subscriptions.subscription_creation import begin
from sandbox.webhooks.events import emit


def finish(state: State, session: Object, customer: Object | None, intent: Object | None) -> None:
    """Completes a session; what was due is paid by then, or nothing was. The session is being edited."""
    answers = session["_"]["answers"]
    if session["mode"] == "subscription" and customer is not None:
        subscribe(state, session, customer, intent)
    elif session["mode"] == "payment":
        if customer is not None and session["invoice_creation"]["enabled"]:
            bill(state, session, customer, intent)
        else:
            count_discounts(state, session)
    if customer is not None:
        session["customer"] = customer["id"]
        tell_customer(state, session, customer, answers)
    session |= {
        "client_secret": None,
        "customer_details": details_of(session, customer, answers),
        "payment_status": payment_status(session, intent),
        "status": "complete",
        "url": None,
    }
    names = {name: answers[name] for name in ("business_name", "individual_name")}
    if answers.get("shipping") or any(names.values()):
        session["collected_information"] = names | {"shipping_details": answers.get("shipping")}
    state.table("checkout.session").reindex(session["id"])
    emit(state, "checkout.session.completed", session)


def payment_status(session: Object, intent: Object | None) -> str:
    """Paid, or nothing to pay today; what is only authorized is unpaid until it is captured."""
    if intent is None or intent["object"] == "setup_intent":
        return "no_payment_required"
    return "paid" if intent["status"] == "succeeded" else "unpaid"


def subscribe(state: State, session: Object, customer: Object, intent: Object | None) -> None:
    """The subscription, and its first invoice."""
    params = subscription_params(state, session)
    if intent is not None:
        params["default_payment_method"] = intent["payment_method"]
        if intent["object"] == "payment_intent":
            params["paid_with"] = intent["id"]
    subscription = begin(state, customer, params)
    session |= {"subscription": subscription["id"], "invoice": subscription["latest_invoice"]}
    show_redeemed(state, session, subscription)


def show_redeemed(state: State, session: Object, subscription: Object) -> None:
    """The discounts that there are now, in place of those that were only reckoned with."""
    redeemed = [snapshot(state, state.get("discount", id)) for id in subscription["discounts"]]
    by_coupon = {discount["source"]["coupon"]: discount for discount in redeemed}
    lists = [session["_"]["breakdown"]["discounts"]]
    lists += [state.edit(item)["_"]["discounts"] for item in items_of(state, session)]
    for one in [entry for entries in lists for entry in entries]:
        one["discount"] = by_coupon.get(one["discount"]["source"]["coupon"], one["discount"])


def bill(state: State, session: Object, customer: Object, intent: Object | None) -> None:
    """The invoice of an order, paid already."""
    data: dict[str, Any] = session["invoice_creation"]["invoice_data"]
    rendering = {"pdf": {"page_size": "auto"}, "template_version": None}
    invoice = ordered(
        state,
        session,
        customer,
        description=data["description"],
        footer=data["footer"],
        metadata=dict(data["metadata"]),
        rendering=rendering | {"amount_tax_display": None, "template": None} | (data["rendering_options"] or {}),
    )
    if data["custom_fields"]:
        invoice["custom_fields"] = data["custom_fields"]
    invoice["_"]["paid_with"] = intent["id"] if intent else None
    emit(state, "invoice.created", invoice)
    finalize(state, invoice)
    paid(state, state.edit(invoice), intent)
    session["invoice"] = invoice["id"]


def count_discounts(state: State, session: Object) -> None:
    """Coupons and codes that orders have used up."""
    for one in session["discounts"]:
        id = one["coupon"]
        if one["promotion_code"]:
            code = state.edit(state.get("promotion_code", one["promotion_code"]))
            code["times_redeemed"] += 1
            id = code["promotion"]["coupon"]
        state.edit(state.get("coupon", id))["times_redeemed"] += 1


def tell_customer(state: State, session: Object, customer: Object, answers: Object) -> None:
    """What a known customer lacked, and what the shop lets the page update."""
    allowed = session["_"].get("customer_update") or {}
    params: dict[str, Any] = {}
    if customer["email"] is None:
        params["email"] = answers["email"]
    if allowed.get("name") == "auto" and answers["name"]:
        params["name"] = answers["name"]
    if allowed.get("address") == "auto" and any(answers["address"].values()):
        params["address"] = answers["address"]
    if allowed.get("shipping") == "auto" and answers.get("shipping"):
        params["shipping"] = answers["shipping"] | {"phone": answers["phone"]}
    if params:
        customers.update(Call(state, "", {"id": customer["id"]}, params))


def details_of(session: Object, customer: Object | None, answers: Object) -> Object:
    """`customer_details` of a complete session; those in setup mode have no address."""
    setup = session["mode"] == "setup"
    return {
        "address": None if setup else answers["address"],
        "business_name": answers["business_name"],
        "email": answers["email"],
        "individual_name": answers["individual_name"],
        "name": answers["name"],
        "phone": answers["phone"],
        "tax_exempt": None if setup else customer["tax_exempt"] if customer else "none",
        "tax_ids": answers["tax_ids"],
    }
