"""Pages for browsers on the sandbox's own host: invoices, receipts, the bank's window."""

from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import lines_of
from sandbox.invoices.invoice_collection import follow
from sandbox.money import display
from sandbox.pages.pdf import one_page
from sandbox.payments import payment_attempts, setup_intent_building
from sandbox.timing.periods import day_name
from sandbox.webhooks.deliveries import Deliverer

Endpoint = Callable[[Request], Awaitable[Response]]
STYLE = (
    "body{font:16px/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0"
    " 1rem;color:#1a1f36}table{width:100%;border-collapse:collapse}td,th{padding:.4rem 0;border-bottom:1px solid"
    " #e3e8ee;text-align:left}td:last-child,th:last-child{text-align:right}button{font:inherit;padding:.5rem"
    " 1rem;margin-right:.5rem}"
)


def document(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A whole page."""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
        f"<h1>{escape(title)}</h1>{body}</html>",
        status,
    )


class Pages:
    """The pages of one sandbox."""

    def __init__(self, state: State, deliverer: Deliverer) -> None:
        self.state = state
        self.deliverer = deliverer

    def routes(self) -> list[Route]:
        """The table of them."""
        return [
            Route("/sandbox/invoices/{id}", self.invoice),
            Route("/sandbox/invoices/{id}/pdf", self.invoice_pdf),
            Route("/sandbox/credit_notes/{id}/pdf", self.credit_note_pdf),
            Route("/sandbox/receipts/{id}", self.receipt),
            Route("/sandbox/authenticate/{id}", self.ask),
            Route("/sandbox/authenticate/{id}", self.answer, methods=["POST"]),
        ]

    def find_invoice(self, request: Request) -> Object | None:
        """The invoice, if the link is the right one."""
        row = self.state.table("invoice").get(request.path_params["id"])
        secret = (row or {}).get("_", {}).get("secret")
        return row if secret and secret == request.query_params.get("s") else None

    async def invoice(self, request: Request) -> Response:
        """The hosted invoice."""
        row = self.find_invoice(request)
        if row is None:
            return document("No such invoice", "<p>The link is wrong or the invoice is not finalized.</p>", 404)
        lines = "".join(
            f"<tr><td>{escape(text)}</td><td>{escape(amount)}</td></tr>" for text, amount in summary(self.state, row)
        )
        return document(f"Invoice {row['number']}", f"<p>{escape(standing(row))}</p><table>{lines}</table>")

    async def invoice_pdf(self, request: Request) -> Response:
        """The same as a PDF file."""
        row = self.find_invoice(request)
        if row is None:
            return document("No such invoice", "<p>The link is wrong or the invoice is not finalized.</p>", 404)
        lines = [f"Invoice {row['number']}", standing(row), ""]
        lines += [f"{text}   {amount}" for text, amount in summary(self.state, row)]
        headers = {"Content-Disposition": f'inline; filename="Invoice-{row["number"]}.pdf"'}
        return Response(one_page(lines), media_type="application/pdf", headers=headers)

    async def credit_note_pdf(self, request: Request) -> Response:
        """A credit note as a PDF file."""
        row = self.state.table("credit_note").get(request.path_params["id"])
        if row is None or row["_"]["secret"] != request.query_params.get("s"):
            return document("No such credit note", "<p>The link is wrong.</p>", 404)
        currency = row["currency"]
        invoice = self.state.get("invoice", row["invoice"])
        lines = [
            f"Credit note {row['number']}",
            f"For invoice {invoice['number']}, {day_name(row['effective_at'])}",
            "",
        ]
        for line in self.state.table("credit_note_line_item").oldest_first("credit_note", row["id"]):
            lines.append(f"{line['description'] or 'Credit'}   {display(line['amount'], currency)}")
        lines += [f"{text}   {amount}" for text, amount in taxes_of(self.state, row)]
        lines += [f"Total   {display(row['total'], currency)}", *([row["memo"]] if row["memo"] else [])]
        headers = {"Content-Disposition": f'inline; filename="CreditNote-{row["number"]}.pdf"'}
        return Response(one_page(lines), media_type="application/pdf", headers=headers)

    async def receipt(self, request: Request) -> Response:
        """The receipt of a charge."""
        charge = self.state.table("charge").get(request.path_params["id"])
        if charge is None:
            return document("No such receipt", "<p>There is no such charge.</p>", 404)
        paid = display(charge["amount_captured"], charge["currency"])
        back = display(charge["amount_refunded"], charge["currency"])
        rows = f"<tr><td>Paid</td><td>{escape(paid)}</td></tr><tr><td>Refunded</td><td>{escape(back)}</td></tr>"
        return document("Receipt", f"<p>{day_name(charge['created'])}</p><table>{rows}</table>")

    def find_intent(self, request: Request) -> Object | None:
        """The payment or setup intent."""
        id = request.path_params["id"]
        return self.state.table("payment_intent").get(id) or self.state.table("setup_intent").get(id)

    async def ask(self, request: Request) -> Response:
        """The bank's question."""
        intent = self.find_intent(request)
        if intent is None or intent["status"] != "requires_action":
            return document("Nothing to authenticate", "<p>This payment does not wait for you.</p>", 404)
        buttons = (
            '<button name="succeed" value="true">Complete</button><button name="succeed" value="false">Fail</button>'
        )
        return document("3-D Secure test page", f'<p>Complete authentication?</p><form method="post">{buttons}</form>')

    async def answer(self, request: Request) -> Response:
        """What the card holder pressed; leads back to the shop."""
        intent = self.find_intent(request)
        if intent is None or intent["status"] != "requires_action":
            return document("Nothing to authenticate", "<p>This payment does not wait for you.</p>", 404)
        succeed = b"succeed=true" in await request.body()
        back = ((intent["next_action"] or {}).get("redirect_to_url") or {}).get("return_url")
        if intent["object"] == "payment_intent":
            follow(self.state, intent, payment_attempts.complete(self.state, intent, succeed=succeed))
        else:
            setup_intent_building.complete(self.state, intent, succeed=succeed)
        self.state.journal.commit()
        self.deliverer.pick_up()
        if not back:
            return document("Done", f"<p>The intent is now {escape(intent['status'])}. You can close this page.</p>")
        secret = {intent["object"]: intent["id"], f"{intent['object']}_client_secret": intent["client_secret"]}
        joint = "&" if "?" in back else "?"
        return RedirectResponse(f"{back}{joint}{urlencode(secret)}", 303)


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
