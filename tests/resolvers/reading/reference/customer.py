from typing import Any

from tests.resolvers.reading.reference.access import Access, access
from tests.resolvers.reading.reference.charge import CHARGES
from tests.resolvers.reading.reference.invoice import INVOICES
from tests.resolvers.reading.reference.paging import Connection, Listing, during, flag, same, sorted_by
from tests.resolvers.reading.reference.subscription import SUBSCRIPTIONS, Subscription
from tests.resolvers.reading.reference.thing import Thing, newest_first


class Customer(Thing):
    kind = "customer"

    def is_shown_to_subscribers(self) -> bool:
        return self.reading.is_own(self.id)

    def subscriber(self) -> str | None:
        return next((each for each, customer in self.reading.links.items() if customer == self.id), None)

    def currency_of_amounts(self) -> str:
        return self.of_stripe("currency") or "usd"

    def credits(self) -> int | None:
        balance: int | None = self.of_stripe("balance")
        return None if balance is None else max(-balance, 0)

    def pending_charges(self) -> int | None:
        balance: int | None = self.of_stripe("balance")
        return None if balance is None else max(balance, 0)

    def delinquent(self) -> bool:
        return self.of_stripe("delinquent") or False

    def preferred_locales(self) -> list[str]:
        return self.of_stripe("preferred_locales") or []

    def default_payment_method(self) -> Any:
        return self.of_stripe("invoice_settings", "default_payment_method")

    def discounts(self) -> list[Thing]:
        discount = self.reading.find("Discount", self.of_stripe("discount"))
        return [discount] if discount else []

    def pending_coupon(self) -> Any:
        return self.of_stripe("metadata", "pending_coupon")

    def _subscriptions(self) -> list[Subscription]:
        return self.pointing_here("Subscription", "customer")

    def active_subscriptions(self) -> list[Subscription]:
        return [each for each in self._subscriptions() if each.is_active()]

    def valid_subscriptions(self) -> list[Subscription]:
        return [each for each in self._subscriptions() if each.is_valid()]

    def subscription(self) -> Subscription | None:
        valid = self.valid_subscriptions()
        return valid[0] if len(valid) == 1 else None

    def has_multiple_subscriptions(self) -> bool:
        return len(self.valid_subscriptions()) > 1

    def is_subscribed_to(self, product: str) -> bool:
        return any(each.gives_access(product) for each in self._subscriptions())

    def has_any_active_subscription(self) -> bool:
        return any(each.gives_access() for each in self._subscriptions())

    def access(self, product: str) -> Access:
        return access(self._subscriptions(), product)

    def subscriptions(self, **page: Any) -> Connection:
        return SUBSCRIPTIONS.page(self.reading, self._subscriptions(), **page)

    def invoices(self, **page: Any) -> Connection:
        return INVOICES.page(self.reading, self.pointing_here("Invoice", "customer"), **page)

    def charges(self, **page: Any) -> Connection:
        return CHARGES.page(self.reading, self.pointing_here("Charge", "customer"), **page)

    def payment_methods(self, type: str | None = None) -> list[Thing]:
        mine = self.pointing_here("PaymentMethod", "customer")
        return [each for each in mine if type is None or each.of_stripe("type") == type]

    def pending_invoice_items(self) -> list[Thing]:
        mine = self.pointing_here("InvoiceItem", "customer")
        return newest_first((each for each in mine if each.of_stripe("invoice") is None), by="date")


CUSTOMERS = Listing(
    "Customer",
    filters={
        "email": same("email"),
        "subscriber": same("subscriber"),
        "delinquent": flag("delinquent"),
        "deleted": flag("deleted"),
        "created": during("created"),
    },
    orders={
        "CREATED": lambda customer: customer.created(),
        "EMAIL": sorted_by("email", nothing=""),
        "NAME": sorted_by("name", nothing=""),
    },
)
