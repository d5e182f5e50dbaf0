"""What the endpoints of Checkout Sessions take."""

from decimal import Decimal

from sandbox.api.parameters import (
    PAGING,
    TIMESTAMP,
    Anything,
    Boolean,
    Choice,
    Currency,
    Hash,
    Integer,
    Kind,
    Listed,
    Metadata,
    Moments,
    Number,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.catalogue.price_data import INTERVAL, TAX_BEHAVIOR
from sandbox.payments.payment_intent_parameters import CAPTURE_METHOD
from sandbox.payments.payment_method_options import OTHERS
from sandbox.subscriptions.subscription_parameters import CUSTOM_FIELDS as INVOICE_FIELDS
from sandbox.taxes.taxation import TAX_RATES

MODES = ("payment", "setup", "subscription")
LOCALES = (
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hi-IN",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk",
    "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
)  # fmt: skip
REDISPLAY = Choice(("always", "limited", "unspecified"))
SWITCH = Choice(("disabled", "enabled"))
MESSAGE = Hash({"message": Text(required=True, limit=1_200)}, unsets=True)
ADJUSTABLE = Hash(
    {"enabled": Boolean(required=True), "maximum": Integer(low=1, high=999_999), "minimum": Integer(low=0)}
)
PRICE_DATA = Hash(
    {
        "currency": Currency(required=True),
        "product": Text(),
        "product_data": Hash(
            unsupported_names("tax_details")
            | {
                "description": Text(),
                "images": Listed(Text(required=True), most=8),
                "metadata": Metadata(),
                "name": Text(required=True, limit=250),
                "tax_code": Text(),
                "unit_label": Text(),
            }
        ),
        "recurring": Hash({"interval": INTERVAL, "interval_count": Integer(low=1)}),
        "tax_behavior": TAX_BEHAVIOR,
        "unit_amount": Integer(low=0, high=99_999_999),
        "unit_amount_decimal": Number(low=Decimal(0), high=Decimal(99_999_999)),
    }
)
LINE: dict[str, Kind] = {
    "adjustable_quantity": ADJUSTABLE,
    "metadata": Metadata(),
    "price": Text(),
    "price_data": PRICE_DATA,
    "quantity": Integer(low=1, high=999_999),
    "tax_rates": TAX_RATES,
}
OPTION = Hash({"label": Text(required=True, limit=100), "value": Text(required=True, limit=100)})
WRITTEN = Hash({"default_value": Text(), "maximum_length": Integer(low=1), "minimum_length": Integer(low=1)})
CUSTOM_FIELDS = Listed(
    Hash(
        {
            "dropdown": Hash({"default_value": Text(), "options": Listed(OPTION, required=True, most=200)}),
            "key": Text(required=True, limit=200),
            "label": Hash(
                {"custom": Text(required=True, limit=50), "type": Choice(("custom",), required=True)}, required=True
            ),
            "numeric": WRITTEN,
            "optional": Boolean(),
            "text": WRITTEN,
            "type": Choice(("dropdown", "numeric", "text"), required=True),
        }
    ),
    most=3,
)
SHIPPING_ADDRESS = Hash(
    {
        "city": Text(),
        "country": Text(),
        "line1": Text(required=True),
        "line2": Text(),
        "postal_code": Text(),
        "state": Text(),
    },
    required=True,
)
COLLECTED: Shape = {"address": SHIPPING_ADDRESS, "name": Text(required=True)}
SHIPPING = Hash(COLLECTED | {"carrier": Text(), "phone": Text(), "tracking_number": Text()})
PAYMENT_INTENT_DATA: dict[str, Kind] = unsupported_names("application_fee_amount on_behalf_of transfer_data") | {
    "capture_method": CAPTURE_METHOD,
    "description": Text(limit=1_000),
    "metadata": Metadata(),
    "receipt_email": Text(),
    "setup_future_usage": Choice(("off_session", "on_session")),
    "shipping": SHIPPING,
    "statement_descriptor": Text(limit=22),
    "statement_descriptor_suffix": Text(limit=22),
    "transfer_group": Text(),
}
SUBSCRIPTION_DATA: dict[str, Kind] = unsupported_names(
    "application_fee_percent on_behalf_of pending_invoice_item_interval transfer_data"
) | {
    "billing_cycle_anchor": TIMESTAMP,
    "billing_cycle_anchor_config": Hash(
        unsupported_names("month")
        | {
            "day_of_month": Integer(required=True, low=1, high=31),
            "hour": Integer(low=0, high=23),
            "minute": Integer(low=0, high=59),
            "second": Integer(low=0, high=59),
        }
    ),
    "billing_mode": Hash({"flexible": Anything(), "type": Choice(("classic", "flexible"), required=True)}),
    "default_tax_rates": TAX_RATES,
    "description": Text(limit=500),
    "invoice_settings": Hash(
        unsupported_names("account_tax_ids issuer")
        | {"custom_fields": INVOICE_FIELDS, "description": Text(), "footer": Text()}
    ),
    "metadata": Metadata(),
    "proration_behavior": Choice(("create_prorations", "none")),
    "trial_end": TIMESTAMP,
    "trial_period_days": Integer(low=1, high=730),
    "trial_settings": Hash(
        {
            "end_behavior": Hash(
                {"missing_payment_method": Choice(("cancel", "create_invoice", "pause"), required=True)}, required=True
            )
        }
    ),
}
INVOICE_CREATION = Hash(
    {
        "enabled": Boolean(required=True),
        "invoice_data": Hash(
            unsupported_names("account_tax_ids issuer")
            | {
                "custom_fields": INVOICE_FIELDS,
                "description": Text(limit=1_500),
                "footer": Text(),
                "metadata": Metadata(),
                "rendering_options": Hash({"amount_tax_display": Text(), "template": Text()}, unsets=True),
            }
        ),
    }
)
OPTIONS = Hash(
    OTHERS
    | {
        "card": Hash(
            unsupported_names("installments restrictions")
            | {
                "capture_method": Choice(("manual",)),
                "request_extended_authorization": Anything(),
                "request_incremental_authorization": Anything(),
                "request_multicapture": Anything(),
                "request_overcapture": Anything(),
                "request_three_d_secure": Choice(("any", "automatic", "challenge")),
                "setup_future_usage": Choice(("off_session", "on_session")),
                "statement_descriptor_suffix_kana": Anything(),
                "statement_descriptor_suffix_kanji": Anything(),
            }
        ),
        "demo_pay": Anything(),
    }
)
UNSUPPORTED = (
    "after_expiration automatic_tax customer_account managed_payments optional_items"
    " payment_method_configuration shipping_options"
)
CREATE: Shape = unsupported_names(UNSUPPORTED) | {
    "adaptive_pricing": Hash({"enabled": Boolean()}),
    "allow_promotion_codes": Boolean(),
    "allowed_payment_method_types": Listed(Text(required=True)),
    "billing_address_collection": Choice(("auto", "required")),
    "branding_settings": Anything(),
    "cancel_url": Text(),
    "client_reference_id": Text(limit=200),
    "consent_collection": Hash(
        {
            "payment_method_reuse_agreement": Hash({"position": Choice(("auto", "hidden"), required=True)}),
            "promotions": Choice(("auto", "none")),
            "terms_of_service": Choice(("none", "required")),
        }
    ),
    "currency": Currency(),
    "custom_fields": CUSTOM_FIELDS,
    "custom_text": Hash(
        dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"), MESSAGE)
    ),
    "customer": Text(),
    "customer_creation": Choice(("always", "if_required")),
    "customer_email": Text(limit=800),
    "customer_update": Hash(dict.fromkeys(("address", "name", "shipping"), Choice(("auto", "never")))),
    "discounts": Listed(Hash({"coupon": Text(), "promotion_code": Text()}), most=1),
    "excluded_payment_method_types": Listed(Text(required=True)),
    "expires_at": TIMESTAMP,
    "integration_identifier": Text(limit=200),
    "invoice_creation": INVOICE_CREATION,
    "line_items": Listed(Hash(LINE)),
    "locale": Choice(LOCALES),
    "metadata": Metadata(),
    "mode": Choice(MODES),
    "name_collection": Hash(
        dict.fromkeys(("business", "individual"), Hash({"enabled": Boolean(required=True), "optional": Boolean()}))
    ),
    "origin_context": Choice(("mobile_app", "web")),
    "payment_intent_data": Hash(PAYMENT_INTENT_DATA),
    "payment_method_collection": Choice(("always", "if_required")),
    "payment_method_data": Hash({"allow_redisplay": REDISPLAY}),
    "payment_method_options": OPTIONS,
    "permissions": Hash({"update_shipping_details": Choice(("client_only", "server_only"))}),
    "phone_number_collection": Hash({"enabled": Boolean(required=True)}),
    "redirect_on_completion": Choice(("always", "if_required", "never")),
    "return_url": Text(),
    "saved_payment_method_options": Hash(
        {
            "allow_redisplay_filters": Listed(REDISPLAY),
            "payment_method_remove": SWITCH,
            "payment_method_save": SWITCH,
        }
    ),
    "setup_intent_data": Hash(
        unsupported_names("on_behalf_of") | {"description": Text(limit=1_000), "metadata": Metadata()}
    ),
    "shipping_address_collection": Hash({"allowed_countries": Listed(Text(required=True), required=True, most=250)}),
    "submit_type": Choice(("auto", "book", "donate", "pay", "subscribe")),
    "subscription_data": Hash(SUBSCRIPTION_DATA),
    "success_url": Text(),
    "tax_id_collection": Hash({"enabled": Boolean(required=True), "required": Choice(("if_supported", "never"))}),
    "ui_mode": Choice(("elements", "embedded_page", "form", "hosted_page")),
    "wallet_options": Hash({"link": Hash({"display": Choice(("auto", "never"))})}),
}
UPDATE: Shape = unsupported_names("payment_intent_data shipping_options") | {
    "collected_information": Hash({"shipping_details": Hash(COLLECTED)}),
    "line_items": Listed(Hash(LINE | {"id": Text()})),
    "metadata": Metadata(),
}
LIST: Shape = (
    PAGING
    | unsupported_names("customer_account payment_link")
    | {
        "created": Moments(),
        "customer": Text(),
        "customer_details": Hash({"email": Text(required=True)}),
        "payment_intent": Text(),
        "status": Choice(("complete", "expired", "open")),
        "subscription": Text(),
    }
)
