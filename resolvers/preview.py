"""What only Stripe can tell: what the next invoice would be, and what an open invoice waits for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PreviewItem:
    item: str | None = None
    price: str | None = None
    quantity: int | None = None
    remove: bool = False


@dataclass(frozen=True, slots=True)
class InvoicePreviewRequest:
    """What would change, before it does."""

    subscription: str | None = None
    items: tuple[PreviewItem, ...] | None = None
    coupon: str | None = None
    promotion_code: str | None = None
