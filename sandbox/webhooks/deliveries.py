"""Events on their way to webhook endpoints: signed, in order, tried again with growing pauses."""

import asyncio
import hashlib
import hmac
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx
import orjson

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import public

PAUSES = (0.2, 1.0, 5.0, 30.0, 60.0, 300.0)
MOST_TRIES = 40


@cache
def _trusted() -> SSLContext:
    """Whose certificates are believed, read once for both modes: that takes longer than the rest of a start."""
    return httpx.create_ssl_context(trust_env=False)


def signature(body: bytes, secret: str, moment: int) -> str:
    """Stripe's `Stripe-Signature` header for a payload (https://docs.stripe.com/webhooks#verify-manually)."""
    signed = f"{moment}.".encode() + body
    return f"t={moment},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


@dataclass
class Delivery:
    """One event on its way to one endpoint. `status`: pending, delivered, failed or dropped."""

    event: str
    type: str
    endpoint: str
    status: str = "pending"
    tries: int = 0
    answers: list[str] = field(default_factory=list)


@dataclass
class Weather:
    """What goes wrong with deliveries, on order. Counts are of the deliveries that come next."""

    paused: bool = False
    delay_seconds: float = 0
    duplicate: int = 0
    drop: int = 0
    reorder: bool = False


class Deliverer:
    """Sends what the state's outbox holds; runs within the application's lifetime."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.weather = Weather()
        self.made = 0
        self._by_event: dict[str, list[Delivery]] = {}
        self._waiting: Counter[str] = Counter()
        self._queues: dict[str, deque[Delivery]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wake: dict[str, asyncio.Event] = {}
        self._client: httpx.AsyncClient | None = None
        self._later: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Opens the connections and takes what happened before."""
        self._client = httpx.AsyncClient(timeout=20, trust_env=False, verify=_trusted())
        self.pick_up()

    async def stop(self) -> None:
        """Ends at once; what is still on its way stays undelivered."""
        tasks = [*self._tasks.values(), *self._later]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def pick_up(self) -> None:
        """Queues the events that were committed since the last time."""
        events = self.state.table("event")
        for id in self.state.outbox:
            event = events.rows[id]
            for endpoint in event["_"]["pending"]:
                self._queue(Delivery(id, event["type"], endpoint))
        self.state.outbox.clear()

    def _queue(self, delivery: Delivery) -> None:
        self._note(delivery)
        if self.weather.drop:
            self.weather.drop -= 1
            self._end(delivery, "dropped")
            return
        self._push(delivery)
        if self.weather.duplicate:
            self.weather.duplicate -= 1
            twin = Delivery(delivery.event, delivery.type, delivery.endpoint)
            self._note(twin)
            self._push(twin)

    def _note(self, delivery: Delivery) -> None:
        self.made += 1
        self._by_event.setdefault(delivery.event, []).append(delivery)
        self._waiting[delivery.endpoint] += 1

    def _end(self, delivery: Delivery, status: str) -> None:
        delivery.status = status
        self._waiting[delivery.endpoint] -= 1

    def _push(self, delivery: Delivery) -> None:
        queue = self._queues.setdefault(delivery.endpoint, deque())
        queue.append(delivery)
        wake = self._wake.setdefault(delivery.endpoint, asyncio.Event())
        wake.set()
        if delivery.endpoint not in self._tasks and self._client is not None:
            self._tasks[delivery.endpoint] = asyncio.create_task(self._serve(delivery.endpoint))

    async def _serve(self, endpoint: str) -> None:
        """Sends one endpoint's events one after the other."""
        queue, wake = self._queues[endpoint], self._wake[endpoint]
        while True:
            while not queue or self.weather.paused:
                wake.clear()
                await wake.wait()
            if self.weather.delay_seconds:
                await asyncio.sleep(self.weather.delay_seconds)
            if self.weather.reorder and len(queue) > 1:
                queue.rotate(-self.state.generator.randrange(len(queue)))
            await self._deliver(queue.popleft())

    async def _deliver(self, delivery: Delivery) -> None:
        """Tries until the endpoint is there; one that is there and refuses is asked again later, out of order."""
        while True:
            answer = await self._post(delivery)
            if answer is None or delivery.status != "pending":
                return
            pause = PAUSES[min(delivery.tries, len(PAUSES)) - 1]
            if delivery.tries >= MOST_TRIES:
                self._end(delivery, "failed")
                return
            if answer.isdigit():
                task = asyncio.create_task(self._again(delivery, pause))
                self._later.add(task)
                task.add_done_callback(self._later.discard)
                return
            await asyncio.sleep(pause)

    async def _again(self, delivery: Delivery, pause: float) -> None:
        await asyncio.sleep(pause)
        self._push(delivery)

    async def _post(self, delivery: Delivery) -> str | None:
        """One try: None when it is over, otherwise the status or the error that came back."""
        endpoint = self.state.table("webhook_endpoint").get(delivery.endpoint)
        event = self.state.table("event").get(delivery.event)
        if endpoint is None or event is None or endpoint["status"] != "enabled" or self._client is None:
            self._end(delivery, "dropped")
            return None
        body = orjson.dumps(public(event))
        moment = int(time.time())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, endpoint["_"]["secret"], moment),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        delivery.tries += 1
        try:
            response = await self._client.post(endpoint["url"], content=body, headers=headers)
        except httpx.HTTPError as error:
            delivery.answers.append(type(error).__name__)
            return delivery.answers[-1]
        delivery.answers.append(str(response.status_code))
        if not response.is_success:
            return delivery.answers[-1]
        self._end(delivery, "delivered")
        self._arrived(event, delivery.endpoint)
        return None

    def _arrived(self, event: Object, endpoint: str) -> None:
        if endpoint in event["_"]["pending"]:
            event["_"]["pending"].remove(endpoint)
            event["pending_webhooks"] -= 1

    def change_weather(self, **changes: Any) -> None:
        """Orders what goes wrong from now on."""
        for name, value in changes.items():
            setattr(self.weather, name, value)
        for wake in self._wake.values():
            wake.set()

    def waiting(self, endpoint: str | None = None) -> int:
        """How many deliveries are still to be made, to one endpoint or to all."""
        return self._waiting.total() if endpoint is None else self._waiting[endpoint]

    async def settle(self, seconds: float) -> bool:
        """Waits until nothing is waiting any more; false when the time was not enough."""
        end = time.monotonic() + seconds
        while self.waiting():
            if time.monotonic() >= end:
                return False
            await asyncio.sleep(0.005)
        return True

    def resend(self, event: Object) -> int:
        """Sends an event once more to every endpoint that is enabled; returns how many."""
        endpoints = [one for one in self.state.table("webhook_endpoint").rows.values() if one["status"] == "enabled"]
        for endpoint in endpoints:
            self._queue(Delivery(event["id"], event["type"], endpoint["id"]))
        return len(endpoints)

    def of(self, event: str) -> list[dict[str, Any]]:
        """The deliveries of an event."""
        return [asdict(delivery) for delivery in self._by_event.get(event, ())]
