"""What the endpoints of payment intents take."""

from sandbox.api.parameters import (
    PAGING,
    Anything,
    Boolean,
    Choice,
    Currency,
    Either,
    Hash,
    Integer,
    Kind,
    Metadata,
    Moments,
    Shape,
    Text,
    unsupported_names,
)
from sandbox.api.search import Fields
from sandbox.payments.payment_method_data import DATA
from sandbox.payments.payment_method_options import PAYMENT
from sandbox.payments.shipping import SHIPPING

UNSUPPORTED = "allowed_payment_method_types amount_details excluded_payment_method_types hooks payment_details"
UNSUPPORTED_FEES = " application_fee_amount payment_method_configuration transfer_data"
CAPTURE_METHOD = Choice(("automatic", "automatic_async", "manual"))
FUTURE_USAGE = Choice(("off_session", "on_session"), unsets=True)
DESCRIBING: dict[str, Kind] = {
    "description": Text(limit=1_000),
    "metadata": Metadata(),
    "receipt_email": Text(),
    "setup_future_usage": FUTURE_USAGE,
    "shipping": SHIPPING,
    "statement_descriptor": Text(limit=22),
    "statement_descriptor_suffix": Text(limit=22),
    "transfer_group": Text(),
}
CONFIRMING: dict[str, Kind] = {
    "capture_method": CAPTURE_METHOD,
    "error_on_requires_action": Boolean(),
    "mandate_data": Anything(),
    "off_session": Either(("one_off", "recurring"), Boolean()),
    "payment_method": Text(),
    "payment_method_data": Hash(DATA),
    "payment_method_options": PAYMENT,
    "radar_options": Anything(),
    "return_url": Text(),
    "use_stripe_sdk": Boolean(),
}
CREATE: Shape = (
    unsupported_names(f"{UNSUPPORTED}{UNSUPPORTED_FEES} confirmation_token customer_account mandate on_behalf_of")
    | DESCRIBING
    | CONFIRMING
    | {
        "amount": Integer(required=True),
        "automatic_payment_methods": Hash(
            {"allow_redirects": Choice(("always", "never")), "enabled": Boolean(required=True)}
        ),
        "confirm": Boolean(),
        "confirmation_method": Choice(("automatic", "manual")),
        "currency": Currency(required=True),
        "customer": Text(),
    }
)
UPDATE: Shape = (
    unsupported_names(f"{UNSUPPORTED}{UNSUPPORTED_FEES} customer_account")
    | DESCRIBING
    | {
        "amount": Integer(),
        "capture_method": CAPTURE_METHOD,
        "currency": Currency(),
        "customer": Text(),
        "payment_method": Text(),
        "payment_method_data": Hash(DATA),
        "payment_method_options": PAYMENT,
    }
)
CONFIRM: Shape = (
    unsupported_names(f"{UNSUPPORTED} confirmation_token mandate")
    | CONFIRMING
    | {
        "amount_to_confirm": Integer(),
        "client_secret": Text(),
        "receipt_email": Text(),
        "setup_future_usage": FUTURE_USAGE,
        "shipping": SHIPPING,
    }
)
CAPTURE: Shape = unsupported_names("amount_details application_fee_amount hooks payment_details transfer_data") | {
    "amount_to_capture": Integer(),
    "final_capture": Boolean(),
    "metadata": Metadata(),
    "statement_descriptor": Text(limit=22),
    "statement_descriptor_suffix": Text(limit=22),
}
CANCEL: Shape = {
    "cancellation_reason": Choice(("abandoned", "duplicate", "fraudulent", "requested_by_customer")),
    "client_secret": Text(),
}
RETRIEVE: Shape = {"client_secret": Text()}
LIST: Shape = PAGING | unsupported_names("customer_account") | {"created": Moments(), "customer": Text()}
SEARCH = Fields(
    text={"currency": "currency", "customer": "customer", "status": "status"},
    numeric={"amount": "amount", "created": "created"},
)
