"""Which parameters of a Checkout Session go together."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.api.errors import invalid, missing, unsupported
from sandbox.timing.periods import DAY

FOR_MODE = {
    "discounts": ("payment", "subscription"),
    "allow_promotion_codes": ("payment", "subscription"),
    "invoice_creation": ("payment",),
    "line_items": ("payment", "subscription"),
    "payment_intent_data": ("payment",),
    "payment_method_collection": ("subscription",),
    "phone_number_collection": ("payment", "subscription"),
    "saved_payment_method_options": ("payment", "subscription"),
    "setup_intent_data": ("setup",),
    "submit_type": ("payment", "subscription"),
    "subscription_data": ("subscription",),
}
EXCLUSIVE = (
    ("customer", "customer_email"),
    ("customer", "customer_creation"),
    ("allow_promotion_codes", "discounts"),
    ("allowed_payment_method_types", "excluded_payment_method_types"),
)
NOT_FOR_ELEMENTS = (
    "after_expiration", "branding_settings", "cancel_url", "custom_fields", "custom_text", "origin_context",
    "submit_type", "success_url",
)  # fmt: skip
MINUTE = 60
SOONEST = 30 * MINUTE
LATEST = DAY


def check(params: dict[str, Any], now: int) -> None:
    """Refuses what no session can be. Raises ApiError 400."""
    mode = params.get("mode")
    if mode is None:
        raise missing("mode")
    for name, modes in FOR_MODE.items():
        if name in params and mode not in modes:
            raise invalid(f"You can not pass `{name}` in `{mode}` mode.", name)
    if "customer_creation" in params and mode == "subscription":
        raise invalid("`customer_creation` can only be used in `payment` mode.", "customer_creation")
    for one, other in EXCLUSIVE:
        if params.get(one) is not None and params.get(other) is not None:
            raise invalid(f"You may only specify one of these parameters: {one}, {other}.", one)
    if "customer_update" in params and not params.get("customer"):
        raise invalid("`customer_update` can only be used with `customer`.", "customer_update")
    if mode == "setup" and not params.get("currency") and not params.get("allowed_payment_method_types"):
        raise missing("currency")
    check_pages(params)
    check_expiry(params.get("expires_at"), now)
    check_types(params)
    check_custom_fields(params.get("custom_fields", []))
    check_subscription(params.get("subscription_data") or {}, now)


def check_pages(params: dict[str, Any]) -> None:
    """Where the customer comes from and goes to, by the kind of page. Raises ApiError 400."""
    ui_mode = params.get("ui_mode", "hosted_page")
    for name in ("success_url", "cancel_url", "return_url"):
        if params.get(name):
            check_url(params[name], name)
    if ui_mode in ("hosted_page", "form"):
        if ui_mode == "hosted_page" and not params.get("success_url"):
            raise missing("success_url")
        if ui_mode == "hosted_page" and params.get("return_url"):
            raise invalid("`return_url` is not allowed if `ui_mode` is `hosted_page`.", "return_url")
        return
    for name in ("cancel_url", "success_url") if ui_mode == "embedded_page" else NOT_FOR_ELEMENTS:
        if name in params:
            raise invalid(f"`{name}` is not allowed if `ui_mode` is `{ui_mode}`.", name)
    if params.get("redirect_on_completion") == "never":
        if params.get("return_url"):
            raise invalid("`return_url` is not allowed if `redirect_on_completion` is `never`.", "return_url")
    elif not params.get("return_url"):
        raise missing("return_url")


def check_url(url: str, param: str) -> None:
    """An address that a browser may be sent to. Raises ApiError 400 url_invalid."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise invalid("Not a valid URL", param, "url_invalid") from None
    if not parts.scheme:
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", param, "url_invalid")
    if parts.scheme not in ("http", "https") or not parts.hostname or any(one in url for one in " \r\n\t\\"):
        raise invalid("Not a valid URL", param, "url_invalid")


def check_expiry(moment: int | None, now: int) -> None:
    """Between thirty minutes and a day from now. Raises ApiError 400."""
    if moment is None:
        return
    if moment < now + SOONEST:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", "expires_at"
        )
    if moment > now + LATEST:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", "expires_at"
        )


def check_types(params: dict[str, Any]) -> None:
    """The sandbox's customers pay by card. Raises ApiError 501."""
    allowed = params.get("allowed_payment_method_types")
    if allowed and "card" not in allowed:
        raise unsupported("sessions without cards", "allowed_payment_method_types")
    if "card" in params.get("excluded_payment_method_types", []):
        raise unsupported("sessions without cards", "excluded_payment_method_types")


def check_custom_fields(fields: list[dict[str, Any]]) -> None:
    """Each field has a key of its own, and what belongs to its type. Raises ApiError 400."""
    keys = [field["key"] for field in fields]
    for place, field in enumerate(fields):
        param = f"custom_fields[{place}]"
        if not field["key"].isalnum() or not field["key"].isascii():
            raise invalid("The key of a custom field must be alphanumeric.", f"{param}[key]")
        if keys.count(field["key"]) > 1:
            raise invalid("The keys of custom fields must be unique.", f"{param}[key]")
        if field["type"] == "dropdown" and not (field.get("dropdown") or {}).get("options"):
            raise missing(f"{param}[dropdown]")
        for other in {"dropdown", "numeric", "text"} - {field["type"]}:
            if other in field:
                raise invalid(f"`{other}` is only for custom fields of that type.", f"{param}[{other}]")


def check_subscription(data: dict[str, Any], now: int) -> None:
    """Trial and anchor. Raises ApiError 400."""
    if data.get("trial_end") is not None:
        if data.get("trial_period_days") is not None:
            raise invalid(
                "You may only specify one of these parameters: trial_end, trial_period_days.",
                "subscription_data[trial_end]",
            )
        if data["trial_end"] < now + 2 * DAY:
            raise invalid(
                "The `trial_end` date has to be at least 2 days in the future.", "subscription_data[trial_end]"
            )
    trial = data.get("trial_end") is not None or data.get("trial_period_days") is not None
    if trial and (data.get("billing_cycle_anchor") is not None or data.get("billing_cycle_anchor_config")):
        raise invalid(
            "You cannot combine a trial with `billing_cycle_anchor`.", "subscription_data[billing_cycle_anchor]"
        )
    if (data.get("billing_mode") or {}).get("type") == "classic":
        raise unsupported("the classic billing mode", "subscription_data[billing_mode][type]")
