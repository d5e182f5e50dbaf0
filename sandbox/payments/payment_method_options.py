"""Payment method options of intents (https://docs.stripe.com/api/payment_intents/create): those for cards matter."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.api.parameters import Anything, Choice, Hash, Kind, unsupported_names
from sandbox.payments.payment_method_data import TYPES

KEPT = ("capture_method", "network", "request_three_d_secure", "setup_future_usage")
OTHERS: dict[str, Kind] = {name: Anything() for name in TYPES.split()}
FOR_SETUP: dict[str, Kind] = unsupported_names("mandate_options moto setup_credential_usage three_d_secure") | {
    "network": Anything(),
    "request_three_d_secure": Choice(("any", "automatic", "challenge")),
}
FOR_PAYMENT: dict[str, Kind] = (
    FOR_SETUP
    | unsupported_names("installments require_cvc_recollection stored_credential_usage")
    | {
        "capture_method": Choice(("manual",), unsets=True),
        "cvc_token": Anything(),
        "request_extended_authorization": Anything(),
        "request_incremental_authorization": Anything(),
        "request_multicapture": Anything(),
        "request_overcapture": Anything(),
        "setup_future_usage": Choice(("none", "off_session", "on_session"), unsets=True),
        "statement_descriptor_suffix_kana": Anything(),
        "statement_descriptor_suffix_kanji": Anything(),
    }
)
SETUP = Hash(OTHERS | {"card": Hash(FOR_SETUP)})
PAYMENT = Hash(OTHERS | {"card": Hash(FOR_PAYMENT)})


def choose(intent: Object, given: dict[str, Any] | None) -> None:
    """Sets what a request gives for cards; what is cleared goes back to what the intent itself says."""
    options = intent["payment_method_options"]["card"]
    for name, value in ((given or {}).get("card") or {}).items():
        if name in KEPT and value is not None:
            options[name] = value
        elif name in ("capture_method", "setup_future_usage"):
            options.pop(name, None)
