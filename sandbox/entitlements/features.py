"""Features (https://docs.stripe.com/api/entitlements/feature): what a product can grant."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Boolean, Metadata, Shape, Text, cannot_be_empty

CREATE: Shape = {
    "lookup_key": Text(required=True, limit=80),
    "metadata": Metadata(),
    "name": Text(required=True, limit=80),
}
UPDATE: Shape = {"active": Boolean(), "metadata": Metadata(), "name": Text(limit=80)}
LIST: Shape = PAGING | {"archived": Boolean(), "lookup_key": Text()}


def create(call: Call) -> Object:
    """POST /v1/entitlements/features: the lookup key of an archived feature is free again."""
    state, params = call.state, call.params
    key = params["lookup_key"]
    if any(feature["active"] for feature in state.table("entitlements.feature").oldest_first("lookup_key", key)):
        raise invalid(f"A feature with the lookup_key {key} already exists.", "lookup_key", "resource_already_exists")
    return state.table("entitlements.feature").add(
        {
            "id": state.new_id("entitlements.feature"),
            "object": "entitlements.feature",
            "active": True,
            "livemode": False,
            "lookup_key": key,
            "metadata": merged({}, params.get("metadata")),
            "name": params["name"],
        }
    )


def retrieve(call: Call) -> Object:
    """GET /v1/entitlements/features/{id}"""
    return call.fetch("entitlements.feature", "id")


def update(call: Call) -> Object:
    """POST /v1/entitlements/features/{id}: an archived feature stays as it is, for ever."""
    params = call.params
    feature = call.state.edit(call.fetch("entitlements.feature", "id"))
    if not feature["active"]:
        raise invalid("This feature is archived: it can be neither edited nor unarchived.", "active")
    if "name" in params and params["name"] is None:
        raise cannot_be_empty("name")
    feature |= call.given("active", "name")
    if "metadata" in params:
        feature["metadata"] = merged(feature["metadata"], params["metadata"])
    return feature


def listing(call: Call) -> Object:
    """GET /v1/entitlements/features: those that are not archived, unless asked for."""
    active = not call.params.get("archived", False)
    key = call.params.get("lookup_key")
    index = {"index": "lookup_key", "value": key} if key else {}
    return page(call, "entitlements.feature", where=lambda row: row["active"] is active, **index)
