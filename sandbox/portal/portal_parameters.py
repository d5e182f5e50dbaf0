"""What the endpoints of the customer portal take."""

from sandbox.api.parameters import (
    PAGING,
    Boolean,
    Choice,
    Hash,
    Integer,
    Kind,
    Listed,
    Metadata,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.catalogue.price_data import INTERVAL

UPDATES = ("address", "email", "name", "phone", "shipping", "tax_id")
REASONS = (
    "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive",
    "unused",
)  # fmt: skip
PRORATION = Choice(("always_invoice", "create_prorations", "none"))
FLOWS = (
    "customer_update", "payment_method_update", "subscription_cancel", "subscription_pause", "subscription_update",
    "subscription_update_confirm",
)  # fmt: skip
LOCALES = (
    "auto", "bg", "cs", "da", "de", "el", "en", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-NZ", "en-SG", "es",
    "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl",
    "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
)  # fmt: skip
BUSINESS = Hash({"headline": Text(limit=60), "privacy_policy_url": Text(), "terms_of_service_url": Text()})
PRODUCT = Hash(
    {
        "adjustable_quantity": Hash(
            {
                "enabled": Boolean(required=True),
                "maximum": Integer(low=1, high=999_999),
                "minimum": Integer(low=0, high=999_999),
            }
        ),
        "prices": Listed(Text(required=True), required=True, most=500),
        "product": Text(required=True),
    }
)
DURATION = Hash(
    {
        "interval_options": Listed(Hash({"interval": INTERVAL, "interval_count": Integer(low=1)})),
        "type": Choice(("indefinite", "interval_options"), required=True),
    }
)


def features(*, required: bool) -> Hash:
    """What customers may do; `enabled` has to be said when a configuration is made."""
    return Hash(
        {
            "customer_update": Hash(
                {"allowed_updates": Listed(Choice(UPDATES)), "enabled": Boolean(required=required)}
            ),
            "invoice_history": Hash({"enabled": Boolean(required=True)}),
            "payment_method_update": Hash(
                unsupported_names("payment_method_configuration") | {"enabled": Boolean(required=True)}
            ),
            "subscription_cancel": Hash(
                {
                    "cancellation_reason": Hash(
                        unsupported_names("feedback_options")
                        | {"enabled": Boolean(required=True), "options": Listed(Choice(REASONS), required=required)}
                    ),
                    "enabled": Boolean(required=required),
                    "mode": Choice(("at_period_end", "immediately")),
                    "proration_behavior": PRORATION,
                }
            ),
            "subscription_pause": Hash(unsupported_names("enabled") | {"duration": DURATION}),
            "subscription_update": Hash(
                {
                    "billing_cycle_anchor": Choice(("now", "unchanged")),
                    "default_allowed_updates": Listed(Choice(("price", "promotion_code", "quantity"))),
                    "enabled": Boolean(required=required),
                    "products": Listed(PRODUCT, most=10),
                    "proration_behavior": PRORATION,
                    "schedule_at_period_end": Hash(unsupported_names("conditions")),
                    "trial_update_behavior": Choice(("continue_trial", "end_trial")),
                }
            ),
        },
        required=required,
    )


WRITE: dict[str, Kind] = {
    "business_profile": BUSINESS,
    "default_return_url": Text(),
    "login_page": Hash({"enabled": Boolean(required=True)}),
    "metadata": Metadata(),
    "name": Text(limit=250),
}
CREATE: Shape = WRITE | {"features": features(required=True)}
UPDATE: Shape = WRITE | {"active": Boolean(), "features": features(required=False)}
LIST: Shape = PAGING | {"active": Boolean(), "is_default": Boolean()}

SUBSCRIPTION = Text(required=True)
FLOW = Hash(
    {
        "after_completion": Hash(
            {
                "hosted_confirmation": Hash({"custom_message": Text(limit=500)}),
                "redirect": Hash({"return_url": Text(required=True)}),
                "type": Choice(("hosted_confirmation", "portal_homepage", "redirect"), required=True),
            }
        ),
        "subscription_cancel": Hash(
            {
                "retention": Hash(
                    {
                        "coupon_offer": Hash({"coupon": Text(required=True)}, required=True),
                        "type": Choice(("coupon_offer",), required=True),
                    }
                ),
                "subscription": SUBSCRIPTION,
            }
        ),
        "subscription_pause": Hash({"subscription": SUBSCRIPTION}),
        "subscription_update": Hash({"subscription": SUBSCRIPTION}),
        "subscription_update_confirm": Hash(
            {
                "discounts": Listed(Hash({"coupon": Text(), "promotion_code": Text()}), most=1),
                "items": Listed(
                    Hash({"id": Text(required=True), "price": Text(), "quantity": Integer(low=0)}),
                    required=True,
                    most=1,
                ),
                "subscription": SUBSCRIPTION,
            }
        ),
        "type": Choice(FLOWS, required=True),
    }
)
CREATE_SESSION: Shape = unsupported_names("after_expiration customer_account on_behalf_of") | {
    "configuration": Text(),
    "customer": Text(required=True),
    "flow_data": FLOW,
    "locale": Choice(LOCALES),
    "return_url": Text(),
}
