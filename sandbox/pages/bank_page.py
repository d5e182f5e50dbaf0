"""The bank's window: 3-D Secure as test cards have it."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.account.objects import Object
from sandbox.api.errors import ApiError
from sandbox.checkout.authentication import answered
from sandbox.money import display
from sandbox.pages.acting import Acting, form_of, see_other
from sandbox.pages.layout import button, document, form, paragraph


class BankPage(Acting):
    """Asks the card holder."""

    def routes(self) -> list[Route]:
        """The table of it."""
        return [
            Route("/sandbox/authenticate/{id}", self.ask),
            Route("/sandbox/authenticate/{id}", self.answer, methods=["POST"]),
        ]

    def find(self, request: Request) -> Object | None:
        """The payment or setup intent, if the bank waits for an answer."""
        id = request.path_params["id"]
        self.carry_out(lambda: None)
        intent = self.state.table("payment_intent").get(id) or self.state.table("setup_intent").get(id)
        return intent if intent is not None and intent["status"] == "requires_action" else None

    async def ask(self, request: Request) -> Response:
        """The bank's question."""
        intent = self.find(request)
        if intent is None:
            return document("Nothing to authenticate", paragraph("This payment does not wait for you."), 404)
        amount = display(intent["amount"], intent["currency"]) if intent["object"] == "payment_intent" else ""
        asked = f"this payment of {amount}" if amount else "this card"
        text = f"Complete authentication? Your bank asks whether {asked} is yours."
        buttons = button("Complete", "succeed", "true") + button("Fail", "succeed", "false", second=True)
        return document("3-D Secure test page", paragraph(text) + form(request.url.path, buttons))

    async def answer(self, request: Request) -> Response:
        """What the card holder pressed; leads back to the shop."""
        intent = self.find(request)
        if intent is None:
            return document("Nothing to authenticate", paragraph("This payment does not wait for you."), 404)
        found = intent
        succeed = (await form_of(request)).get("succeed") == "true"
        back = ((intent["next_action"] or {}).get("redirect_to_url") or {}).get("return_url")
        try:
            self.carry_out(lambda: answered(self.state, found, succeed=succeed))
        except ApiError as error:
            return document("That is not possible any more", paragraph(str(error), "problem"), error.status)
        if not back:
            return document("Done", paragraph(f"The intent is now {intent['status']}. You can close this page."))
        secret = {intent["object"]: intent["id"], f"{intent['object']}_client_secret": intent["client_secret"]}
        joint = "&" if "?" in back else "?"
        return see_other(f"{back}{joint}{urlencode(secret)}")
