from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox.app import build
from tests.resolvers.shop import Shop, open_shop
from tests.serving import free_port, serving, url_of
from tests.stripe_way import way_to


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def sandbox_url() -> Iterator[str]:
    """A sandbox of the test's own, which sends no webhooks: what the mirror knows, it knows from the verbs."""
    with free_port() as listener, serving(build(), listener), way_to(url_of(listener)) as way:
        yield way


@pytest.fixture
async def shop(database_url: str, sandbox_url: str) -> AsyncIterator[Shop]:
    async with open_shop(database_url, sandbox_url) as shop:
        yield shop
