"""Credit notes to print."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.money import display
from sandbox.pages.acting import Acting
from sandbox.pages.invoice_page import taxes_of
from sandbox.pages.layout import document, paragraph
from sandbox.pages.pdf import pdf
from sandbox.timing.periods import day_name


class CreditNotePage(Acting):
    """A credit note as a PDF file."""

    def routes(self) -> list[Route]:
        """The table of it."""
        return [Route("/sandbox/credit_notes/{id}/pdf", self.print)]

    async def print(self, request: Request) -> Response:
        """The file, for those who have the link."""
        row = self.state.table("credit_note").get(request.path_params["id"])
        if row is None or row["_"]["secret"] != request.query_params.get("s"):
            return document("No such credit note", paragraph("The link is wrong."), 404)
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
        return Response(pdf(lines), media_type="application/pdf", headers=headers)
