"""addCoupon: a coupon on what the customer is subscribed to, or kept for the next subscribe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.tables import Subscription
from mirror.gateway import Call, subscriptions
from resolvers.checks import ANY_ID, CUSTOMER, SUBSCRIPTION, Checks
from resolvers.context import Context
from resolvers.operation import Operation
from resolvers.outcome import Outcome, Rejected, UserError, UserErrorCode
from resolvers.ownership import customer_now, customer_of, not_found, owned
from resolvers.payment import id_of
from resolvers.pending_coupon import keep, redeemable
from resolvers.perform import perform

if TYPE_CHECKING:
    from stripe.params import SubscriptionUpdateParamsDiscount

NOT_LIVE = ("canceled", "incomplete", "incomplete_expired")
PATHS: Mapping[str, tuple[str, ...]] = {"customer": ("customer",)}


@dataclass(frozen=True, slots=True)
class AddCouponRequest:
    customer: str
    coupon: str
    subscription: str | None = None
    idempotency_key: str | None = None


async def add_coupon(context: Context, request: AddCouponRequest) -> Outcome:
    """Put the coupon on the customer's live subscriptions, keeping the discounts that they have.

    The outcome has `customer` and `subscriptions`; without a live one the error NOTHING_TO_DISCOUNT, and the coupon is
    kept for the next subscribe.
    """
    checks = Checks()
    checks.id(request.customer, CUSTOMER, "customer")
    checks.id(request.coupon, ANY_ID, "coupon")
    checks.id(request.subscription, SUBSCRIPTION, "subscription")
    if checks.refusal:
        return checks.refusal

    async def act(operation: Operation) -> Outcome:
        customer = request.customer
        await operation.hold(f"customer:{customer}")
        if not operation.may_have_acted:
            await _check(context, operation, request, await customer_of(context, customer, "customer"))
        outcome = Outcome(customer=customer)
        found = await operation.pages(subscriptions.of_customer(customer))
        live = [
            each
            for each in found
            if operation.has_begun(_step(each))
            or (each["status"] not in NOT_LIVE and request.subscription in (None, each["id"]))
        ]
        if not live or operation.has_begun("keep"):
            await keep(operation, customer, request.coupon)
            sentence = "There is no subscription to discount now. The coupon is kept for the next one."
            raise Rejected(UserError(UserErrorCode.NOTHING_TO_DISCOUNT, sentence), outcome)
        # What was carried out goes first: it tells that the rest is to be completed.
        for subscription in sorted(live, key=lambda each: (not operation.has_result(_step(each)), str(each["id"]))):
            await _discount(operation, subscription, request.coupon)
        return Outcome(customer=customer, subscriptions=tuple(each["id"] for each in live))

    return await perform(context, "addCoupon", request, act, paths=PATHS)


async def _check(context: Context, operation: Operation, request: AddCouponRequest, customer: str) -> None:
    await customer_now(operation, customer)
    is_redeemable = await redeemable(operation, request.coupon)
    if is_redeemable is None:
        raise not_found("coupon")
    if not is_redeemable:
        sentence = "This coupon cannot be redeemed any more."
        raise Rejected(UserError(UserErrorCode.INVALID_STATE, sentence, ("coupon",)))
    if request.subscription is not None:
        subscription = await owned(context, Subscription, request.subscription, "subscription", customer=customer)
        if subscription["status"] in NOT_LIVE:
            sentence = "This subscription is not live, so that there is nothing to discount."
            raise Rejected(UserError(UserErrorCode.INVALID_STATE, sentence, ("subscription",)))


async def _discount(operation: Operation, subscription: Mapping[str, Any], coupon: str) -> None:
    """Stripe replaces the whole list of discounts: those that are to stay are sent along."""
    name = _step(subscription)
    if not operation.has_begun(name) and coupon in _coupons(subscription):
        return
    discounts: list[SubscriptionUpdateParamsDiscount] = [{"discount": each["id"]} for each in subscription["discounts"]]
    discounts.append({"coupon": coupon})
    call: Call = subscriptions.update(
        subscription["id"], {"discounts": discounts, "expand": ["discounts.source.coupon"]}
    )
    await operation.step(name, call, done=lambda seen: coupon in _coupons(seen))


def _step(subscription: Mapping[str, Any]) -> str:
    return f"discount:{subscription['id']}"


def _coupons(subscription: Mapping[str, Any]) -> set[str | None]:
    return {id_of(each["source"]["coupon"]) for each in subscription["discounts"] if isinstance(each, Mapping)}
