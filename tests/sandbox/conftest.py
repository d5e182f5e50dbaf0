from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandbox.app import build
from tests.sandbox.client import Client
from tests.serving import free_port, serving, url_of


@contextmanager
def fresh(*, seed: bool = False, webhook_url: str | None = None, webhook_secret: str | None = None) -> Iterator[Client]:
    """A sandbox of its own, over HTTP."""
    with free_port() as listener:
        app = build(webhook_url=webhook_url, webhook_secret=webhook_secret, seed=seed, base_url=url_of(listener))
        with serving(app, listener):
            client = Client(url_of(listener))
            try:
                yield client
            finally:
                client.http.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Client]:
    """One sandbox for the tests of a module that do not turn its clock."""
    with fresh() as client:
        yield client


@pytest.fixture
def alone() -> Iterator[Client]:
    """A sandbox for one test."""
    with fresh() as client:
        yield client


@pytest.fixture(scope="module")
def seeded() -> Iterator[Client]:
    """A sandbox with demo data, to look at."""
    with fresh(seed=True) as client:
        yield client
