"""createSetupIntent: begin to save a card."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CreateSetupIntentRequest:
    """`customer` is the operator's to give; a subscriber means themselves."""

    customer: str | None = None
    idempotency_key: str | None = None
