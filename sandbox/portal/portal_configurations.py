"""Configurations of the portal (https://docs.stripe.com/api/customer_portal/configurations)."""

from typing import Any

from sandbox.account.objects import Object, clone
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid, missing, no_such
from sandbox.api.lists import page
from sandbox.api.views import snapshot
from sandbox.checkout.session_rules import check_url
from sandbox.portal.portal_parameters import REASONS
from sandbox.webhooks.events import emit, emit_update

KIND = "billing_portal.configuration"
OFF: Object = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {
            "enabled": False,
            "feedback_options": None,
            "options": ["too_expensive", "missing_features", "switched_service", "unused", "other"],
        },
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {
        "duration": {"interval_options": [{"interval": "month", "interval_count": 1}], "type": "interval_options"},
        "enabled": False,
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}


def create(call: Call) -> Object:
    """POST /v1/billing_portal/configurations"""
    state, params = call.state, call.params
    default_configuration(state)
    configuration = blank(state, state.now())
    write(state, configuration, params)
    for name, feature in configuration["features"].items():
        check_complete(name, feature)
    state.table(KIND).add(configuration)
    emit(state, "billing_portal.configuration.created", configuration)
    return configuration


def blank(state: State, now: int) -> Object:
    """A configuration that allows nothing."""
    return {
        "id": state.new_id(KIND),
        "object": KIND,
        "active": True,
        "application": None,
        "business_profile": dict.fromkeys(("headline", "privacy_policy_url", "terms_of_service_url")),
        "created": now,
        "default_return_url": None,
        "features": clone(OFF),
        "is_default": False,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": {},
        "name": None,
        "updated": now,
    }


def default_configuration(state: State) -> Object:
    """The account's own, as the dashboard saves it; there from the start."""
    for configuration in state.table(KIND).oldest_first():
        if configuration["is_default"]:
            return configuration
    made = blank(state, state.began)
    made["is_default"] = True
    features = made["features"]
    features["customer_update"] = {"allowed_updates": ["address", "email", "name", "phone"], "enabled": True}
    for name in ("invoice_history", "payment_method_update", "subscription_cancel"):
        features[name]["enabled"] = True
    features["subscription_cancel"]["cancellation_reason"] |= {"enabled": True, "options": list(REASONS)}
    return state.table(KIND).add(made)


def write(state: State, configuration: Object, params: dict[str, Any]) -> None:
    """Sets what was given; features are merged. Raises ApiError 400."""
    for name in ("privacy_policy_url", "terms_of_service_url"):
        if (params.get("business_profile") or {}).get(name):
            check_url(params["business_profile"][name], f"business_profile[{name}]")
    if params.get("default_return_url"):
        check_url(params["default_return_url"], "default_return_url")
    configuration["business_profile"] |= params.get("business_profile") or {}
    for name in ("default_return_url", "name", "active"):
        if name in params:
            configuration[name] = params[name]
    if "metadata" in params:
        configuration["metadata"] = merged(configuration["metadata"], params["metadata"])
    if "login_page" in params:
        enabled = params["login_page"]["enabled"]
        url = f"{state.base_url}/sandbox/portal/login/{configuration['id']}" if enabled else None
        configuration["login_page"] = {"enabled": enabled, "url": url}
    for name, given in (params.get("features") or {}).items():
        feature = configuration["features"][name]
        if "products" in given:
            given = given | {"products": [checked(state, one, place) for place, one in enumerate(given["products"])]}
        for key, value in given.items():
            if key == "cancellation_reason":
                feature[key] |= value
            elif key == "duration":
                options = [{"interval_count": 1} | one for one in value.get("interval_options", [])]
                feature[key] = {"interval_options": options, "type": value["type"]}
            elif value is not None and key != "schedule_at_period_end":
                feature[key] = value


def checked(state: State, given: dict[str, Any], place: int) -> Object:
    """A product that customers may switch to, with the prices of it. Raises ApiError 400."""
    param = f"features[subscription_update][products][{place}]"
    state.find("product", given["product"], f"{param}[product]")
    for number, id in enumerate(given["prices"]):
        price = state.find("price", id, f"{param}[prices][{number}]")
        if price["product"] != given["product"]:
            raise invalid(f"The price {id} is not of the product {given['product']}.", f"{param}[prices][{number}]")
        if price["recurring"] is None:
            raise invalid(f"The price {id} is one-time; the portal sells recurring ones.", f"{param}[prices][{number}]")
    bounds = given.get("adjustable_quantity") or {"enabled": False}
    return {
        "adjustable_quantity": {"maximum": None, "minimum": 1} | bounds,
        "prices": given["prices"],
        "product": given["product"],
    }


def check_complete(name: str, feature: Object) -> None:
    """What is switched on says what it covers. Raises ApiError 400."""
    if name == "subscription_cancel" and feature["proration_behavior"] != "none":
        param = "features[subscription_cancel][proration_behavior]"
        if feature["proration_behavior"] == "always_invoice":
            raise invalid("Cancellations in the portal can be prorated, but not invoiced at once.", param)
        if feature["mode"] != "immediately":
            raise invalid("`proration_behavior` is only for cancellations with `mode` set to `immediately`.", param)
    if not feature["enabled"]:
        return
    if name == "customer_update" and not feature["allowed_updates"]:
        raise missing("features[customer_update][allowed_updates]")
    if name == "subscription_update":
        for needed in ("default_allowed_updates", "products"):
            if not feature.get(needed):
                raise missing(f"features[subscription_update][{needed}]")


def retrieve(call: Call) -> Object:
    """GET /v1/billing_portal/configurations/{configuration}"""
    return call.fetch(KIND, "configuration")


def update(call: Call) -> Object:
    """POST /v1/billing_portal/configurations/{configuration}"""
    state, params = call.state, call.params
    configuration = state.edit(call.fetch(KIND, "configuration"))
    if configuration["is_default"] and params.get("active") is False:
        raise invalid("The default configuration cannot be deactivated.", "active")
    before = snapshot(state, configuration)
    write(state, configuration, params)
    for name, feature in configuration["features"].items():
        check_complete(name, feature)
    if snapshot(state, configuration) != before:
        configuration["updated"] = state.now()
    emit_update(state, "billing_portal.configuration.updated", before, configuration)
    return configuration


def listing(call: Call) -> Object:
    """GET /v1/billing_portal/configurations"""
    default_configuration(call.state)
    wanted = call.given("active", "is_default")
    return page(call, KIND, where=lambda row: all(row[name] == value for name, value in wanted.items()))


def usable(state: State, id: str | None) -> Object:
    """The one that a session names, or the default one. Raises ApiError 400."""
    if id is None:
        return default_configuration(state)
    configuration = state.table(KIND).get(id)
    if configuration is None:
        raise no_such(KIND, id, "configuration")
    if not configuration["active"]:
        raise invalid(f"The configuration {id} is not active.", "configuration")
    return configuration
