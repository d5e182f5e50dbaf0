"""What goes wrong in the caller's world, as data."""

import strawberry

from resolvers.outcome import UserErrorCode

strawberry.enum(
    UserErrorCode, description="Why a mutation was refused. Open for new values: treat an unknown code as a refusal."
)


@strawberry.type(description="What Stripe said, in its own codes.")
class StripeErrorDetail:
    code: str | None = strawberry.field(description="https://docs.stripe.com/error-codes")
    decline_code: str | None = strawberry.field(
        description="The bank's reason. What must not be told to card holders is generic_decline for subscribers."
    )
    param: str | None = strawberry.field(description="The parameter of Stripe's that it is about.")
    request_id: str | None = strawberry.field(description="Stripe's id of the request, for Stripe's support.")
    doc_url: str | None = strawberry.field(description="Where Stripe explains the code.")


@strawberry.type(description="Why a mutation was refused.")
class UserError:
    code: UserErrorCode = strawberry.field(description="Open for new values: treat an unknown code as a refusal.")
    message: str = strawberry.field(description="What is wrong and what to do, in a plain sentence.")
    path: list[str] | None = strawberry.field(description="Path into the input.")
    retryable: bool = strawberry.field(
        description="Whether the same request may succeed later, with the same idempotency key."
    )
    operation: strawberry.ID | None = strawberry.field(
        description="Our own id of the operation, for support and for asking again."
    )
    stripe: StripeErrorDetail | None = strawberry.field(
        description="What Stripe said. Decline codes that must not be told to card holders are generic_decline for "
        "subscribers."
    )
