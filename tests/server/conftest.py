"""One server for the tests of this room: they leave nothing behind that another could notice."""

from collections.abc import Iterator

import httpx
import pytest

from tests.databases import SQLite
from tests.hub import Hub, running_hub


@pytest.fixture(scope="module")
def hub(sqlite: SQLite) -> Iterator[Hub]:
    with running_hub(sqlite.database(), cors_origins=("https://shop.example",)) as running:
        yield running


@pytest.fixture(scope="module")
def http(hub: Hub) -> httpx.Client:
    """A client without a token."""
    return hub.http


@pytest.fixture(scope="module")
def ada(hub: Hub) -> Iterator[httpx.Client]:
    """A client with a subscriber's token."""
    headers = hub.subscriber("ada").headers
    with httpx.Client(base_url=hub.url, trust_env=False, timeout=30, headers=headers) as client:
        yield client
