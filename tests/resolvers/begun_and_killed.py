"""A process that charges a customer, for a test that kills it. Arguments: database URL, sandbox URL, customer."""

import asyncio
import sys
from decimal import Decimal

from resolvers.charge import ChargeRequest, charge
from resolvers.money import Amount
from tests.resolvers.shop import open_shop


def request(customer: str) -> ChargeRequest:
    return ChargeRequest(customer, Amount(Decimal("19.99"), "USD"), "order-1")


async def main(database_url: str, sandbox_url: str, customer: str) -> None:
    async with open_shop(database_url, sandbox_url) as shop:
        await charge(shop.operator(), request(customer))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
