"""The verbs of a subscription that exists: cancelSubscription and resumeSubscription."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.tables import Subscription
from mirror.errors import NotFound
from mirror.gateway import Answer, Call, subscriptions
from resolvers.checks import SUBSCRIPTION, Checks
from resolvers.context import Context
from resolvers.operation import Operation
from resolvers.outcome import Outcome, Rejected, UserError, UserErrorCode
from resolvers.ownership import owned
from resolvers.payment import id_of
from resolvers.perform import perform

if TYPE_CHECKING:
    from stripe.params import SubscriptionCancelParams, SubscriptionUpdateParams

ENDED = ("canceled", "incomplete_expired")
PATHS: Mapping[str, tuple[str, ...]] = {"cancellation_details[comment]": ("comment",), "id": ("subscription",)}


@dataclass(frozen=True, slots=True)
class CancelSubscriptionRequest:
    subscription: str
    immediately: bool = False
    comment: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeSubscriptionRequest:
    subscription: str
    idempotency_key: str | None = None


async def cancel_subscription(context: Context, request: CancelSubscriptionRequest) -> Outcome:
    """At the period's end, or at once for operators. The outcome has `customer` and `subscription`."""
    checks = Checks()
    checks.id(request.subscription, SUBSCRIPTION, "subscription")
    checks.text(request.comment, 5000, "comment")
    if request.immediately and not context.caller.is_operator:
        checks.refuse(
            "Only an operator can cancel at once. Leave immediately out to cancel at the period's end.",
            "immediately",
            code=UserErrorCode.NOT_ALLOWED,
        )
    if checks.refusal:
        return checks.refusal

    async def act(operation: Operation) -> Outcome:
        async def cancel() -> Call:
            subscription = await owned(context, Subscription, request.subscription, "subscription")
            if subscription["status"] in ENDED:
                raise _invalid_state("This subscription has ended already.")
            now: SubscriptionCancelParams = {}
            later: SubscriptionUpdateParams = {"cancel_at_period_end": True}
            if request.comment is not None:
                now["cancellation_details"] = {"comment": request.comment}
                later["cancellation_details"] = {"comment": request.comment}
            if request.immediately:
                return subscriptions.cancel(request.subscription, now)
            return subscriptions.update(request.subscription, later)

        def is_canceled(seen: Mapping[str, Any]) -> bool:
            return bool(seen["status"] in ENDED or (seen["cancel_at_period_end"] and not request.immediately))

        try:
            answer = await operation.step("cancel", cancel, done=is_canceled)
        except NotFound as error:
            # Stripe answers so for a subscription that has ended.
            await operation.fetch("subscription", request.subscription)
            raise _invalid_state("This subscription has ended already.") from error
        return _shown(answer)

    return await perform(context, "cancelSubscription", request, act, paths=PATHS)


async def resume_subscription(context: Context, request: ResumeSubscriptionRequest) -> Outcome:
    """Take a cancellation at the period's end back. The outcome has `customer` and `subscription`."""
    checks = Checks()
    checks.id(request.subscription, SUBSCRIPTION, "subscription")
    if checks.refusal:
        return checks.refusal

    async def act(operation: Operation) -> Outcome:
        async def resume() -> Call:
            subscription = await owned(context, Subscription, request.subscription, "subscription")
            if subscription["status"] in ENDED:
                raise _invalid_state("This subscription has ended. Subscribe again instead.")
            if not subscription["cancel_at_period_end"]:
                raise _invalid_state("This subscription is not going to end at its period's end.")
            return subscriptions.update(request.subscription, {"cancel_at_period_end": False})

        return _shown(await operation.step("resume", resume, done=lambda seen: not seen["cancel_at_period_end"]))

    return await perform(context, "resumeSubscription", request, act, paths=PATHS)


def _shown(answer: Answer) -> Outcome:
    return Outcome(customer=id_of(answer.data["customer"]), subscription=answer.data["id"])


def _invalid_state(sentence: str) -> Rejected:
    return Rejected(UserError(UserErrorCode.INVALID_STATE, sentence, ("subscription",)))
