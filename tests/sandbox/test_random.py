"""Random sequences of likely requests: nothing breaks, and at the end everything agrees and adds up.

Other sequences each time in `scripts/test-long`, where STRIPE_GRAPHQL_TEST_SEED repeats them.
"""

import os
from contextlib import ExitStack
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import initialize

from tests.sandbox.auditing.events import event_troubles
from tests.sandbox.auditing.lists import everything, list_troubles
from tests.sandbox.auditing.money import money_troubles
from tests.sandbox.client import Client, Object
from tests.sandbox.in_process import inside
from tests.sandbox.living import Living

SEED = int(os.environ.get("STRIPE_GRAPHQL_TEST_SEED", "1"))
LIVES = int(os.environ.get("STRIPE_GRAPHQL_TEST_LIVES", "24"))


class Life(Living):
    """A life in a sandbox of its own, looked at closely at its end."""

    client: Client

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        self.client, _ = self.stack.enter_context(inside())
        self.prices = [self.client.price(amount)["id"] for amount in (900, 2_500)]
        self.prices.append(self.client.price(30_000, interval="year")["id"])
        self.coupons = [self.client.post("/v1/coupons", percent_off=50, duration="once")["id"]]
        self.coupons.append(
            self.client.post("/v1/coupons", amount_off=99_999, currency="usd", duration="forever")["id"]
        )
        self.customers = [self.client.customer()["id"]]

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            found = everything(self.client)
            troubles = [
                *list_troubles(self.client, found, every=3),
                *money_troubles(self.client, found),
                *event_troubles(found),
            ]
            assert not troubles, "\n".join(troubles)

    def call(self, method: str, path: str, **params: Any) -> Object:
        response = self.client.send(method, path, **params)
        assert response.status_code < 500 or response.status_code == 501, (method, path, params, response.text)
        body: Object = response.json()
        return body

    def control(self, what: str, /, **body: Any) -> None:
        assert self.client.http.post(f"/sandbox/{what}", json=body).status_code in (200, 400)


TestLife = seed(SEED)(Life).TestCase
TestLife.settings = settings(
    max_examples=LIVES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
