from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.app import build
from sandbox.demo.planting import Demo
from tests.sandbox.client import Client
from tests.serving import free_port, serving, url_of


@contextmanager
def fresh(
    *,
    demo: Demo | None = None,
    data: Path | None = None,
    webhook_url: str | None = None,
    webhook_secret: str | None = None,
) -> Iterator[Client]:
    """A sandbox of its own, over HTTP."""
    with free_port() as listener:
        here = url_of(listener)
        app = build(webhook_url=webhook_url, webhook_secret=webhook_secret, demo=demo, data=data, base_url=here)
        with serving(app, listener):
            client = Client(here)
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
    with fresh(demo=Demo()) as client:
        yield client
