"""Subscription items on their own (https://docs.stripe.com/api/subscription_items)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, TIMESTAMP, Boolean, Choice, Kind, Shape, Text
from sandbox.subscriptions.schedule_following import follow
from sandbox.subscriptions.subscription_item_building import FIELDS, items_of
from sandbox.subscriptions.subscription_update import change

CHANGING: dict[str, Kind] = {
    "payment_behavior": Choice(
        ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")
    ),
    "proration_behavior": Choice(("always_invoice", "create_prorations", "none")),
    "proration_date": TIMESTAMP,
}
CREATE: Shape = FIELDS | CHANGING | {"subscription": Text(required=True)}
UPDATE: Shape = FIELDS | CHANGING | {"off_session": Boolean()}
DELETE: Shape = CHANGING | {"clear_usage": Boolean()}
LIST: Shape = PAGING | {"subscription": Text(required=True)}


def split(call: Call) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is about the item, and how the subscription is to take it."""
    item = {name: value for name, value in call.params.items() if name in FIELDS}
    return item, call.given(*CHANGING, "off_session")


def changed(state: State, subscription: Object, params: dict[str, Any]) -> None:
    """The subscription changes, and its schedule with it."""
    change(state, subscription, params)
    follow(state, subscription)


def create(call: Call) -> Object:
    """POST /v1/subscription_items"""
    state = call.state
    subscription = state.find("subscription", call.params["subscription"], "subscription")
    known = {item["id"] for item in items_of(state, subscription)}
    item, how = split(call)
    changed(state, subscription, how | {"items": [item]})
    return next(item for item in items_of(state, subscription) if item["id"] not in known)


def update(call: Call) -> Object:
    """POST /v1/subscription_items/{item}"""
    row = call.fetch("subscription_item", "item")
    item, how = split(call)
    state = call.state
    changed(state, state.get("subscription", row["subscription"]), how | {"items": [item | {"id": row["id"]}]})
    return row


def delete(call: Call) -> Object:
    """DELETE /v1/subscription_items/{item}"""
    row = call.fetch("subscription_item", "item")
    gone = {"id": row["id"], "deleted": True}
    state = call.state
    changed(state, state.get("subscription", row["subscription"]), split(call)[1] | {"items": [gone]})
    return {"id": row["id"], "object": "subscription_item", "deleted": True}


def retrieve(call: Call) -> Object:
    """GET /v1/subscription_items/{item}"""
    return call.fetch("subscription_item", "item")


def listing(call: Call) -> Object:
    """GET /v1/subscription_items, in the order of their making."""
    subscription = call.state.find("subscription", call.params["subscription"], "subscription")
    return page(call, "subscription_item", index="subscription", value=subscription["id"], oldest_first=True)
