"""Clients as they are told to be: what got no last word is asked again with the same key, later."""

import heapq
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx

from server.settings import Settings
from server.tokens import operator_token, subscriber_token
from tests.crashes.wishes import Wish, Wishes

TOKEN_SECONDS = 6 * 3600
GIVES_UP = 0.08
"""How often a client that lost its connection never comes back."""
PAUSE_SECONDS = (0.3, 2.0)
PATIENCE_SECONDS = 3.0


class Client:
    """One of several that ask at the same time; `urls` are those of the servers."""

    def __init__(self, wishes: Wishes, settings: Settings, urls: Sequence[str], generator: random.Random) -> None:
        self.told: Counter[str] = Counter()
        """How often it was told what, other than the last word."""
        self._wishes = wishes
        self._settings = settings
        self._urls = urls
        self._generator = generator
        self._operator = operator_token(settings, seconds=TOKEN_SECONDS)
        self._later: list[tuple[float, int, Wish]] = []
        self._numbers = itertools.count()

    def work(self, stop: threading.Event) -> None:
        """Wish for something new, or ask again for what is due, until it is time to stop."""
        with httpx.Client(timeout=60, trust_env=False) as http:
            while not stop.is_set():
                is_due = bool(self._later) and self._later[0][0] < time.monotonic()
                self._ask(http, heapq.heappop(self._later)[2] if is_due else self._wishes.next(), may_give_up=True)

    def finish(self, deadline: float) -> None:
        """Ask again until everything has its last word, or the deadline (time.monotonic) has passed."""
        with httpx.Client(timeout=60, trust_env=False) as http:
            while self._later and time.monotonic() < deadline:
                due, _, wish = heapq.heappop(self._later)
                time.sleep(max(0.0, min(due - time.monotonic(), 1.0)))
                self._ask(http, wish, may_give_up=False)

    def _ask(self, http: httpx.Client, wish: Wish, *, may_give_up: bool) -> None:
        told = self._told(http, wish)
        if told is None:
            wish.buyer.wishes -= 1
            return
        self.told[told] += 1
        if may_give_up and told == "nothing" and self._generator.random() < GIVES_UP:
            wish.given_up = True
            wish.buyer.wishes -= 1
            return
        due = time.monotonic() + self._generator.uniform(*PAUSE_SECONDS)
        heapq.heappush(self._later, (due, next(self._numbers), wish))

    def _told(self, http: httpx.Client, wish: Wish) -> str | None:
        """Why it has to be asked again; None when this was the last word."""
        try:
            response = self._post(http, wish)
        except httpx.ConnectError:
            return "no connection"
        except httpx.TransportError:
            return "nothing"
        if response.status_code >= 500:
            return str(response.status_code)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        if "errors" in body:
            return "; ".join(error["message"] for error in body["errors"])
        answer = body["data"][wish.mutation]
        retryable = [error["code"] for error in answer["userErrors"] if error["retryable"]]
        if retryable:
            return str(retryable[0])
        wish.heard(answer)
        return None

    def _post(self, http: httpx.Client, wish: Wish) -> httpx.Response:
        """Knock until a server opens. Raises ConnectError when none does, and what breaks a request that was sent."""
        wish.tries += 1
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return http.post(
                    f"{self._generator.choice(self._urls)}/graphql",
                    json={"query": wish.document, "variables": {"input": wish.input}},
                    headers={"authorization": f"Bearer {self._token(wish)}"},
                )
            except httpx.ConnectError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _token(self, wish: Wish) -> str:
        if wish.by_operator:
            return self._operator
        return subscriber_token(self._settings, wish.buyer.subscriber, seconds=TOKEN_SECONDS)
