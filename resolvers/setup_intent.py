"""createSetupIntent: begin to save a card."""

from collections.abc import Mapping
from dataclasses import dataclass

from mirror.gateway import Call, setup_intents
from resolvers.checks import OPERATION_KEY, Checks
from resolvers.context import Context
from resolvers.operation import Operation
from resolvers.outcome import Outcome
from resolvers.ownership import customer_of
from resolvers.payment import client_secret_of
from resolvers.perform import perform

PATHS: Mapping[str, tuple[str, ...]] = {"customer": ("customer",)}


@dataclass(frozen=True, slots=True)
class CreateSetupIntentRequest:
    """`customer` is the operator's to give; a subscriber means themselves."""

    customer: str | None = None
    idempotency_key: str | None = None


async def create_setup_intent(context: Context, request: CreateSetupIntentRequest) -> Outcome:
    """A setup intent for later payments without the customer. The outcome has `client_secret`, for Stripe.js."""
    checks = Checks()
    checks.customer_given(context.caller, request.customer)
    if checks.refusal:
        return checks.refusal

    async def act(operation: Operation) -> Outcome:
        async def create() -> Call:
            return setup_intents.create(
                {
                    "customer": await customer_of(context, request.customer, "customer"),
                    "usage": "off_session",
                    "metadata": {OPERATION_KEY: operation.id},
                }
            )

        intent = (await operation.step("create", create)).data
        return Outcome(setup_intent=intent["id"], client_secret=await client_secret_of(operation, intent))

    return await perform(context, "createSetupIntent", request, act, paths=PATHS)
