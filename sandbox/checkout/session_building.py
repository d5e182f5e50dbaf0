"""Checkout Sessions as they begin."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.checkout.session_rules import LATEST
from sandbox.payments.payment_intent_building import TYPES

TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
PLAIN = (
    "allow_promotion_codes", "billing_address_collection", "cancel_url", "client_reference_id", "customer_email",
    "integration_identifier", "locale", "origin_context", "permissions", "shipping_address_collection", "submit_type",
    "success_url", "wallet_options",
)  # fmt: skip
KEPT = (
    "customer_update", "payment_intent_data", "payment_method_data", "setup_intent_data", "subscription_data",
)  # fmt: skip


def blank(state: State, params: dict[str, Any], customer: Object | None, now: int) -> Object:
    """The object with what was given, before its items."""
    id = state.token(58, "cs_test_" + {"payment": "a1", "subscription": "b1", "setup": "c1"}[params["mode"]])
    mode, ui_mode = params["mode"], params.get("ui_mode", "hosted_page")
    hosted = ui_mode == "hosted_page"
    session: Object = {
        "id": id,
        "object": "checkout.session",
        "adaptive_pricing": None if mode == "setup" else {"enabled": False} | (params.get("adaptive_pricing") or {}),
        "after_expiration": None,
        "allow_promotion_codes": None,
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": None,
        "amount_total": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "branding_settings": branding(params.get("branding_settings")),
        "cancel_url": None,
        "client_reference_id": None,
        "client_secret": None if hosted else state.token(40, f"{id}_secret_"),
        "collected_information": None,
        "consent": None,
        "consent_collection": consent_collection(params.get("consent_collection")),
        "created": now,
        "currency": params.get("currency"),
        "currency_conversion": None,
        "custom_fields": [custom_field(field) for field in params.get("custom_fields", [])],
        "custom_text": {name: (params.get("custom_text") or {}).get(name) for name in TEXTS},
        "customer": customer["id"] if customer else None,
        "customer_account": None,
        "customer_creation": customer_creation(params, customer),
        "customer_details": customer_details(params.get("customer_email"), customer),
        "customer_email": None,
        "discounts": None if mode == "setup" else [discount(one) for one in params.get("discounts", [])],
        "expires_at": params.get("expires_at", now + LATEST),
        "integration_identifier": None,
        "invoice": None,
        "invoice_creation": invoice_creation(params.get("invoice_creation")) if mode == "payment" else None,
        "livemode": False,
        "locale": None,
        "managed_payments": {"enabled": False},
        "metadata": merged({}, params.get("metadata", {})),
        "mode": mode,
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": params.get(
            "payment_method_collection", "if_required" if mode == "payment" else "always"
        ),
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"} | card_options(params)},
        "payment_method_types": types(params),
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False} | (params.get("phone_number_collection") or {}),
        "recovered_from": None,
        "saved_payment_method_options": saved_options(params, customer),
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "success_url": None,
        "total_details": None,
        "ui_mode": ui_mode,
        "url": f"{state.base_url}/sandbox/checkout/{id}" if hosted else None,
        "wallet_options": None,
        "_": {name: params[name] for name in KEPT if params.get(name)},
    } | {name: params[name] for name in PLAIN if name in params}
    if params.get("excluded_payment_method_types"):
        session["excluded_payment_method_types"] = params["excluded_payment_method_types"]
    if params.get("name_collection"):
        session["name_collection"] = {
            name: {"optional": False} | given for name, given in params["name_collection"].items()
        }
    if params.get("tax_id_collection"):
        session["tax_id_collection"] = {"required": "never"} | params["tax_id_collection"]
    if not hosted:
        session["return_url"] = params.get("return_url")
    if ui_mode == "embedded_page":
        session["redirect_on_completion"] = params.get("redirect_on_completion", "always")
    if session.get("return_url", "") is None:
        del session["return_url"]
    return session


def types(params: dict[str, Any]) -> list[str]:
    """How the customer may pay, out of what the sandbox's account accepts."""
    allowed = params.get("allowed_payment_method_types") or TYPES
    return [type for type in TYPES if type in allowed and type not in params.get("excluded_payment_method_types", [])]


def card_options(params: dict[str, Any]) -> Object:
    """What the shop wants of cards."""
    return (params.get("payment_method_options") or {}).get("card") or {}


def branding(given: Any) -> Object:
    """How the page would look at Stripe."""
    defaults: Object = {
        "background_color": "#ffffff",
        "border_style": "rounded",
        "button_color": "#0074d4",
        "display_name": "Sandbox",
        "font_family": "default",
        "icon": None,
        "logo": None,
    }
    return defaults | {name: value for name, value in (given or {}).items() if name in defaults and value}


def consent_collection(given: dict[str, Any] | None) -> Object | None:
    """With its empty places."""
    if given is None:
        return None
    return dict.fromkeys(("payment_method_reuse_agreement", "promotions", "terms_of_service")) | given


def custom_field(given: dict[str, Any]) -> Object:
    """A field as it waits for its value."""
    type = given["type"]
    own: Object = dict(given.get(type) or {})
    if type == "dropdown":
        shape: Object = {"default_value": None, "options": []}
    else:
        shape = {"default_value": None, "maximum_length": None, "minimum_length": None}
    return {
        "key": given["key"],
        "label": given["label"],
        "optional": given.get("optional", False),
        "type": type,
        type: shape | own | {"value": None},
    }


def customer_creation(params: dict[str, Any], customer: Object | None) -> str | None:
    """Whether paying makes a customer; without meaning where there is one."""
    if customer is not None:
        return None
    if params["mode"] == "payment":
        return str(params.get("customer_creation", "if_required"))
    return str(params.get("customer_creation", "always"))


def customer_details(email: str | None, customer: Object | None) -> Object | None:
    """What is known of the customer from the start."""
    if customer is None and email is None:
        return None
    return {
        "address": None,
        "business_name": None,
        "email": customer["email"] if customer else email,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": customer["tax_exempt"] if customer else "none",
        "tax_ids": None,
    }


def discount(given: dict[str, Any]) -> Object:
    """A coupon or a promotion code."""
    return {"coupon": given.get("coupon"), "promotion_code": given.get("promotion_code")}


def invoice_creation(given: dict[str, Any] | None) -> Object:
    """Whether there will be an invoice, and what will be on it."""
    data = (given or {}).get("invoice_data") or {}
    return {
        "enabled": bool((given or {}).get("enabled")),
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": data.get("custom_fields") or None,
            "description": data.get("description"),
            "footer": data.get("footer"),
            "issuer": None,
            "metadata": merged({}, data.get("metadata", {})),
            "rendering_options": (
                {"amount_tax_display": None, "template": None} | data["rendering_options"]
                if data.get("rendering_options")
                else None
            ),
        },
    }


def saved_options(params: dict[str, Any], customer: Object | None) -> Object | None:
    """What may be done with cards on file; asked of customers that are known, or when it is set."""
    given = params.get("saved_payment_method_options")
    if params["mode"] == "setup" or (given is None and customer is None):
        return None
    defaults = {
        "allow_redisplay_filters": ["always"],
        "payment_method_remove": "disabled",
        "payment_method_save": None,
    }
    return defaults | (given or {})
