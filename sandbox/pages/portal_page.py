"""The page of the customer portal, and what its forms do."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.account.objects import Object
from sandbox.api.errors import ApiError
from sandbox.checkout.session_answers import Unanswered
from sandbox.pages import portal_sections
from sandbox.pages.acting import Acting, form_of, see_other
from sandbox.pages.card_form import NOT_AUTHENTICATED, chosen_method
from sandbox.pages.layout import document, link, paragraph
from sandbox.payments.cards import Decline
from sandbox.portal.portal_actions import Form, Portal
from sandbox.portal.portal_sessions import is_over

DONE = {
    "add_card": "Your card is saved, and is the one to be charged.",
    "cancel": "Your subscription is canceled.",
    "choose_card": "This card is now the one to be charged.",
    "confirm": "Your subscription is changed.",
    "accept_offer": "The discount is yours. Your subscription goes on.",
    "remove_card": "The card is removed.",
    "resume": "Your subscription goes on.",
    "switch": "Your subscription is changed.",
    "update_details": "Your details are saved.",
}
ENDS = {
    "customer_update": ("update_details",),
    "payment_method_update": ("add_card", "choose_card"),
    "subscription_cancel": ("cancel", "accept_offer"),
    "subscription_update": ("switch",),
    "subscription_update_confirm": ("confirm",),
}


class PortalPage(Acting):
    """The page of portal sessions."""

    def routes(self) -> list[Route]:
        """The table of it."""
        return [
            Route("/sandbox/portal/{secret}", self.show),
            Route("/sandbox/portal/{secret}", self.answer, methods=["POST"]),
        ]

    def find(self, request: Request) -> tuple[Portal, str] | None:
        """The customer's portal, and how a card fared at the bank; each use makes the link work for longer."""
        rows = self.state.table("billing_portal.session")

        def look() -> tuple[Portal, str] | None:
            for session in rows.newest_first("secret", request.path_params["secret"]):
                if not is_over(self.state, session) and session["customer"] in self.state.table("customer").rows:
                    self.state.edit(session)["_"]["seen"] = self.state.now_for(session)
                    portal = Portal(self.state, session)
                    return portal, portal.take_over()
            return None

        return self.carry_out(look)

    async def show(self, request: Request) -> Response:
        """The customer's plan, cards, invoices and details."""
        found = self.find(request)
        if found is None:
            return self.gone()
        portal, outcome = found
        if outcome == "succeeded":
            return self.after(portal.session, "add_card", request.url.path)
        problem = NOT_AUTHENTICATED if outcome else ""
        return self.page(request, portal, {}, problem, done=DONE.get(request.query_params.get("done", ""), ""))

    def gone(self) -> Response:
        """A link that no longer works, or never did."""
        text = "Links to the portal work for a short time only. Go back to the shop and ask for a new one."
        return document("This link has expired", paragraph(text), 404)

    async def answer(self, request: Request) -> Response:
        """One form: `action` says which."""
        found = self.find(request)
        if found is None:
            return self.gone()
        portal, given = found[0], await form_of(request)
        action = given.get("action", "")
        url = str(request.url.replace(query=""))
        try:
            decline = self.carry_out(lambda: self.act(portal, action, given, url))
        except Unanswered as error:
            return self.page(request, portal, given, str(error), status=400)
        except ApiError as error:
            return self.page(request, portal, given, str(error), status=error.status)
        if decline is not None:
            return self.page(request, portal, given, decline.message, status=402)
        intent = self.state.table("setup_intent").get(portal.session["_"]["intent"])
        if intent is not None and intent["status"] == "requires_action":
            return see_other(f"/sandbox/authenticate/{intent['id']}")
        return self.after(portal.session, action, request.url.path)

    def act(self, portal: Portal, action: str, given: Form, url: str) -> Decline | None:
        """What the customer asks for. Raises Unanswered."""
        if action == "add_card":
            return portal.add_card(chosen_method(self.state, given, ()), url)
        verbs: dict[str, Callable[[Form], None]] = {
            "accept_offer": portal.accept_offer,
            "cancel": portal.cancel,
            "choose_card": portal.choose_card,
            "confirm": portal.confirm,
            "remove_card": portal.remove_card,
            "resume": portal.resume,
            "switch": portal.switch,
            "update_details": portal.update_details,
        }
        if action not in verbs:
            raise Unanswered("", "Choose what to do.")
        verbs[action](given)
        return None

    def after(self, session: Object, action: str, path: str) -> Response:
        """Back to the page, or where the shop's flow leads when it is through."""
        flow = session["flow"]
        if flow and action in ENDS[flow["type"]]:
            completion = flow["after_completion"]
            if completion["type"] == "redirect":
                return see_other(completion["redirect"]["return_url"])
            if completion["type"] == "hosted_confirmation":
                text = completion["hosted_confirmation"]["custom_message"] or DONE[action]
                return document("Done", paragraph(text, "done") + self.back(session))
        return see_other(f"{path}?done={action}")

    def back(self, session: Object) -> str:
        """The way back to the shop."""
        return f"<p>{link(session['return_url'], 'Back to the shop')}</p>" if session["return_url"] else ""

    def page(
        self,
        request: Request,
        portal: Portal,
        given: Mapping[str, str],
        problem: str = "",
        *,
        done: str = "",
        status: int = 200,
    ) -> Response:
        """All sections that the configuration has, or the one that the flow is about."""
        flow = portal.session["flow"]
        path = request.url.path
        body = f'<div id="problem">{paragraph(problem, "problem")}</div>' if problem else ""
        body += paragraph(done, "done")
        if flow and not done:
            body += portal_sections.of_flow(portal, flow, path, given)
        else:
            body += portal_sections.everything(portal, path, given)
        headline = self.state.get("billing_portal.configuration", portal.session["configuration"])
        title = headline["business_profile"]["headline"] or "Your subscription"
        return document(title, body + self.back(portal.session), status)
