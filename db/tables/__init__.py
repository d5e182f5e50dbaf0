"""The resources that are mirrored with typed columns: a table class a resource, in one list that can be read."""

from db.tables.charges import Charge
from db.tables.coupons import Coupon
from db.tables.customers import Customer
from db.tables.discounts import Discount
from db.tables.invoice_items import InvoiceItem
from db.tables.invoice_lines import InvoiceLine
from db.tables.invoice_payments import InvoicePayment
from db.tables.invoices import Invoice
from db.tables.mirrored import Mirrored
from db.tables.objects import StoredObject
from db.tables.payment_intents import PaymentIntent
from db.tables.payment_methods import PaymentMethod
from db.tables.prices import Price
from db.tables.products import Product
from db.tables.promotion_codes import PromotionCode
from db.tables.refunds import Refund
from db.tables.subscription_items import SubscriptionItem
from db.tables.subscriptions import Subscription

RESOURCES: tuple[type[Mirrored], ...] = (
    Customer,
    Product,
    Price,
    Coupon,
    PromotionCode,
    Discount,
    PaymentMethod,
    Subscription,
    SubscriptionItem,
    Invoice,
    InvoiceLine,
    InvoiceItem,
    InvoicePayment,
    PaymentIntent,
    Charge,
    Refund,
)

__all__ = [
    "RESOURCES",
    "Charge",
    "Coupon",
    "Customer",
    "Discount",
    "Invoice",
    "InvoiceItem",
    "InvoiceLine",
    "InvoicePayment",
    "Mirrored",
    "PaymentIntent",
    "PaymentMethod",
    "Price",
    "Product",
    "PromotionCode",
    "Refund",
    "StoredObject",
    "Subscription",
    "SubscriptionItem",
]
