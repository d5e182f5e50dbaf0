"""The page of a Checkout Session: what is sold, who pays, with which card."""

from collections.abc import Mapping
from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError
from sandbox.catalogue.price_amounts import rhythm
from sandbox.checkout.session_answers import Unanswered, choose, known_email, read
from sandbox.checkout.session_items import items_of
from sandbox.checkout.session_payment import confirm, needs_card
from sandbox.money import display
from sandbox.pages.acting import Acting, form_of, see_other
from sandbox.pages.card_form import card_fields, chosen_method, what_failed
from sandbox.pages.checkout_fields import answer_fields
from sandbox.pages.layout import button, document, field, form, link, paragraph, tick
from sandbox.payments.cards import Decline

TITLES = {"payment": "Pay", "setup": "Save your card", "subscription": "Subscribe"}
BUTTONS = {"book": "Book", "donate": "Donate", "pay": "Pay", "subscribe": "Subscribe"}


class CheckoutPage(Acting):
    """The page of sessions."""

    def routes(self) -> list[Route]:
        """The table of it."""
        return [
            Route("/sandbox/checkout/{id}", self.show),
            Route("/sandbox/checkout/{id}", self.answer, methods=["POST"]),
        ]

    def find(self, request: Request) -> Object | None:
        """The session; what is due by now has happened."""
        self.carry_out(lambda: None)
        return self.state.table("checkout.session").get(request.path_params["id"])

    async def show(self, request: Request) -> Response:
        """The form, or where a session that is over leads."""
        session = self.find(request)
        if session is None:
            return document("No such session", paragraph("There is no such Checkout Session."), 404)
        if session["status"] != "open":
            return self.over(session)
        return self.page(session, {}, problem=what_failed(self.intent_of(session)))

    def over(self, session: Object) -> Response:
        """A session that is complete or expired."""
        if session["status"] == "expired":
            return document(
                "This session has expired", paragraph("Go back to the shop and begin again.") + back(session), 410
            )
        target = landing(session)
        if target:
            return see_other(target)
        return document("Thank you", paragraph("The payment is through. You can close this page.", "done"))

    def intent_of(self, session: Object) -> Object | None:
        """The intent behind a session, if there is one yet."""
        id = session["_"].get("intent")
        return self.state.table("payment_intent").get(id) or self.state.table("setup_intent").get(id)

    async def answer(self, request: Request) -> Response:
        """Pays, or applies a promotion code (`action=apply`)."""
        session = self.find(request)
        if session is None:
            return document("No such session", paragraph("There is no such Checkout Session."), 404)
        if session["status"] != "open":
            return self.over(session)
        found, given = session, await form_of(request)
        try:
            decline = self.carry_out(lambda: self.act(found, given, str(request.url.replace(query=""))))
        except Unanswered as error:
            return self.page(session, given, str(error), error.field, status=400)
        except ApiError as error:
            return self.page(session, given, str(error), status=error.status)
        if decline is not None:
            return self.page(session, given, decline.message, "number", status=402)
        intent = self.intent_of(session)
        if session["status"] == "open" and intent is not None and intent["status"] == "requires_action":
            return see_other(f"/sandbox/authenticate/{intent['id']}")
        return see_other(f"/sandbox/checkout/{session['id']}") if session["status"] == "open" else self.over(session)

    def act(self, session: Object, given: Mapping[str, str], url: str) -> Decline | None:
        """One posted form."""
        session = self.state.edit(session)
        choose(self.state, session, given)
        if given.get("action") == "apply":
            return None
        answers = read(self.state, session, given)
        method = chosen_method(self.state, given, self.saved(session)) if needs_card(session) else None
        return confirm(self.state, session, answers, method, url)

    def saved(self, session: Object) -> list[Object]:
        """The cards on file that the shop lets the customer use again."""
        options = session["saved_payment_method_options"]
        if session["customer"] is None or options is None:
            return []
        rows = self.state.table("payment_method").newest_first("customer", session["customer"])
        return [row for row in rows if row["allow_redisplay"] in (options["allow_redisplay_filters"] or [])]

    def page(
        self, session: Object, given: Mapping[str, str], problem: str = "", wrong: str = "", status: int = 200
    ) -> Response:
        """The form, filled in as far as it was."""
        body = f'<div id="problem">{paragraph(problem, "problem")}</div>' if problem else ""
        path = f"/sandbox/checkout/{session['id']}"
        body += self.offer(session, path, given, wrong)
        asked = answer_fields(session, known_email(self.state, session), given, wrong)
        if needs_card(session):
            asked += card_fields(self.saved(session), given.get("card", ""), wrong=wrong == "number")
            if (session["saved_payment_method_options"] or {}).get("payment_method_save") == "enabled":
                asked += tick("save_card", "true", "Save this card for later", checked="save_card" in given)
        asked += paragraph((session["custom_text"]["submit"] or {}).get("message", ""))
        asked += button(label(session), "action", "pay")
        asked += paragraph((session["custom_text"]["after_submit"] or {}).get("message", ""), "hint")
        shop = (session.get("branding_settings") or {}).get("display_name") or "Sandbox"
        title = f"{TITLES[session['mode']]} · {shop}"
        return document(title, body + form(path, asked) + back(session), status)

    def offer(self, session: Object, path: str, given: Mapping[str, str], wrong: str) -> str:
        """The lines, the code and the total, in a form of their own where the customer may change them."""
        if session["mode"] == "setup":
            return paragraph("Your card is saved for later; nothing is charged today.")
        lines = "".join(offered(self.state, item, given, wrong) for item in items_of(self.state, session))
        currency, details = session["currency"], session["total_details"]
        sums = [("Discount", -details["amount_discount"]), ("Tax", details["amount_tax"])]
        lines += "".join(row(name, display(amount, currency)) for name, amount in sums if amount)
        total = "Total due today" if session["mode"] == "subscription" else "Total"
        lines += f"<tr><th scope='row'>{total}</th><th>{escape(display(session['amount_total'], currency))}</th></tr>"
        code = ""
        if session["allow_promotion_codes"]:
            code = field(
                "promotion_code", "Promotion code", self.code(session, given), wrong=wrong == "promotion_code"
            ) + button("Apply", "action", "apply", second=True)
        trial = (session["_"].get("subscription_data") or {}).get("trial_period_days")
        note = paragraph(f"Free for {trial} days, then as shown.") if trial else ""
        shown = f"<table><caption class='hint'>Your order</caption>{lines}</table>{note}{code}"
        return form(path, shown) if "<button" in shown else shown

    def code(self, session: Object, given: Mapping[str, str]) -> str:
        """The code as typed, or as it is on the session."""
        if "promotion_code" in given:
            return given["promotion_code"]
        used = [one["promotion_code"] for one in session["discounts"] or [] if one["promotion_code"]]
        return str(self.state.get("promotion_code", used[0])["code"]) if used else ""


