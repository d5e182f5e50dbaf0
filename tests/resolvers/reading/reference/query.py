"""Where a query begins, and what the caller may see there."""

from typing import Any

from tests.resolvers.reading.reference.catalogue import (
    PRODUCTS,
    Coupon,
    Discount,
    Price,
    Product,
    PromotionCode,
)
from tests.resolvers.reading.reference.charge import CHARGES, Charge, Refund
from tests.resolvers.reading.reference.contract import object_type
from tests.resolvers.reading.reference.customer import CUSTOMERS, Customer
from tests.resolvers.reading.reference.invoice import INVOICES, Invoice, InvoiceItem, InvoiceLine, InvoicePayment
from tests.resolvers.reading.reference.paging import Connection
from tests.resolvers.reading.reference.payment_method import PaymentMethod
from tests.resolvers.reading.reference.subscription import SUBSCRIPTIONS, Subscription, SubscriptionItem
from tests.resolvers.reading.reference.thing import Reading, Shown, Thing

WITH_IDS_OF_STRIPES: tuple[type[Thing], ...] = (
    Charge,
    Customer,
    Discount,
    Invoice,
    InvoiceItem,
    InvoiceLine,
    InvoicePayment,
    PaymentMethod,
    PromotionCode,
    Refund,
    Subscription,
    SubscriptionItem,
)
WITH_IDS_THAT_PEOPLE_CHOOSE: tuple[type[Thing], ...] = (Coupon, Price, Product)
KINDS = {kind.__name__: kind for kind in (*WITH_IDS_OF_STRIPES, *WITH_IDS_THAT_PEOPLE_CHOOSE)}


class Query(Shown):
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def _visible(self, type_name: str, id: str | None) -> Thing | None:
        found = self._reading.find(type_name, id)
        return found if found and found.is_visible() else None

    def viewer(self) -> Thing | None:
        return self.customer_by_subscriber(self._reading.subscriber) if self._reading.subscriber is not None else None

    def customer(self, id: str) -> Thing | None:
        return self._visible("Customer", id)

    def customer_by_subscriber(self, subscriber: str) -> Thing | None:
        return self._visible("Customer", self._reading.links.get(subscriber))

    def subscription(self, id: str) -> Thing | None:
        return self._visible("Subscription", id)

    def invoice(self, id: str) -> Thing | None:
        return self._visible("Invoice", id)

    def charge(self, id: str) -> Thing | None:
        return self._visible("Charge", id)

    def product(self, id: str) -> Thing | None:
        return self._visible("Product", id)

    def price(self, id: str) -> Thing | None:
        return self._visible("Price", id)

    def price_by_lookup_key(self, lookup_key: str) -> Thing | None:
        prices = [each for each in self._reading.every("Price") if each.of_stripe("lookup_key") == lookup_key]
        return next((price for price in prices if price.is_visible()), None)

    def node(self, id: str) -> Thing | None:
        """A prefix of Stripe's goes before an id that somebody chose."""
        nodes = (
            self._visible(kind.__name__, id)
            for kind in (*WITH_IDS_OF_STRIPES, *WITH_IDS_THAT_PEOPLE_CHOOSE)
            if object_type(kind.__name__).interfaces
        )
        return next((node for node in nodes if node), None)

    def nodes(self, ids: list[str]) -> list[Thing | None]:
        return [self.node(id) for id in ids]

    def customers(self, **page: Any) -> Connection:
        """Deleted ones only when asked for."""
        deleted = bool((page.get("filter") or {}).get("deleted"))
        return CUSTOMERS.page(self._reading, self._reading.every("Customer", deleted=deleted), **page)

    def subscriptions(self, **page: Any) -> Connection:
        return SUBSCRIPTIONS.page(self._reading, self._reading.every("Subscription"), **page)

    def invoices(self, **page: Any) -> Connection:
        return INVOICES.page(self._reading, self._reading.every("Invoice"), **page)

    def charges(self, **page: Any) -> Connection:
        return CHARGES.page(self._reading, self._reading.every("Charge"), **page)

    def products(self, active: bool | None = None, **page: Any) -> Connection:
        wanted = {"active": active if self._reading.is_operator else True}
        return PRODUCTS.page(self._reading, self._reading.every("Product"), filter=wanted, **page)
