"""How an object of each type is asked for on its own, with what its own form only names."""

from collections.abc import Mapping

from mirror.errors import NotFetchable, NotFound, Refusal
from mirror.gateway.call import Call, segment

RETRIEVE: dict[str, tuple[str, tuple[str, ...]]] = {
    "charge": ("charges", ()),
    "coupon": ("coupons", ("applies_to",)),
    "customer": ("customers", ()),
    "invoice": ("invoices", ("discounts.source.coupon", "payments")),
    "invoice_payment": ("invoice_payments", ()),
    "invoiceitem": ("invoiceitems", ()),
    "payment_intent": ("payment_intents", ("latest_charge",)),
    "payment_method": ("payment_methods", ()),
    "price": ("prices", ("currency_options", "tiers")),
    "product": ("products", ()),
    "promotion_code": ("promotion_codes", ()),
    "refund": ("refunds", ()),
    "setup_intent": ("setup_intents", ()),
    "subscription": ("subscriptions", ("default_payment_method", "discounts.source.coupon")),
    "subscription_item": ("subscription_items", ()),
}
"""By the object's `object`: the collection in the path, and what to expand."""

TYPE_BY_PREFIX: Mapping[str, str] = {
    "ba": "payment_method",
    "card": "payment_method",
    "ch": "charge",
    "cus": "customer",
    "ii": "invoiceitem",
    "in": "invoice",
    "inpay": "invoice_payment",
    "pi": "payment_intent",
    "plan": "price",
    "pm": "payment_method",
    "price": "price",
    "prod": "product",
    "promo": "promotion_code",
    "py": "charge",
    "pyr": "refund",
    "re": "refund",
    "seti": "setup_intent",
    "si": "subscription_item",
    "src": "payment_method",
    "sub": "subscription",
}
"""People choose the ids of coupons, and of some products. What was made as a plan or a source has another type now."""


def type_of(id: str) -> str | None:
    """The type that the beginning of an id tells."""
    prefix, _, rest = id.partition("_")
    return TYPE_BY_PREFIX.get(prefix) if rest else None


def retrieve(type: str, id: str, *, expand: tuple[str, ...] = ()) -> Call:
    """Raises NotFetchable for a type without a retrieve, and NotFound for an id that cannot be one."""
    if type not in RETRIEVE:
        raise NotFetchable(type)
    # "" is the list, and dots are not escaped in paths: neither may reach Stripe as an id.
    if not id.strip("."):
        raise NotFound(Refusal(status=404, message="No such object.", code="resource_missing", param="id"))
    collection, own = RETRIEVE[type]
    return Call("get", f"/v1/{collection}/{segment(id)}", {"expand": [*own, *expand]} if own or expand else {})
