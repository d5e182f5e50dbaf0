"""Receipts of charges."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.money import display
from sandbox.pages.acting import Acting
from sandbox.pages.layout import document, paragraph, table
from sandbox.timing.periods import day_name


class ReceiptPage(Acting):
    """What was paid, and what came back."""

    def routes(self) -> list[Route]:
        """The table of it."""
        return [Route("/sandbox/receipts/{id}", self.show)]

    async def show(self, request: Request) -> Response:
        """The receipt of a charge."""
        charge = self.state.table("charge").get(request.path_params["id"])
        if charge is None:
            return document("No such receipt", paragraph("There is no such charge."), 404)
        rows = [("Paid", display(charge["amount_captured"], charge["currency"]))]
        if charge["amount_refunded"]:
            rows.append(("Refunded", display(charge["amount_refunded"], charge["currency"])))
        card = charge["payment_method_details"]["card"]
        with_card = f"{day_name(charge['created'])}, {card['brand'].capitalize()} •••• {card['last4']}"
        return document("Receipt", paragraph(with_card) + paragraph(charge["description"] or "") + table(rows))
