"""One object of every type, belonging to one customer, with ids that end alike."""

from typing import Any

from tests.resolvers.reading.stripe_objects import (
    card,
    charge,
    coupon,
    customer,
    discount,
    invoice,
    invoice_item,
    invoice_payment,
    item,
    line,
    payment_intent,
    price,
    product,
    refund,
    subscription,
)


def catalogue() -> list[dict[str, Any]]:
    return [product(), price(), coupon("SALE")]


def belongings(end: str, subscriber: str | None = None) -> list[dict[str, Any]]:
    """A customer cus_<end> and everything that may belong to one."""
    owner = f"cus_{end}"
    code = {"id": f"promo_{end}", "object": "promotion_code", "code": f"CODE{end}", "active": True, "created": 1}
    return [
        customer(
            owner,
            subscriber=subscriber,
            description="note",
            invoice_settings={"default_payment_method": f"pm_{end}"},
            discount=discount(f"di_cus_{end}", "SALE", customer=owner),
        ),
        card(f"pm_{end}", owner),
        subscription(
            f"sub_{end}",
            owner,
            items=[item(f"si_{end}")],
            latest_invoice=f"in_{end}",
            default_payment_method=f"pm_{end}",
            discounts=[f"di_{end}"],
        ),
        {**code, "promotion": {"type": "coupon", "coupon": "SALE"}},
        discount(f"di_{end}", "SALE", customer=owner, subscription=f"sub_{end}", promotion_code=f"promo_{end}"),
        invoice(f"in_{end}", owner, subscription=f"sub_{end}", lines=[line(f"il_{end}")], discounts=[f"di_{end}"]),
        invoice_payment(f"inpay_{end}", f"in_{end}", payment_intent=f"pi_{end}"),
        payment_intent(f"pi_{end}", owner, latest_charge=f"ch_{end}", payment_method=f"pm_{end}"),
        charge(f"ch_{end}", owner, payment_intent=f"pi_{end}", payment_method=f"pm_{end}"),
        refund(f"re_{end}", f"ch_{end}"),
        invoice_item(f"ii_{end}", owner),
    ]


NODES = {
    "Customer": "cus_{}",
    "PaymentMethod": "pm_{}",
    "Subscription": "sub_{}",
    "SubscriptionItem": "si_{}",
    "Invoice": "in_{}",
    "Charge": "ch_{}",
    "Refund": "re_{}",
    "InvoiceItem": "ii_{}",
    "Product": "prod_1",
    "Price": "price_1",
    "Coupon": "SALE",
}
"""The id of each type that node finds."""
