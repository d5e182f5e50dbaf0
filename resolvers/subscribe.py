"""subscribe: a new subscription, and how its first payment went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from mirror.gateway import Call, subscriptions
from resolvers.checks import ANY_ID, OPERATION_KEY, Checks
from resolvers.context import Context
from resolvers.operation import Operation
from resolvers.outcome import IntentKind, Outcome, PaymentActionRequired, PaymentOutcome
from resolvers.ownership import customer_now, customer_of
from resolvers.payment import client_secret_of, default_payment_method, of_invoice
from resolvers.payment_method import usable
from resolvers.pending_coupon import pending_coupon_of, redeemable, use_up
from resolvers.perform import perform
from resolvers.promotion_code import promotion_code_id
from resolvers.sale import refuse_duplicates, sellable_price

if TYPE_CHECKING:
    from stripe.params import SubscriptionCreateParams, SubscriptionCreateParamsDiscount, SubscriptionCreateParamsItem

CollectionMethod = Literal["charge_automatically", "send_invoice"]
LONGEST_TRIAL_DAYS = 730
DAYS_UNTIL_DUE = 30


@dataclass(frozen=True, slots=True)
class SubscribeItem:
    price: str
    quantity: int | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SubscribeRequest:
    """`customer` is the operator's to give; a subscriber means themselves. `trial_end` is an aware datetime."""

    items: tuple[SubscribeItem, ...]
    idempotency_key: str
    customer: str | None = None
    default_payment_method: str | None = None
    promotion_code: str | None = None
    trial_period_days: int | None = None
    trial_end: datetime | None = None
    coupon: str | None = None
    collection_method: CollectionMethod | None = None
    days_until_due: int | None = None
    metadata: Mapping[str, Any] | None = None
    allow_duplicate: bool = False


async def subscribe(context: Context, request: SubscribeRequest) -> Outcome:
    """Subscribe a customer, and pay the first invoice where there is something to pay with.

    The outcome has `customer`, `subscription` and `payment` (None with send_invoice).
    """
    checks = Checks()
    given = _check(checks, context, request)
    if checks.refusal:
        return checks.refusal
    subscribing = _Subscribing(context, request, given)
    return await perform(context, "subscribe", request, subscribing.act, paths=_paths(request))


@dataclass(frozen=True, slots=True)
class _Given:
    items: list[SubscriptionCreateParamsItem]
    metadata: dict[str, str]


def _check(checks: Checks, context: Context, request: SubscribeRequest) -> _Given:
    checks.customer_given(context.caller, request.customer)
    if not request.items:
        checks.refuse("Give at least one item.", "items")
    if len(request.items) > 20:
        checks.refuse("A subscription has at most 20 items.", "items")
    items: list[SubscriptionCreateParamsItem] = []
    for index, item in enumerate(request.items):
        path = ("items", str(index))
        checks.id(item.price, ANY_ID, *path, "price")
        checks.whole(item.quantity, 1, 2**31 - 1, *path, "quantity")
        if item.price in [earlier.price for earlier in request.items[:index]]:
            checks.refuse("This price is there already. Raise its quantity instead.", *path, "price")
        told: SubscriptionCreateParamsItem = {"price": item.price}
        if item.quantity is not None:
            told["quantity"] = item.quantity
        if item.metadata is not None:
            told["metadata"] = checks.metadata(item.metadata, *path, "metadata")
        items.append(told)
    checks.payment_method(request.default_payment_method, "defaultPaymentMethod")
    checks.text(request.promotion_code, 500, "promotionCode")
    checks.id(request.coupon, ANY_ID, "coupon")
    checks.whole(request.trial_period_days, 1, LONGEST_TRIAL_DAYS, "trialPeriodDays")
    if request.trial_end is not None and request.trial_period_days is not None:
        checks.refuse("Give at most one of trialPeriodDays and trialEnd.", "trialEnd")
    if request.trial_end is not None and request.trial_end.timestamp() <= context.now:
        checks.refuse("A trial ends in the future.", "trialEnd")
    checks.whole(request.days_until_due, 0, 3650, "daysUntilDue")
    if request.days_until_due is not None and request.collection_method != "send_invoice":
        checks.refuse("daysUntilDue goes with collectionMethod SEND_INVOICE.", "daysUntilDue")
    if request.collection_method == "send_invoice" and request.default_payment_method is not None:
        checks.refuse("A subscription that sends invoices charges nothing by itself.", "defaultPaymentMethod")
    return _Given(items, checks.metadata(request.metadata, "metadata"))


