"""Customer sessions (https://docs.stripe.com/api/customer_sessions): what a browser may show of a customer."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.errors import invalid, missing
from sandbox.api.parameters import Boolean, Choice, Hash, Integer, Kind, Listed, Shape, Text, unsupported_names

LIFETIME = 30 * 60
SWITCH = Choice(("disabled", "enabled"))
REDISPLAY = Choice(("always", "limited", "unspecified"))
ENABLED: dict[str, Kind] = {"enabled": Boolean(required=True)}
CREATE: Shape = unsupported_names("customer_account") | {
    "components": Hash(
        {
            "active_entitlements": Hash(ENABLED),
            "buy_button": Hash(ENABLED),
            "customer_portal": Hash(ENABLED),
            "customer_sheet": Hash(
                ENABLED
                | {
                    "features": Hash(
                        {
                            "payment_method_allow_redisplay_filters": Listed(REDISPLAY),
                            "payment_method_remove": SWITCH,
                        }
                    )
                }
            ),
            "mobile_payment_element": Hash(
                ENABLED
                | {
                    "features": Hash(
                        {
                            "payment_method_allow_redisplay_filters": Listed(REDISPLAY),
                            "payment_method_redisplay": SWITCH,
                            "payment_method_remove": SWITCH,
                            "payment_method_save": SWITCH,
                            "payment_method_save_allow_redisplay_override": REDISPLAY,
                        }
                    )
                }
            ),
            "payment_element": Hash(
                ENABLED
                | {
                    "features": Hash(
                        {
                            "payment_method_allow_redisplay_filters": Listed(REDISPLAY),
                            "payment_method_redisplay": SWITCH,
                            "payment_method_redisplay_limit": Integer(low=1, high=10),
                            "payment_method_remove": SWITCH,
                            "payment_method_save": SWITCH,
                            "payment_method_save_usage": Choice(("off_session", "on_session")),
                        }
                    )
                }
            ),
            "pricing_table": Hash(ENABLED),
        },
        required=True,
    ),
    "customer": Text(required=True),
}
PLAIN = ("active_entitlements", "buy_button", "customer_portal", "pricing_table")
FEATURES: dict[str, Object] = {
    "customer_sheet": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_remove": "disabled",
    },
    "mobile_payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_allow_redisplay_override": None,
    },
    "payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_redisplay_limit": 3,
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_usage": None,
    },
}


def create(call: Call) -> Object:
    """POST /v1/customer_sessions: a secret for half an hour."""
    state, given = call.state, call.params["components"]
    customer = state.find("customer", call.params["customer"], "customer")
    if not any((one or {}).get("enabled") for one in given.values()):
        raise invalid("You must enable at least one component.", "components")
    usage = ((given.get("payment_element") or {}).get("features") or {}).get
    if usage("payment_method_save") == "enabled" and not usage("payment_method_save_usage"):
        raise missing("components[payment_element][features][payment_method_save_usage]")
    now = state.now_for(customer)
    return {
        "object": "customer_session",
        "client_secret": state.token(48, "cuss_secret_"),
        "components": {name: {"enabled": False} | (given.get(name) or {}) for name in PLAIN}
        | {name: component(name, given.get(name) or {}) for name in FEATURES},
        "created": now,
        "customer": customer["id"],
        "customer_account": None,
        "expires_at": now + LIFETIME,
        "livemode": False,
    }


def component(name: str, given: dict[str, Any]) -> Object:
    """One that has features of its own, as long as it is enabled."""
    enabled = bool(given.get("enabled"))
    features = FEATURES[name] | (given.get("features") or {})
    return {"enabled": enabled, "features": features if enabled else None}
