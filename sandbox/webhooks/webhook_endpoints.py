"""Webhook endpoints (https://docs.stripe.com/api/webhook_endpoints): where events are delivered to."""

from urllib.parse import urlsplit

from sandbox.account.objects import Object
from sandbox.account.state import API_VERSION, State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid
from sandbox.api.lists import page
from sandbox.api.parameters import Boolean, Listed, Metadata, Shape, Text, unsupported_names
from sandbox.api.views import public

EVENTS = Listed(Text(required=True), required=True, most=300)
CREATE: Shape = unsupported_names("connect") | {
    "api_version": Text(),
    "description": Text(),
    "enabled_events": EVENTS,
    "metadata": Metadata(),
    "url": Text(required=True),
}
UPDATE: Shape = {
    "description": Text(),
    "disabled": Boolean(),
    "enabled_events": Listed(Text(required=True), most=300),
    "metadata": Metadata(),
    "url": Text(),
}


def add(state: State, url: str, events: list[str], secret: str | None = None) -> Object:
    """A destination; its secret is made up unless it is given."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid")
    return state.table("webhook_endpoint").add(
        {
            "id": state.new_id("webhook_endpoint"),
            "object": "webhook_endpoint",
            "api_version": None,
            "application": None,
            "created": state.clock.now(),
            "description": None,
            "enabled_events": events,
            "livemode": False,
            "metadata": {},
            "status": "enabled",
            "url": url,
            "_": {"secret": secret or state.token(32, "whsec_")},
        }
    )


def create(call: Call) -> Object:
    """POST /v1/webhook_endpoints: the only answer that holds the secret."""
    params = call.params
    version = params.get("api_version")
    if version not in (None, API_VERSION):
        raise invalid(f"The sandbox speaks {API_VERSION} only.", "api_version")
    endpoint = add(call.state, params["url"], params["enabled_events"])
    endpoint |= {"api_version": version, "description": params.get("description")}
    endpoint["metadata"] = merged({}, params.get("metadata"))
    return public(endpoint) | {"secret": endpoint["_"]["secret"]}


def retrieve(call: Call) -> Object:
    """GET /v1/webhook_endpoints/{webhook_endpoint}"""
    return call.fetch("webhook_endpoint", "webhook_endpoint")


def update(call: Call) -> Object:
    """POST /v1/webhook_endpoints/{webhook_endpoint}"""
    params = call.params
    endpoint = call.state.edit(call.fetch("webhook_endpoint", "webhook_endpoint"))
    endpoint |= call.given("description", "enabled_events", "url")
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    if "metadata" in params:
        endpoint["metadata"] = merged(endpoint["metadata"], params["metadata"])
    return endpoint


def delete(call: Call) -> Object:
    """DELETE /v1/webhook_endpoints/{webhook_endpoint}"""
    endpoint = call.fetch("webhook_endpoint", "webhook_endpoint")
    call.state.table("webhook_endpoint").remove(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def listing(call: Call) -> Object:
    """GET /v1/webhook_endpoints"""
    return page(call, "webhook_endpoint")
