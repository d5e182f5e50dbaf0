"""A sequence of requests by chance, with what must hold after each and at the end; told again shorter when it fails."""

import logging
import random
from collections.abc import Collection
from typing import Any

from sandbox.account.state import State
from sandbox.api.router import ROUTES
from sandbox.timing.advance import catch_up
from sandbox.timing.periods import DAY
from tests.sandbox.auditing.events import event_troubles
from tests.sandbox.auditing.lists import everything, list_troubles, with_clocks
from tests.sandbox.auditing.money import money_troubles
from tests.sandbox.chance.digest import digest, index_troubles
from tests.sandbox.chance.requests import Request, draw
from tests.sandbox.client import Client, Object
from tests.sandbox.in_process import inside

LOGGER = logging.getLogger("sandbox")
ALONE = {
    route.kind: route.path
    for route in ROUTES
    if route.method == "GET" and route.path.count("{") == 1 and route.path.endswith("}")
}
# What an answer shows and retrieving does not, or not in the same way.
PASSING = {"webhook_endpoint": {"secret"}, "test_helpers.test_clock": {"frozen_time", "status", "status_details"}}
NOT_THERE = "The sandbox does not"
CARDS = ("succeed", "generic_decline", "authentication_required")
PAUSES = (1, 3_700, DAY, 3 * DAY, 8 * DAY, 32 * DAY)


class Trouble(AssertionError):
    """Something that must not be."""


class Log(logging.Handler):
    """The failures that the sandbox keeps to itself: what happens by itself has nobody to tell."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))


class Life:
    """One sequence; the same seed and steps make the same requests."""

    def __init__(self, client: Client, state: State, seed: int) -> None:
        self.client = client
        self.state = state
        self.seed = seed
        self.told: list[str] = []
        self.log = Log()

    def begin(self) -> None:
        """A few things to begin with, so that requests find something."""
        client = self.client
        prices = [client.price(900), client.price(30_000, interval="year"), client.price(500, interval=None)]
        client.post("/v1/coupons", percent_off=50, duration="once")
        client.post("/v1/coupons", amount_off=99_999, currency="usd", duration="forever")
        for card in ("pm_card_visa", "pm_card_chargeCustomerFail"):
            customer = client.customer(card)
            client.post("/v1/subscriptions", customer=customer["id"], items=[{"price": prices[0]["id"]}])
            client.post("/v1/invoiceitems", customer=customer["id"], amount=700, currency="usd")

    def step(self, number: int) -> None:
        """One request, or something that a test or a card holder does."""
        chance = random.Random(f"{self.seed} {number}")
        dice = chance.random()
        if dice < 0.08:
            self.control("clock", seconds=chance.choice(PAUSES))
        elif dice < 0.12:
            self.control(
                "cards/next", results=[chance.choice(("succeed", "generic_decline", "authentication_required"))]
            )
        elif dice < 0.17 and (waiting := self.waiting()):
            self.control(f"intents/{chance.choice(waiting)}/complete", succeed=chance.random() < 0.7)
        else:
            self.request(draw(self.state, chance))
        if self.log.told:
            raise Trouble(f"The log tells of a failure: {self.log.told[0]}")

    def control(self, what: str, **body: Any) -> None:
        self.told.append(f"/sandbox/{what} {body}")
        self.client.control(what, **body)

    def waiting(self) -> list[str]:
        """Intents on which a card holder can act."""
        kinds = ("payment_intent", "setup_intent")
        rows = [row for kind in kinds for row in self.state.tables[kind].rows.values()]
        return [row["id"] for row in rows if row["status"] == "requires_action"]

    def request(self, request: Request) -> None:
        """What was refused has changed nothing, what was done is there, and nothing breaks."""
        self.told.append(str(request))
        catch_up(self.state)
        self.state.journal.commit()
        before = digest(self.state)
        response = self.client.send(request.route.method, request.path, **request.params)
        body: Object = response.json()
        status = response.status_code
        if status == 501 and not body["error"]["message"].startswith(NOT_THERE):
            raise Trouble(f"501 without its sentence: {body}")
        if status >= 500 and status != 501:
            raise Trouble(f"{status}: {body}")
        kept = status == 402 or (status == 400 and request.path.endswith("/pay"))
        if (status != 200 or request.route.method == "GET") and not kept:
            after = digest(self.state)
            if changed := [kind for kind in after if after[kind] != before[kind]]:
                raise Trouble(f"A change of {', '.join(changed)}, though the answer was {status}: {body}")
        if status == 200 and request.route.method != "GET" and "expand" not in request.params:
            self.look_again(body)

    def look_again(self, answer: Object) -> None:
        """The answer is what retrieving shows afterwards."""
        kind = answer["object"]
        if kind not in ALONE or answer["id"] not in self.state.tables[kind].rows:
            return
        path = ALONE[kind].partition("{")[0] + answer["id"]
        shown = self.client.get(path)
        names = (shown.keys() | answer.keys()) - PASSING.get(kind, set())
        if differing := [name for name in sorted(names) if shown.get(name) != answer.get(name)]:
            raise Trouble(f"{path} differs from the answer in {', '.join(differing)}")

    def end(self) -> None:
        """All lists and sums, and what is kept besides."""
        found = everything(self.client)
        whole = with_clocks(self.client, found)
        troubles = [*list_troubles(self.client, found), *money_troubles(self.client, whole), *event_troubles(whole)]
        if troubles := troubles + index_troubles(self.state):
            raise Trouble("\n".join(troubles[:10]))


def live(seed: int, steps: Collection[int]) -> str | None:
    """What went wrong in a sequence, with everything that led to it."""
    with inside(seed) as (client, state):
        life = Life(client, state, seed)
        LOGGER.addHandler(life.log)
        try:
            life.begin()
            for number in steps:
                life.step(number)
            life.end()
        except Exception as error:
            return "\n".join([*life.told, f"{type(error).__name__}: {error}"])
        finally:
            LOGGER.removeHandler(life.log)
    return None


def shortest(seed: int, steps: list[int]) -> list[int]:
    """The fewest steps, found by leaving out, that go wrong somehow."""
    size = max(1, len(steps) // 2)
    while True:
        place = 0
        while place < len(steps):
            fewer = steps[:place] + steps[place + size :]
            if live(seed, fewer):
                steps = fewer
            else:
                place += size
        if size == 1:
            return steps
        size //= 2
