"""How an object of each type is asked for on its own, with what its own form only names."""

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


def retrieve(type: str, id: str, *, expand: tuple[str, ...] = ()) -> Call:
    """Raises NotFetchable for a type without a retrieve, and NotFound for an id that cannot be one."""
    if type not in RETRIEVE:
        raise NotFetchable(type)
    # "" is the list, and dots are not escaped in paths: neither may reach Stripe as an id.
    if not id.strip("."):
        raise NotFound(Refusal(status=404, message="No such object.", code="resource_missing", param="id"))
    collection, own = RETRIEVE[type]
    return Call("get", f"/v1/{collection}/{segment(id)}", {"expand": [*own, *expand]} if own or expand else {})
