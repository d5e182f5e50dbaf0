"""Customers, and what belongs to them."""

from typing import Any

from tests.resolvers.reading import stripe_objects as stripe
from tests.resolvers.reading.generated.dice import CURRENCIES, FUTURE, PAST, Dice

Object = dict[str, Any]
BRANDS = ["visa", "visa", "mastercard", "amex", "eftpos_au", "cosmic_card"]
OTHER_WAYS = ["sepa_debit", "paypal", "us_bank_account", "link", "some_new_way"]
WITH_DIGITS = ["sepa_debit", "us_bank_account"]
STATUSES = ["active"] * 6 + ["trialing"] * 3 + ["past_due"] * 4
STATUSES += ["canceled", "incomplete", "incomplete_expired", "unpaid", "paused", "dormant"]
INVOICE_STATUSES = ["open", "open", "open", "paid", "draft", "void", "uncollectible", "pondering", None]
REASONS = ["manual", "subscription_create", "subscription_cycle", "whim", None]
WAYS_TO_COLLECT = ["charge_automatically", "charge_automatically", "send_invoice", "barter"]
FAILURES = ["card_declined", "expired_card", "stolen_card", "fraudulent", None]
REFUND_STATUSES = ["succeeded", "pending", "requires_action", "lost", None]


class Person:
    """Makes a customer, and what belongs to it.

    `catalogue` holds what it may have bought, by kind; `edges` are moments about which something runs out.
    """

    def __init__(
        self, dice: Dice, catalogue: dict[str, list[Object]], edges: list[int], id: str, subscriber: str | None
    ) -> None:
        self.made: list[Object] = []
        self._dice = dice
        self._catalogue = catalogue
        self._edges = edges
        self._id = id
        self._methods = [self._keep(self._payment_method()) for _ in range(dice.upto(3))]
        self._subscriptions = [self._keep(self._subscription()) for _ in range(dice.pick([0, 1, 1, 2, 3, 5]))]
        self._invoices = [self._keep(self._invoice()) for _ in range(dice.upto(5))]
        for subscription in self._subscriptions:
            if subscription["status"] == "past_due":
                self._invoices.append(self._keep(self._invoice(subscription["id"], status="open")))
            subscription["latest_invoice"] = self._one_of(self._invoices)
        for _ in range(dice.upto(5)):
            self._charge_and_what_led_to_it()
        for _ in range(dice.upto(3)):
            self._keep(self._invoice_item())
        self._keep(self._customer(subscriber))

    def _keep(self, made: Object) -> Object:
        self.made.append(made)
        return made

    def _referred(self, object: Object) -> Any:
        """By its id, or in full as Stripe sends it when it is expanded, or one that is not here."""
        return object if self._dice.happens(20) else self._dice.missing(object["id"])

    def _one_of(self, objects: list[Object], percent: float = 80) -> Any:
        return self._referred(self._dice.pick(objects)) if objects and self._dice.happens(percent) else None

    def _told(self, name: str, value: Any) -> Any:
        """The value, or rarely null where the contract wants one."""
        return None if self._dice.happens(3) else value

    def _customer(self, subscriber: str | None) -> Object:
        dice = self._dice
        waiting = {"pending_coupon": dice.pick(["SALE", "HALF", "GONE"])} if dice.happens(30) else {}
        claim = {"subscriber_id": subscriber} if subscriber else {}
        return stripe.customer(
            self._id,
            address=dice.pick([None, {}, {"city": dice.text(), "postal_code": "8010", "line2": None}]),
            balance=dice.pick([0, dice.amount(negative=True), None]),
            created=dice.pick(PAST),
            currency=dice.pick([None, *CURRENCIES]),
            delinquent=dice.pick([True, False, None]),
            description=dice.maybe([dice.text()]),
            discount=self._discount() if dice.happens(30) else None,
            email=dice.pick([None, "same@example.com", "Same@example.com", "nul\0@example.com", dice.text()]),
            invoice_settings={"default_payment_method": self._one_of(self._methods)},
            metadata={**dice.metadata(), **claim, **waiting},
            name=dice.pick([None, "same", dice.text()]),
            phone=dice.maybe([dice.text()]),
            preferred_locales=dice.pick([[], ["de", "en-GB"], None]),
            tax_exempt=dice.pick(["none", "exempt", "reverse", "sometimes", None]),
        )

    def _payment_method(self) -> Object:
        dice = self._dice
        told: Object = {"created": dice.pick(PAST), "billing_details": {"email": dice.text(), "name": None}}
        if dice.happens(40):
            type = dice.pick(OTHER_WAYS)
            details = {"last4": "3000"} if type in WITH_DIGITS else {}
            return {**stripe.payment_method(dice.id("pm"), type, self._id, **details), **told}
        wallet = dice.maybe([{"type": "apple_pay", "dynamic_last4": None}], 30)
        card = {"brand": dice.pick(BRANDS), "last4": dice.pick(["4242", "0005"]), "exp_year": 2031, "wallet": wallet}
        card |= {"exp_month": self._told("exp_month", 12), "funding": dice.maybe(["credit"]), "country": None}
        return stripe.card(dice.id("pm"), self._id, card=card, **told)

    def _discount(self) -> Object:
        dice = self._dice
        code = {"id": dice.id("promo"), "object": "promotion_code", "code": dice.text(), "active": True, "created": 1}
        coupon = self._referred(dice.pick(self._catalogue["coupon"]))
        return stripe.discount(
            dice.id("di"),
            coupon,
            customer=self._id,
            start=dice.pick(PAST),
            end=dice.maybe(FUTURE),
            promotion_code=dice.maybe([code, f"{code['id']}_gone"], 50),
        )

    def _discounts(self) -> list[Any]:
        return [self._referred(self._keep(self._discount())) for _ in range(self._dice.pick([0, 0, 1, 3]))]

    def _subscription(self) -> Object:
        dice = self._dice
        return stripe.subscription(
            dice.id("sub"),
            self._id,
            items=[self._item() for _ in range(dice.pick([0, 1, 1, 1, 2, 3]))],
            billing_cycle_anchor=dice.pick(PAST),
            cancel_at=dice.maybe(FUTURE, 20),
            cancel_at_period_end=dice.happens(30),
            canceled_at=dice.maybe(PAST, 20),
            collection_method=dice.pick(WAYS_TO_COLLECT),
            created=dice.pick(PAST),
            currency=self._told("currency", dice.pick(CURRENCIES)),
            default_payment_method=self._one_of(self._methods, 40),
            description=dice.maybe([dice.text()]),
            discounts=self._discounts(),
            ended_at=dice.maybe(PAST, 20),
            metadata=dice.metadata(),
            pause_collection=dice.pick([None, None, {"behavior": "void", "resumes_at": None}]),
            status=dice.pick(STATUSES),
            trial_end=dice.maybe(self._edges + FUTURE, 40),
            trial_start=dice.maybe(PAST, 40),
        )

    def _item(self) -> Object:
        dice = self._dice
        return stripe.item(
            dice.id("si"),
            self._referred(dice.pick(self._catalogue["price"])),
            ends=dice.pick(self._edges + FUTURE),
            metadata=dice.metadata(),
            quantity=dice.pick([None, dice.count()]),
        )

    def _invoice(self, subscription: str | None = None, **told: Any) -> Object:
        dice = self._dice
        moments = {name: dice.maybe(self._edges) for name in ("paid_at", "voided_at", "finalized_at")}
        subscriptions = [each["id"] for each in self._subscriptions]
        amounts = {name: dice.amount() for name in ("amount_due", "amount_paid", "amount_remaining", "subtotal")}
        return stripe.invoice(
            dice.id("in"),
            dice.missing(self._id, 3),
            subscription=subscription or (dice.maybe(subscriptions, 70) if subscriptions else None),
            lines=[self._line() for _ in range(dice.pick([0, 1, 2, 5]))],
            **amounts,
            attempt_count=self._told("attempt_count", dice.count()),
            billing_reason=dice.pick(REASONS),
            collection_method=dice.pick(WAYS_TO_COLLECT),
            created=dice.pick(PAST),
            currency=dice.pick(CURRENCIES),
            description=dice.maybe([dice.text()]),
            discounts=self._discounts(),
            due_date=dice.maybe(self._edges),
            ending_balance=dice.maybe([dice.amount(negative=True)]),
            hosted_invoice_url=dice.maybe(["https://example.com/i"]),
            invoice_pdf=dice.maybe(["https://example.com/i.pdf"]),
            metadata=dice.metadata(),
            next_payment_attempt=dice.maybe(FUTURE),
            number=dice.maybe([dice.text()]),
            period_start=self._told("period_start", dice.pick(PAST)),
            starting_balance=dice.amount(negative=True),
            status_transitions=moments,
            total=self._told("total", dice.amount(negative=True)),
            total_taxes=dice.pick([None, [], [{"amount": 3}, {"amount": 2**33}]]),
            **{"status": dice.pick(INVOICE_STATUSES), **told},
        )

    def _charged(self) -> Object:
        """What lines and invoice items have in common."""
        dice = self._dice
        bought = {"price": self._dice.missing(dice.pick(self._catalogue["price"])["id"]), "product": "prod_1"}
        pricing = {"type": "price_details", "price_details": bought}
        return {
            "amount": self._told("amount", dice.amount(negative=True)),
            "currency": dice.pick(CURRENCIES),
            "description": dice.maybe([dice.text()]),
            "period": {"start": dice.pick(PAST), "end": self._told("end", dice.pick(FUTURE))},
            "pricing": dice.maybe([pricing], 80),
            "quantity": dice.pick([None, dice.count()]),
        }

    def _line(self) -> Object:
        kind = self._dice.pick(["subscription_item_details", "invoice_item_details"])
        parent = {"type": kind, kind: {"proration": self._dice.pick([True, False, None])}}
        return stripe.line(self._dice.id("il"), parent=self._dice.maybe([parent]), **self._charged())

    def _invoice_item(self) -> Object:
        dice = self._dice
        details = {"subscription": dice.pick(self._subscriptions)["id"]} if self._subscriptions else None
        parent = {"type": "subscription_details", "subscription_details": details}
        return stripe.invoice_item(
            dice.id("ii"),
            self._id,
            **self._charged(),
            date=dice.pick(PAST),
            invoice=self._one_of(self._invoices, 50),
            metadata=dice.metadata(),
            parent=dice.maybe([parent]),
            proration=dice.happens(50),
        )

    def _charge_and_what_led_to_it(self) -> None:
        """An attempt by a payment intent, or a bare charge; towards invoices or not."""
        dice = self._dice
        by_intent = dice.happens(70)
        intent = stripe.payment_intent(dice.id("pi"), self._id) if by_intent else None
        charge = self._keep(self._charge(intent))
        if intent and dice.happens(90):
            self._keep(intent | {"latest_charge": self._referred(charge)})
        for _ in range(dice.pick([0, 0, 1, 2])):
            self._keep(self._refund(charge))
        for invoice in dice.several(self._invoices, 2):
            self._keep(self._invoice_payment(invoice, intent, charge))

    def _charge(self, intent: Object | None) -> Object:
        dice = self._dice
        failed = dice.happens(40)
        reason = dice.pick(FAILURES) if failed else None
        return stripe.charge(
            dice.id(dice.pick(["ch", "ch", "py"])),
            self._id,
            amount=dice.amount(),
            amount_captured=self._told("amount_captured", dice.amount()),
            amount_refunded=dice.amount(),
            captured=dice.happens(80),
            created=dice.pick(PAST),
            currency=dice.pick(CURRENCIES),
            description=dice.maybe([dice.text()]),
            disputed=self._told("disputed", dice.happens(20)),
            failure_code=dice.pick(FAILURES) if failed else None,
            failure_message=dice.text() if failed else None,
            metadata=dice.metadata(),
            outcome=dice.pick([None, {"reason": reason, "type": "issuer_declined"}]),
            paid=not failed,
            payment_intent=intent and intent["id"],
            payment_method=self._one_of(self._methods),
            receipt_email=dice.maybe(["a@example.com"]),
            receipt_url=dice.maybe(["https://example.com/r"]),
            refunded=self._told("refunded", dice.happens(30)),
            statement_descriptor=dice.maybe([dice.text()]),
            status=dice.pick(["succeeded", "pending", "maybe"]) if not failed else "failed",
        )

    def _refund(self, charge: Object) -> Object:
        dice = self._dice
        return stripe.refund(
            dice.id(dice.pick(["re", "pyr"])),
            dice.missing(charge["id"]),
            amount=dice.amount(),
            created=dice.pick(PAST),
            currency=charge["currency"],
            metadata=dice.metadata(),
            reason=dice.maybe(["duplicate", dice.text()]),
            status=dice.pick(REFUND_STATUSES),
        )

    def _invoice_payment(self, invoice: Object, intent: Object | None, charge: Object) -> Object:
        dice = self._dice
        by_charge = {"type": "charge", "charge": charge["id"]}
        by_intent = {"type": "payment_intent", "payment_intent": intent["id"]} if intent else by_charge
        return stripe.invoice_payment(
            dice.id("inpay"),
            dice.missing(invoice["id"], 3),
            payment_intent="",
            amount_paid=dice.maybe([dice.amount()]),
            amount_requested=dice.amount(),
            created=dice.pick(PAST[-4:]),
            currency=dice.pick(CURRENCIES),
            is_default=dice.happens(50),
            payment=by_intent,
            status=dice.pick(["open", "paid", "canceled", "hoped_for"]),
        )
