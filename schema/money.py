"""Amounts."""

from decimal import Decimal
from typing import Annotated, Any, cast

import strawberry

from resolvers.money import Amount
from schema.scalars import BigInt, Currency


def _formatted(
    locale: Annotated[str, strawberry.argument(description='A BCP 47 language tag: "de-DE".')] = "en-US",
) -> None: ...


@strawberry.type(description="An exact amount in one currency.")
class Money:
    minor_units: BigInt = strawberry.field(
        description="In the currency's smallest unit, as Stripe counts it: 1000 is 10.00 USD, and 1000 JPY."
    )
    currency: Currency = strawberry.field(description="The currency of the amount.")
    decimal: Decimal = strawberry.field(description='In the major unit, exact: "10.00".')
    formatted: str = strawberry.field(
        resolver=cast(Any, _formatted), description='For people, in the locale\'s own style: "$10.00".'
    )


@strawberry.input(
    description="An amount in the major unit. More decimals than the currency has, and a last digit other than 0 in a "
    "three-decimal one, is INVALID_INPUT, never rounded."
)
class MoneyInput:
    decimal: Decimal = strawberry.field(description='In the major unit: "10.00".')
    currency: str = strawberry.field(description="ISO 4217, in any case: USD.")


def amount_given(input: MoneyInput | None) -> Amount | None:
    """What a caller gave, for a verb."""
    return Amount(input.decimal, input.currency) if input else None
