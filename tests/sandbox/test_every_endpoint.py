"""Requests by chance to every endpoint: nothing breaks, refusals change nothing, and everything agrees and adds up.

STRIPE_GRAPHQL_TEST_SEED and STRIPE_GRAPHQL_TEST_LIVES make other and more sequences.
"""

import os

import pytest

from tests.sandbox.chance.life import live, shortest

SEED = int(os.environ.get("STRIPE_GRAPHQL_TEST_SEED", "1"))
LIVES = int(os.environ.get("STRIPE_GRAPHQL_TEST_LIVES", "24"))
STEPS = 40
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_asked_for_the_sandbox_keeps_its_promises(part: int, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(part, LIVES, PARTS):
        seed = SEED * 1_000_000 + number
        if live(seed, range(STEPS)):
            steps = shortest(seed, list(range(STEPS)))
            caplog.clear()
            pytest.fail(f"Sequence {seed}:\n{live(seed, steps)}", pytrace=False)
