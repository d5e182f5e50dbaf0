"""The types that refer to each other in circles, by the module that each lives in."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from schema.charge import Charge
    from schema.coupon import Discount
    from schema.customer import Customer
    from schema.invoice import Invoice
    from schema.invoice_item import InvoiceItem
    from schema.payment_method import PaymentMethod
    from schema.price import Price
    from schema.product import Product
    from schema.subscription import Subscription

LazyCharge = Annotated["Charge", strawberry.lazy("schema.charge")]
LazyCustomer = Annotated["Customer", strawberry.lazy("schema.customer")]
LazyDiscount = Annotated["Discount", strawberry.lazy("schema.coupon")]
LazyInvoice = Annotated["Invoice", strawberry.lazy("schema.invoice")]
LazyInvoiceItem = Annotated["InvoiceItem", strawberry.lazy("schema.invoice_item")]
LazyPaymentMethod = Annotated["PaymentMethod", strawberry.lazy("schema.payment_method")]
LazyPrice = Annotated["Price", strawberry.lazy("schema.price")]
LazyProduct = Annotated["Product", strawberry.lazy("schema.product")]
LazySubscription = Annotated["Subscription", strawberry.lazy("schema.subscription")]