def offered(state: State, item: Object, given: Mapping[str, str], wrong: str) -> str:
    """One line; its quantity can be changed where the shop allows it."""
    price = state.get("price", item["price"])
    name = f"{item['quantity']} × {item['description']}{rhythm(price)}"
    shown = row(name, display(item["amount_subtotal"], item["currency"]))
    bounds = item["adjustable_quantity"]
    if not bounds:
        return shown
    id = f"quantity_{item['id']}"
    input = field(
        id,
        f"Quantity of {item['description']}",
        given.get(id, str(item["quantity"])),
        type="number",
        wrong=wrong == id,
        more=f'class="few" min="{max(1, bounds["minimum"])}" max="{bounds["maximum"]}"',
    )
    update = button("Update", "action", "apply", second=True)
    return f"{shown}<tr><td colspan='2' class='wide'>{input}{update}</td></tr>"


def row(name: str, amount: str) -> str:
    """A line of the order."""
    return f"<tr><td>{escape(name)}</td><td>{escape(amount)}</td></tr>"


def label(session: Object) -> str:
    """What the button says."""
    if session["mode"] == "setup":
        return "Save card"
    wanted = session["submit_type"]
    if wanted in BUTTONS:
        word = BUTTONS[wanted]
    elif session["mode"] == "subscription":
        word = "Start trial" if on_trial(session) and not session["amount_total"] else "Subscribe"
    else:
        word = "Pay" if session["amount_total"] else "Complete order"
    return f"{word} {display(session['amount_total'], session['currency'])}" if word == "Pay" else word


def on_trial(session: Object) -> bool:
    """Whether the subscription begins with a trial."""
    data = session["_"].get("subscription_data") or {}
    return "trial_period_days" in data or "trial_end" in data


def back(session: Object) -> str:
    """The way back to the shop."""
    url = session["cancel_url"]
    return f"<p>{link(filled(url, session), 'Back to the shop')}</p>" if url else ""


def landing(session: Object) -> str:
    """Where the customer goes after paying; empty where the shop's own page goes on."""
    if session.get("redirect_on_completion") == "never":
        return ""
    return filled(session["success_url"] or session.get("return_url") or "", session)


def filled(url: str, session: Object) -> str:
    """With the session's id where the shop wants it."""
    return url.replace("{CHECKOUT_SESSION_ID}", str(session["id"]))
