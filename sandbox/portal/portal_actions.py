"""What a customer does in the portal, by the account's own verbs, as far as the configuration allows it."""

from collections.abc import Mapping
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.views import promotion_code_is_active, snapshot
from sandbox.checkout.session_answers import ADDRESS, EMAIL, Unanswered
from sandbox.customers import customers
from sandbox.payments import payment_methods, setup_intent_building
from sandbox.payments.cards import Decline
from sandbox.subscriptions import subscriptions
from sandbox.subscriptions.subscription_item_building import items_of
from sandbox.subscriptions.subscription_standing import ENDED
from sandbox.webhooks.events import emit_update

Form = Mapping[str, str]
NOT_ALLOWED = "The shop does not offer this here."


class Portal:
    """One customer's portal."""

    def __init__(self, state: State, session: Object) -> None:
        self.state = state
        self.session = session
        self.customer = state.get("customer", session["customer"])
        self.features: Object = state.get("billing_portal.configuration", session["configuration"])["features"]

    def allow(self, feature: str) -> Object:
        """The settings of a feature. Raises Unanswered where it is switched off."""
        settings: Object = self.features[feature]
        if not settings["enabled"]:
            raise Unanswered("", NOT_ALLOWED)
        return settings

    def going(self) -> list[Object]:
        """The customer's subscriptions that have not ended, the newest first."""
        rows = self.state.table("subscription").newest_first("customer", self.customer["id"])
        return [row for row in rows if row["status"] not in (*ENDED, "incomplete")]

    def subscription(self, form: Form) -> Object:
        """The one that a form is about. Raises Unanswered."""
        for row in self.going():
            if row["id"] == form.get("subscription", ""):
                return row
        raise Unanswered("", "This subscription is not there any more.")

    def cards(self) -> list[Object]:
        """The cards on file, the newest first."""
        return list(self.state.table("payment_method").newest_first("customer", self.customer["id"]))

    def card(self, form: Form) -> Object:
        """The card on file that a form is about. Raises Unanswered."""
        for row in self.cards():
            if row["id"] == form.get("method", ""):
                return row
        raise Unanswered("", "This card is not there any more.")

    def call(self, ids: dict[str, str], params: dict[str, Any]) -> Call:
        """A call as the API would make it."""
        return Call(self.state, "", ids, params)

    def add_card(self, method: Object, return_url: str) -> Decline | None:
        """Sets a card up; it becomes the default one once the bank has agreed."""
        self.allow("payment_method_update")
        intent = setup_intent_building.build(self.state, self.customer, automatic_payment_methods=None)
        self.state.edit(self.session)["_"]["intent"] = intent["id"]
        decline = setup_intent_building.attempt(self.state, intent, method, return_url)
        self.take_over()
        return decline

    def take_over(self) -> str:
        """Makes a card the default one once it is set up; returns how that went, "" while nothing is through."""
        intent = self.state.table("setup_intent").get(self.session["_"]["intent"])
        if intent is None or intent["status"] == "requires_action":
            return ""
        self.state.edit(self.session)["_"]["intent"] = None
        if intent["status"] == "succeeded":
            self.make_default(intent["payment_method"])
        return str(intent["status"])

    def choose_card(self, form: Form) -> None:
        """Another card on file as the default one."""
        self.allow("payment_method_update")
        self.make_default(self.card(form)["id"])

    def make_default(self, id: str) -> None:
        """For the customer, and for subscriptions that had a card of their own."""
        settings = {"invoice_settings": {"default_payment_method": id}}
        customers.update(self.call({"id": self.customer["id"]}, settings))
        for subscription in self.going():
            if subscription["default_payment_method"] not in (None, id):
                before = snapshot(self.state, subscription)
                self.state.edit(subscription)["default_payment_method"] = id
                emit_update(self.state, "customer.subscription.updated", before, subscription)

    def remove_card(self, form: Form) -> None:
        """Takes a card off; not the last one while a subscription needs it."""
        self.allow("payment_method_update")
        method = self.card(form)
        if len(self.cards()) == 1 and self.going():
            raise Unanswered("", "Your subscription needs a card: add another one first.")
        payment_methods.detach(self.call({"payment_method": method["id"]}, {}))

    def cancel(self, form: Form) -> None:
        """Now or at the period's end, as the shop has it."""
        settings = self.allow("subscription_cancel")
        subscription = self.subscription(form)
        details: dict[str, str] = {}
        if settings["cancellation_reason"]["enabled"]:
            feedback, comment = form.get("feedback", ""), form.get("comment", "").strip()
            if feedback and feedback not in settings["cancellation_reason"]["options"]:
                raise Unanswered("feedback", "Choose one of the reasons, or none.")
            details |= {"feedback": feedback} if feedback else {}
            details |= {"comment": comment[:5_000]} if comment else {}
        params: dict[str, Any] = {"cancellation_details": details} if details else {}
        if settings["mode"] == "at_period_end":
            subscriptions.update(self.call({"id": subscription["id"]}, params | {"cancel_at_period_end": True}))
            return
        params["prorate"] = settings["proration_behavior"] != "none"
        subscriptions.cancel(self.call({"id": subscription["id"]}, params))

    def resume(self, form: Form) -> None:
        """Undoes a cancellation that is still to come."""
        self.allow("subscription_cancel")
        subscription = self.subscription(form)
        if subscription["cancel_at"] is None:
            raise Unanswered("", "This subscription is not going to end.")
        subscriptions.update(self.call({"id": subscription["id"]}, {"cancel_at_period_end": False}))

    def accept_offer(self, form: Form) -> None:
        """Stays for a coupon that the shop's link offers."""
        offer = ((self.session["flow"] or {}).get("subscription_cancel") or {}).get("retention")
        if not offer or form.get("subscription") != self.session["flow"]["subscription_cancel"]["subscription"]:
            raise Unanswered("", NOT_ALLOWED)
        discounts = [{"coupon": offer["coupon_offer"]["coupon"]}]
        subscriptions.update(self.call({"id": self.subscription(form)["id"]}, {"discounts": discounts}))

    def plans(self, subscription: Object) -> list[Object]:
        """The prices that a subscription may be switched to, its own among them if listed."""
        settings = self.features["subscription_update"]
        if not settings["enabled"] or "price" not in settings["default_allowed_updates"]:
            return []
        ids = [id for product in settings.get("products", []) for id in product["prices"]]
        prices = [self.state.get("price", id) for id in ids]
        return [price for price in prices if price["active"] and price["currency"] == subscription["currency"]]

    def bounds(self, price: str) -> tuple[int, int] | None:
        """Between which quantities the customer may choose; None where not at all."""
        settings = self.features["subscription_update"]
        if not settings["enabled"] or "quantity" not in settings["default_allowed_updates"]:
            return None
        for product in settings.get("products", []):
            chosen = product["adjustable_quantity"]
            if price in product["prices"] and chosen["enabled"]:
                return max(1, chosen["minimum"]), chosen["maximum"] or 999_999
        return None

    def switch(self, form: Form) -> None:
        """Another plan, or another quantity of it."""
        self.allow("subscription_update")
        subscription = self.subscription(form)
        items = items_of(self.state, subscription)
        if len(items) != 1:
            raise Unanswered("", "Subscriptions with several products are changed by the shop.")
        wanted = form.get("price") or items[0]["price"]
        item: dict[str, Any] = {"id": items[0]["id"]}
        if wanted != items[0]["price"]:
            if wanted not in [price["id"] for price in self.plans(subscription)]:
                raise Unanswered("price", "Choose one of the plans.")
            item["price"] = wanted
        if form.get("quantity", "").strip():
            item["quantity"] = self.quantity(form["quantity"].strip(), wanted, items[0]["quantity"])
        params: dict[str, Any] = {"items": [item]}
        if form.get("promotion_code", "").strip():
            params["discounts"] = [{"promotion_code": self.code(form["promotion_code"].strip())}]
        self.update(subscription, params)

    def confirm(self, form: Form) -> None:
        """The change that the shop's link has prepared."""
        self.allow("subscription_update")
        flow = (self.session["flow"] or {}).get("subscription_update_confirm")
        if not flow:
            raise Unanswered("", NOT_ALLOWED)
        subscription = self.subscription({"subscription": flow["subscription"]})
        params: dict[str, Any] = {"items": [dict(one) for one in flow["items"]]}
        if flow["discounts"]:
            params["discounts"] = [{name: id for name, id in one.items() if id} for one in flow["discounts"]]
        self.update(subscription, params)

    def update(self, subscription: Object, params: dict[str, Any]) -> None:
        """A change of plan as the configuration has it; where the payment fails nothing is changed."""
        settings = self.features["subscription_update"]
        params |= {
            "payment_behavior": "error_if_incomplete",
            "proration_behavior": settings["proration_behavior"],
        }
        if subscription["status"] == "trialing" and settings["trial_update_behavior"] == "end_trial":
            params["trial_end"] = "now"
        elif settings["billing_cycle_anchor"] == "now":
            params["billing_cycle_anchor"] = {"type": "now"}
        if subscription["cancel_at"] is not None:
            params["cancel_at_period_end"] = False
        subscriptions.update(self.call({"id": subscription["id"]}, params))

    def quantity(self, text: str, price: str, now: int) -> int:
        """A quantity within bounds. Raises Unanswered."""
        if text == str(now):
            return now
        bounds = self.bounds(price)
        if bounds is None:
            raise Unanswered("quantity", "The quantity cannot be changed here.")
        if not text.isdigit() or not bounds[0] <= int(text) <= bounds[1]:
            raise Unanswered("quantity", f"Choose a quantity between {bounds[0]} and {bounds[1]}.")
        return int(text)

    def code(self, text: str) -> str:
        """A promotion code's id. Raises Unanswered."""
        if "promotion_code" in self.features["subscription_update"]["default_allowed_updates"]:
            for row in self.state.table("promotion_code").newest_first("code", text.lower()):
                if promotion_code_is_active(self.state, row) and row["customer"] in (None, self.customer["id"]):
                    return str(row["id"])
        raise Unanswered("promotion_code", "This code is invalid.")

    def update_details(self, form: Form) -> None:
        """E-mail, name, phone and address, as far as they may be changed."""
        allowed = self.allow("customer_update")["allowed_updates"]
        params: dict[str, Any] = {}
        if "email" in allowed and "email" in form:
            if not EMAIL.match(form["email"].strip()):
                raise Unanswered("email", "Enter your e-mail address, such as you@example.com.")
            params["email"] = form["email"].strip()
        for name in ("name", "phone"):
            if name in allowed and name in form:
                params[name] = form[name].strip() or None
        if "address" in allowed and any(name in form for name in ADDRESS):
            params["address"] = {name: form.get(name, "").strip() or None for name in ADDRESS}
        if not params:
            raise Unanswered("", NOT_ALLOWED)
        customers.update(self.call({"id": self.customer["id"]}, params))
