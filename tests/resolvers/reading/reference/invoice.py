from typing import Any

from tests.resolvers.reading.reference.paging import Connection, Listing, during, one_of, same, sorted_by
from tests.resolvers.reading.reference.subscription import discounts_of
from tests.resolvers.reading.reference.thing import Thing, at


class Invoice(Thing):
    kind = "invoice"

    def subscription(self) -> Any:
        return self.of_stripe("parent", "subscription_details", "subscription")

    def tax(self) -> int | None:
        taxes = self.of_stripe("total_taxes")
        return None if taxes is None else sum(tax["amount"] for tax in taxes)

    def lines(self, **page: Any) -> Connection:
        listed = [self.reading.find("InvoiceLine", id) for id in self.of_stripe("lines") or ()]
        return LINES.page(self.reading, [line for line in listed if line], **page)

    def discounts(self) -> list[Thing]:
        return discounts_of(self)

    def payments(self) -> list["InvoicePayment"]:
        return self.pointing_here("InvoicePayment", "invoice")

    def paid_at(self) -> Any:
        return self.of_stripe("status_transitions", "paid_at")

    def finalized_at(self) -> Any:
        return self.of_stripe("status_transitions", "finalized_at")

    def voided_at(self) -> Any:
        return self.of_stripe("status_transitions", "voided_at")

    def pdf_url(self) -> Any:
        return self.of_stripe("invoice_pdf")


class _OfPeriod(Thing):
    """Something that is charged for a time, by a price."""

    def price(self) -> Any:
        return self.of_stripe("pricing", "price_details", "price")

    def period_start(self) -> Any:
        return self.of_stripe("period", "start")

    def period_end(self) -> Any:
        return self.of_stripe("period", "end")


class InvoiceLine(_OfPeriod):
    kind = "line_item"

    def proration(self) -> bool:
        return any(
            self.of_stripe("parent", origin, "proration") is True
            for origin in ("subscription_item_details", "invoice_item_details")
        )

    def position(self) -> int:
        """In its invoice's list."""
        invoice = self.reading.books.find("invoice", self.of_stripe("invoice"))
        assert invoice is not None
        place: int = invoice.data["lines"].index(self.id)
        return place


class InvoiceItem(_OfPeriod):
    kind = "invoiceitem"

    def subscription(self) -> Any:
        return self.of_stripe("parent", "subscription_details", "subscription")


class InvoicePayment(Thing):
    kind = "invoice_payment"

    def charge(self) -> Any:
        """The one that it names, else the latest of its payment intent."""
        intent = self.reading.books.find("payment_intent", self.of_stripe("payment", "payment_intent"))
        return self.of_stripe("payment", "charge") or at(intent and intent.data, "latest_charge")


LINES = Listing("InvoiceLine", orders={"POSITION": lambda line: line.position()}, descending=False)
INVOICES = Listing(
    "Invoice",
    filters={
        "status": one_of("status"),
        "subscription": same("subscription"),
        "collectionMethod": one_of("collection_method"),
        "dueDate": during("due_date"),
        "created": during("created"),
    },
    orders={
        "CREATED": lambda invoice: invoice.created(),
        "DUE_DATE": sorted_by("due_date", nothing=0),
        "TOTAL": sorted_by("total", nothing=0),
    },
)
