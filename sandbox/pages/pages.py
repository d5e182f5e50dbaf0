"""Pages for browsers on the sandbox's own host."""

from starlette.routing import Route

from sandbox.account.state import State
from sandbox.pages.bank_page import BankPage
from sandbox.pages.checkout_page import CheckoutPage
from sandbox.pages.credit_note_page import CreditNotePage
from sandbox.pages.invoice_page import InvoicePage
from sandbox.pages.layout import document as document
from sandbox.pages.portal_page import PortalPage
from sandbox.pages.receipt_page import ReceiptPage
from sandbox.webhooks.deliveries import Deliverer


class Pages:
    """The pages of one sandbox."""

    def __init__(self, state: State, deliverer: Deliverer) -> None:
        self.pages = (
            BankPage(state, deliverer),
            CheckoutPage(state, deliverer),
            CreditNotePage(state, deliverer),
            InvoicePage(state, deliverer),
            PortalPage(state, deliverer),
            ReceiptPage(state, deliverer),
        )

    def routes(self) -> list[Route]:
        """The table of them."""
        return [route for page in self.pages for route in page.routes()]