class _Subscribing:
    def __init__(self, context: Context, request: SubscribeRequest, given: _Given) -> None:
        self._context = context
        self._request = request
        self._given = given

    async def act(self, operation: Operation) -> Outcome:
        async def create() -> Call:
            customer = await customer_of(self._context, self._request.customer, "customer")
            await operation.hold(f"customer:{customer}")
            return await self._creation(operation, customer)

        if operation.has_begun("create"):
            await operation.hold(f"customer:{operation.params_of('create')['customer']}")
        subscription = (await operation.step("create", create)).data
        sent = operation.params_of("create")
        await use_up(operation, sent["customer"], sent.get("discounts", []))
        payment = await _payment(operation, subscription)
        return Outcome(customer=sent["customer"], subscription=subscription["id"], payment=payment)

    async def _creation(self, operation: Operation, customer: str) -> Call:
        request = self._request
        now = await customer_now(operation, customer)
        prices = [
            await sellable_price(self._context, item.price, "items", str(index), "price")
            for index, item in enumerate(request.items)
        ]
        if not request.allow_duplicate:
            await refuse_duplicates(self._context, customer, prices)
        discounts = await self._discounts(operation, customer, pending_coupon_of(now), prices[0].currency)
        payment_method = request.default_payment_method
        if payment_method is not None:
            payment_method = await usable(self._context, operation, payment_method, customer, "defaultPaymentMethod")
        params = self._params(customer, payment_method, pays=bool(payment_method or default_payment_method(now)))
        params["metadata"] = {**self._given.metadata, OPERATION_KEY: operation.id}
        if discounts:
            params["discounts"] = discounts
        return subscriptions.create(params)

    def _params(self, customer: str, payment_method: str | None, *, pays: bool) -> SubscriptionCreateParams:
        request = self._request
        params: SubscriptionCreateParams = {
            "customer": customer,
            "items": self._given.items,
            "expand": ["latest_invoice.payments", "pending_setup_intent", "discounts.source.coupon"],
        }
        if request.collection_method == "send_invoice":
            params["collection_method"] = "send_invoice"
            params["days_until_due"] = DAYS_UNTIL_DUE if request.days_until_due is None else request.days_until_due
        else:
            params["payment_behavior"] = "allow_incomplete" if pays else "default_incomplete"
            params["payment_settings"] = {"save_default_payment_method": "on_subscription"}
        if payment_method is not None:
            params["default_payment_method"] = payment_method
        if request.trial_period_days is not None:
            params["trial_period_days"] = request.trial_period_days
        if request.trial_end is not None:
            params["trial_end"] = int(request.trial_end.timestamp())
        return params

    async def _discounts(
        self, operation: Operation, customer: str, pending: str | None, currency: str
    ) -> list[SubscriptionCreateParamsDiscount]:
        request = self._request
        discounts: list[SubscriptionCreateParamsDiscount] = []
        if request.coupon is not None:
            discounts.append({"coupon": request.coupon})
        if request.promotion_code is not None:
            code = await promotion_code_id(operation, request.promotion_code, customer, "promotionCode")
            discounts.append({"promotion_code": code})
        if pending not in (None, request.coupon) and await redeemable(operation, pending, currency=currency):
            discounts.append({"coupon": pending})
        return discounts


async def _payment(operation: Operation, subscription: Mapping[str, Any]) -> PaymentOutcome | None:
    if subscription["collection_method"] == "send_invoice":
        return None
    setup = subscription["pending_setup_intent"]
    if setup is not None:
        # Nothing is due yet, as in a trial: the card for later is still to be set up.
        intent = setup if isinstance(setup, Mapping) else (await operation.fetch("setup_intent", setup)).data
        return PaymentActionRequired(IntentKind.SETUP, intent["id"], await client_secret_of(operation, intent))
    latest = subscription["latest_invoice"]
    if latest is None:
        return None
    return await of_invoice(
        operation, latest if isinstance(latest, Mapping) else (await operation.fetch("invoice", latest)).data
    )


def _paths(request: SubscribeRequest) -> dict[str, tuple[str, ...]]:
    paths: dict[str, tuple[str, ...]] = {
        "customer": ("customer",),
        "days_until_due": ("daysUntilDue",),
        "default_payment_method": ("defaultPaymentMethod",),
        "trial_end": ("trialEnd",),
        "trial_period_days": ("trialPeriodDays",),
    }
    for index in range(len(request.items)):
        for name in ("price", "quantity"):
            paths[f"items[{index}][{name}]"] = ("items", str(index), name)
    given = [name for name, value in (("coupon", request.coupon), ("promotionCode", request.promotion_code)) if value]
    for index, name in enumerate(given):
        for param in ("", "[coupon]", "[promotion_code]"):
            paths[f"discounts[{index}]{param}"] = (name,)
    return paths
