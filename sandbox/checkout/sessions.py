"""Checkout Sessions (https://docs.stripe.com/api/checkout/sessions)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import ApiError, invalid
from sandbox.api.lists import page
from sandbox.checkout import session_ending
from sandbox.checkout.session_building import blank
from sandbox.checkout.session_items import check_for_mode, set_items
from sandbox.checkout.session_rules import check
from sandbox.checkout.session_totals import set_totals
from sandbox.payments import setup_intent_building
from sandbox.payments.payment_method_options import choose

FILTERS = ("customer", "payment_intent", "status", "subscription")


def create(call: Call) -> Object:
    """POST /v1/checkout/sessions"""
    state, params = call.state, call.params
    customer = call.find("customer", "customer")
    now = state.now_for(customer) if customer else state.now()
    check(params, now)
    check_discounts(state, params.get("discounts", []))
    session = blank(state, params, customer, now)
    state.table("checkout.session").add(session)
    if session["mode"] == "setup":
        add_setup(state, session, customer)
    else:
        add_lines(state, session, params)
    set_totals(state, session)
    state.at(session, session["expires_at"], "checkout.session.expire")
    return session


def check_discounts(state: State, given: list[dict[str, Any]]) -> None:
    """Each names one coupon or one promotion code that is there. Raises ApiError 400."""
    for place, one in enumerate(given):
        named = [name for name in ("coupon", "promotion_code") if one.get(name)]
        if len(named) != 1:
            raise invalid("You must give exactly one of coupon and promotion_code.", f"discounts[{place}]")
        state.find(named[0], one[named[0]], f"discounts[{place}][{named[0]}]")


def add_setup(state: State, session: Object, customer: Object | None) -> None:
    """The intent that a session in setup mode is about."""
    data = session["_"].get("setup_intent_data") or {}
    intent = setup_intent_building.build(
        state,
        customer,
        automatic_payment_methods=None,
        description=data.get("description"),
        metadata=merged({}, data.get("metadata", {})),
        payment_method_types=list(session["payment_method_types"]),
        _={"checkout": session["id"]},
    )
    choose(intent, session["payment_method_options"])
    session["setup_intent"] = intent["id"]
    session["_"]["intent"] = intent["id"]
    state.table("checkout.session").reindex(session["id"])


def add_lines(state: State, session: Object, params: dict[str, Any]) -> None:
    """What is sold. Raises ApiError 400."""
    if not params.get("line_items"):
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    set_items(state, session, params["line_items"], session["currency"])
    check_for_mode(state, session)
    first = state.table("item").oldest_first("session", session["id"])[0]
    session["currency"] = first["currency"]


def retrieve(call: Call) -> Object:
    """GET /v1/checkout/sessions/{session}"""
    return call.fetch("checkout.session", "session")


def update(call: Call) -> Object:
    """POST /v1/checkout/sessions/{session}: metadata at any time, the rest while it is open."""
    state, params = call.state, call.params
    session = state.edit(call.fetch("checkout.session", "session"))
    for name in ("collected_information", "line_items"):
        if name in params:
            check_changeable(session, name)
    if "metadata" in params:
        session["metadata"] = merged(session["metadata"], params["metadata"])
    shipping = (params.get("collected_information") or {}).get("shipping_details")
    if shipping:
        address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")) | shipping["address"]
        session["collected_information"] = {
            "business_name": None,
            "individual_name": None,
            "shipping_details": {"address": address, "name": shipping["name"]},
        }
    if "line_items" in params:
        if not params["line_items"]:
            raise invalid("A session needs at least one line item.", "line_items")
        set_items(state, session, params["line_items"], session["currency"])
        check_for_mode(state, session)
        set_totals(state, session)
    return session


def check_changeable(session: Object, name: str) -> None:
    """Servers change what the customer sees on embedded pages only. Raises ApiError 400."""
    if session["ui_mode"] not in ("embedded_page", "elements"):
        raise invalid(f"`{name}` can only be updated when `ui_mode` is `embedded_page` or `elements`.", name)
    if session["status"] != "open" or session["mode"] == "setup":
        raise invalid(
            f"`{name}` can only be updated while the Checkout Session is open; it has a status of"
            f" `{session['status']}`.",
            name,
        )


def expire(call: Call) -> Object:
    """POST /v1/checkout/sessions/{session}/expire"""
    session = call.fetch("checkout.session", "session")
    if session["status"] != "open":
        raise not_open(session)
    session_ending.expire(call.state, session)
    return session


def not_open(session: Object) -> ApiError:
    """Only open sessions expire."""
    return invalid(
        'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of'
        f" `{session['status']}`."
    )


def line_items(call: Call) -> Object:
    """GET /v1/checkout/sessions/{session}/line_items"""
    session = call.fetch("checkout.session", "session")
    return page(call, "item", index="session", value=session["id"], oldest_first=True)


def listing(call: Call) -> Object:
    """GET /v1/checkout/sessions"""
    params = call.params
    email = (params.get("customer_details") or {}).get("email")

    def matches(row: Object) -> bool:
        if email is not None and ((row["customer_details"] or {}).get("email") or "").lower() != email.lower():
            return False
        return all(row[name] == params[name] for name in FILTERS if name in params)

    for name in ("payment_intent", "subscription", "customer"):
        if params.get(name):
            return page(call, "checkout.session", index=name, value=params[name], where=matches)
    return page(call, "checkout.session", where=matches)
