"""The hosted invoice: to read, to print, and to pay while it is open."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError
from sandbox.api.views import lines_of
from sandbox.checkout.session_answers import Unanswered
from sandbox.invoices.invoice_collection import collect
from sandbox.invoices.invoice_finalization import open_payment
from sandbox.money import display
from sandbox.pages.acting import Acting, form_of, see_other
from sandbox.pages.card_form import card_fields, chosen_method, what_failed
from sandbox.pages.layout import button, document, form, link, paragraph, table
from sandbox.pages.pdf import pdf
from sandbox.payments.cards import Decline
from sandbox.timing.periods import day_name

PAYABLE = ("open", "uncollectible")


class InvoicePage(Acting):
    """The page of finalized invoices."""

    def routes(self) -> list[Route]:
        """The table of it."""
        return [
            Route("/sandbox/invoices/{id}", self.show),
            Route("/sandbox/invoices/{id}", self.answer, methods=["POST"]),
            Route("/sandbox/invoices/{id}/pdf", self.print),
        ]

    def find(self, request: Request) -> Object | None:
        """The invoice, if the link is the right one."""
        self.carry_out(lambda: None)
        row = self.state.table("invoice").get(request.path_params["id"])
        secret = (row or {}).get("_", {}).get("secret")
        return row if secret and secret == request.query_params.get("s") else None

    def gone(self) -> Response:
        """A link that leads nowhere."""
        return document("No such invoice", paragraph("The link is wrong or the invoice is not finalized."), 404)

    async def show(self, request: Request) -> Response:
        """The invoice, with a form while it can be paid."""
        row = self.find(request)
        return self.gone() if row is None else self.page(row, {}, self.left_over(row, request))

    def left_over(self, invoice: Object, request: Request) -> str:
        """What went wrong at the bank, for one who comes back from there."""
        id = request.query_params.get("payment_intent")
        intent = self.intent_of(invoice)
        return what_failed(intent) if intent is not None and intent["id"] == id else ""

    def intent_of(self, invoice: Object) -> Object | None:
        """The intent that is to pay an invoice."""
        payment = open_payment(self.state, invoice)
        return self.state.get("payment_intent", payment["payment"]["payment_intent"]) if payment else None

    async def answer(self, request: Request) -> Response:
        """Pays with a card."""
        row = self.find(request)
        if row is None:
            return self.gone()
        if row["status"] not in PAYABLE:
            return self.page(row, {})
        invoice, given, url = row, await form_of(request), str(request.url)
        try:
            decline = self.carry_out(lambda: self.pay(invoice, given, url))
        except Unanswered as error:
            return self.page(invoice, given, str(error), status=400)
        except ApiError as error:
            return self.page(invoice, given, str(error), status=error.status)
        if decline is not None:
            return self.page(invoice, given, decline.message, status=402)
        intent = self.intent_of(invoice)
        if intent is not None and intent["status"] == "requires_action":
            return see_other(f"/sandbox/authenticate/{intent['id']}")
        return see_other(f"{request.url.path}?{request.url.query}")

    def pay(self, invoice: Object, given: Mapping[str, str], url: str) -> Decline | None:
        """One try."""
        method = chosen_method(self.state, given, self.cards(invoice))
        return collect(self.state, invoice, method, off_session=False, automatic=False, return_url=url)

    def cards(self, invoice: Object) -> list[Object]:
        """The customer's cards on file."""
        return list(self.state.table("payment_method").newest_first("customer", invoice["customer"]))

    def page(self, invoice: Object, given: Mapping[str, str], problem: str = "", *, status: int = 200) -> Response:
        """The invoice with its links."""
        body = f'<div id="problem">{paragraph(problem, "problem")}</div>' if problem else ""
        body += paragraph(standing(invoice), "done" if invoice["status"] == "paid" else "")
        body += table(summary(self.state, invoice))
        links = link(invoice["invoice_pdf"], "Download the invoice as PDF")
        receipt = receipt_of(self.state, invoice)
        links += f" · {link(receipt, 'Receipt')}" if receipt else ""
        body += f"<p>{links}</p>"
        if invoice["status"] in PAYABLE and invoice["amount_remaining"]:
            fields = card_fields(self.cards(invoice), given.get("card", ""), wrong=bool(problem))
            pay = button(f"Pay {display(invoice['amount_remaining'], invoice['currency'])}")
            body += form(f"/sandbox/invoices/{invoice['id']}?s={invoice['_']['secret']}", fields + pay)
        return document(f"Invoice {invoice['number']}", body, status)

    async def print(self, request: Request) -> Response:
        """The same as a PDF file."""
        row = self.find(request)
        if row is None:
            return self.gone()
        lines = [f"Invoice {row['number']}", standing(row), ""]
        lines += [f"{text}   {amount}" for text, amount in summary(self.state, row)]
        headers = {"Content-Disposition": f'inline; filename="Invoice-{row["number"]}.pdf"'}
        return Response(pdf(lines), media_type="application/pdf", headers=headers)


def receipt_of(state: State, invoice: Object) -> str:
    """Where the receipt of the payment is."""
    for payment in state.table("invoice_payment").newest_first("invoice", invoice["id"]):
        if payment["status"] == "paid":
            intent = state.get("payment_intent", payment["payment"]["payment_intent"])
            return str(state.get("charge", intent["latest_charge"])["receipt_url"])
    return ""


def summary(state: State, invoice: Object) -> list[tuple[str, str]]:
    """Lines and totals as text."""
    currency = invoice["currency"]
    rows = [
        (line["description"] or "Item", display(line["amount"], currency)) for line in lines_of(state, invoice["id"])
    ]
    off = sum(one["amount"] for one in invoice["total_discount_amounts"])
    if off:
        rows.append(("Discount", display(-off, currency)))
    return [
        *rows,
        *taxes_of(state, invoice),
        ("Total", display(invoice["total"], currency)),
        ("Amount due", display(invoice["amount_remaining"], currency)),
    ]


def taxes_of(state: State, row: Object) -> list[tuple[str, str]]:
    """The taxes of an invoice or a credit note by rate."""
    found = []
    for tax in row["total_taxes"]:
        rate = state.get("tax_rate", tax["tax_rate_details"]["tax_rate"])
        kind = " included" if rate["inclusive"] else ""
        name = f"{rate['display_name']} ({rate['percentage']:g}%{kind})"
        found.append((name, display(tax["amount"], row["currency"])))
    return found


def standing(invoice: Object) -> str:
    """What there is to say about it in a sentence."""
    when = day_name(invoice["status_transitions"]["finalized_at"])
    return f"{invoice['status'].capitalize()}, of {when}, for {invoice['customer_email'] or invoice['customer']}."
