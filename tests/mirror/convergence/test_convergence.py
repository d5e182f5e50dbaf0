"""Whatever is lost, late, doubled, refused or killed: in the end the mirror is equal to Stripe.

Other histories each time in `scripts/test-long`, where STRIPE_GRAPHQL_TEST_SEED repeats them.
"""

import asyncio
import logging
import os
import ssl
from collections.abc import Iterator
from functools import cache

import pytest
import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from db.engine import create_engine
from db.reads import open_reads
from mirror import referred
from mirror.gateway import transport
from resolvers import held_leases
from tests.mirror.convergence.history import History

SEED = int(os.environ.get("STRIPE_GRAPHQL_TEST_SEED", "1"))
HISTORIES = int(os.environ.get("STRIPE_GRAPHQL_TEST_HISTORIES", "20"))
PROCESSES = 2


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the product would wait for what comes by itself, it goes on at once."""
    monkeypatch.setattr(transport, "FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(held_leases, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(referred, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of failures on order need not be told of."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("impatient", "quiet")
def test_in_the_end_the_mirror_is_equal_to_stripe(database_url: str) -> None:
    with asyncio.Runner() as runner:
        engines = [create_engine(database_url, pool_size=4) for _ in range(PROCESSES)]
        reads = open_reads(engines[0], timeout_seconds=10)
        given = {"engines": engines, "reads": reads, "runner": runner}
        try:
            run_state_machine_as_test(
                # Other histories on the other database.
                seed(f"{SEED} {engines[0].dialect.name}")(type("Histories", (History,), given)),
                settings=settings(
                    max_examples=HISTORIES,
                    stateful_step_count=20,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                    phases=[Phase.generate, Phase.shrink],
                ),
            )
        finally:
            for engine in engines:
                runner.run(engine.dispose())
