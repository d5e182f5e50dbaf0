"""Subscriptions (https://docs.stripe.com/api/subscriptions)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import invalid, no_such
from sandbox.api.lists import page
from sandbox.api.search import search
from sandbox.catalogue.discounts import drop
from sandbox.subscriptions.schedule_ending import schedule_of
from sandbox.subscriptions.schedule_following import follow
from sandbox.subscriptions.subscription_billing import seen, told
from sandbox.subscriptions.subscription_creation import begin
from sandbox.subscriptions.subscription_ending import already_ended, cancel_now
from sandbox.subscriptions.subscription_item_building import items_of
from sandbox.subscriptions.subscription_parameters import SEARCH
from sandbox.subscriptions.subscription_pausing import pause_now
from sandbox.subscriptions.subscription_resumption import resume_paused
from sandbox.subscriptions.subscription_standing import ENDED
from sandbox.subscriptions.subscription_update import change


def create(call: Call) -> Object:
    """POST /v1/subscriptions"""
    params = call.params
    customer = call.find("customer", "customer")
    if customer is None:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise invalid("pending_if_incomplete is only for updates of subscriptions.", "payment_behavior")
    if (params.get("billing_mode") or {}).get("type") == "classic":
        raise invalid("The sandbox bills in the flexible mode only, Stripe's default.", "billing_mode[type]")
    return begin(call.state, customer, params)


def retrieve(call: Call) -> Object:
    """GET /v1/subscriptions/{id}"""
    return call.fetch("subscription", "id")


def update(call: Call) -> Object:
    """POST /v1/subscriptions/{id}"""
    subscription = call.fetch("subscription", "id")
    check_unmanaged(call.state, subscription, call.params)
    change(call.state, subscription, call.params)
    follow(call.state, subscription)
    return subscription


def check_unmanaged(state: State, subscription: Object, params: dict[str, Any]) -> None:
    """A schedule alone says when its subscription ends. Raises ApiError 400."""
    schedule = schedule_of(state, subscription)
    if schedule is not None and params.keys() & {"cancel_at", "cancel_at_period_end"}:
        raise invalid(
            f"The subscription is managed by the subscription schedule `{schedule['id']}`, and updating any cancelation"
            " behavior directly is not allowed. Please update the schedule instead."
        )


def cancel(call: Call) -> Object:
    """DELETE /v1/subscriptions/{id}"""
    state, params = call.state, call.params
    subscription = call.fetch("subscription", "id")
    if subscription["status"] in ENDED:
        raise already_ended(subscription)
    state.edit(subscription)["cancellation_details"] |= params.get("cancellation_details") or {}
    cancel_now(state, subscription, prorate=bool(params.get("prorate")), invoice_now=bool(params.get("invoice_now")))
    return subscription


def pause(call: Call) -> Object:
    """POST /v1/subscriptions/{id}/pause: no service and no invoices until it is resumed."""
    return pause_now(call.state, call.fetch("subscription", "id"), call.params)


def resume(call: Call) -> Object:
    """POST /v1/subscriptions/{id}/resume: for those that are paused."""
    return resume_paused(call.state, call.fetch("subscription", "id"), call.params)


def delete_discount(call: Call) -> Object:
    """DELETE /v1/subscriptions/{id}/discount: takes off all discounts."""
    state = call.state
    subscription = call.fetch("subscription", "id")
    if not subscription["discounts"]:
        raise no_such("discount", subscription["id"], "id", status=404)
    before = seen(state, subscription)
    ids = subscription["discounts"]
    state.edit(subscription)["discounts"] = []
    for id in ids:
        drop(state, id)
    told(state, subscription, before)
    follow(state, subscription)
    last = state.get("discount", ids[-1])
    return {name: value for name, value in last.items() if name != "_"} | {"deleted": True}


def listing(call: Call) -> Object:
    """GET /v1/subscriptions: without the canceled ones unless asked for."""
    state, params = call.state, call.params
    status, clock = params.get("status"), params.get("test_clock")
    price = params.get("price") or params.get("plan")

    def matches(row: Object) -> bool:
        if status is None:
            shown = row["status"] != "canceled"
        elif status == "ended":
            shown = row["status"] in ENDED
        else:
            shown = status in ("all", row["status"])
        if not shown or params.get("collection_method") not in (None, row["collection_method"]):
            return False
        if "customer" not in params and row["test_clock"] != clock:
            return False
        items = items_of(state, row)
        if price is not None and all(item["price"] != price for item in items):
            return False
        return all(
            any(params[name][0] <= item[name] <= params[name][1] for item in items)
            for name in ("current_period_start", "current_period_end")
            if name in params
        )

    if params.get("customer"):
        return page(call, "subscription", index="customer", value=params["customer"], where=matches)
    return page(call, "subscription", where=matches)


def find(call: Call) -> Object:
    """GET /v1/subscriptions/search"""
    return search(call, "subscription", SEARCH)
