"""A sandbox, a database, and servers between them that are to be killed."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.app import build
from server.sandbox import JWT_SECRET, SECRET_KEY
from server.settings import Settings
from tests.crashes.clients import Client as Asking
from tests.crashes.servers import Server
from tests.crashes.storm import storm, strike_amid_start
from tests.crashes.strangers import Stranger, clear_sky
from tests.crashes.wire import Wire
from tests.crashes.wishes import Wishes
from tests.sandbox.client import Client
from tests.serving import any_unused_port, free_port, serving, url_of

CLIENTS = 5
CUSTOMERS = 5
PATIENCE_SECONDS = 60.0


@dataclass
class World:
    """Nothing of it is started but the sandbox."""

    database_url: str
    stripe: Client
    wire: Wire
    servers: list[Server]
    wishes: Wishes
    clients: list[Asking]
    stranger: Stranger

    def storm(self, chance: random.Random, *, kills: int) -> None:
        """Load, and as many kills of each server. All servers are dead and the sky is clear afterwards.

        Some calm comes first, so that there are customers whose lives can be disturbed.
        """
        first = self.servers[0]
        stop = threading.Event()
        with ThreadPoolExecutor(max_workers=2 * CLIENTS) as pool:
            strike_amid_start(first, chance)
            first.start()
            working = [pool.submit(client.work, stop) for client in self.clients]
            working.append(pool.submit(self.stranger.work, stop))
            try:
                self._wait_for_customers()
                first.strike()
                first.wait()
                storms = [
                    pool.submit(storm, server, self.wire, random.Random(chance.random()), kills=kills)
                    for server in self.servers
                ]
                for each in storms:
                    each.result()
            finally:
                stop.set()
                first.strike()
                first.wait()
            for worker in working:
                worker.result()
        clear_sky(self.stripe)

    def _wait_for_customers(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while sum(buyer.cards > 0 for buyer in list(self.wishes.buyers)) < CUSTOMERS:
            assert time.monotonic() < deadline, "Nobody becomes a customer."
            time.sleep(0.02)

    def finish(self, deadline: float) -> None:
        """Have the clients ask again until they have heard everything, or the deadline (time.monotonic) is over."""
        with ThreadPoolExecutor(max_workers=2 * CLIENTS) as pool:
            for each in [pool.submit(client.finish, deadline) for client in self.clients]:
                each.result()


@contextmanager
def world_of(
    database_url: str, folder: Path, chance: random.Random, *, servers: int = 1, workers: int = 1
) -> Iterator[World]:
    """A world around a database that may be without a schema yet."""
    with ExitStack() as stack:
        listener = stack.enter_context(free_port())
        wire = Wire(build(base_url=url_of(listener)))
        stack.enter_context(serving(wire, listener))
        stripe = Client(url_of(listener))
        stack.callback(stripe.http.close)
        prices = [stripe.price(amount)["id"] for amount in (500, 2_500, 9_900)]
        coupons = [stripe.post("/v1/coupons", percent_off=percent, duration="forever")["id"] for percent in (10, 20)]

        def collect(card: str) -> str:
            made: str = stripe.post("/v1/payment_methods", type="card", card={"token": card})["id"]
            return made

        wishes = Wishes(random.Random(chance.random()), prices, coupons, collect)
        settings = Settings(_env_file=None, jwt_secret=JWT_SECRET)
        around = [_server(folder, database_url, stripe, workers) for _ in range(servers)]
        urls = [server.url for server in around]
        clients = [Asking(wishes, settings, urls, random.Random(chance.random())) for _ in range(CLIENTS)]
        stranger = Stranger(stripe, wishes, random.Random(chance.random()), prices)
        yield World(database_url, stripe, wire, around, wishes, clients, stranger)


def _server(folder: Path, database_url: str, stripe: Client, workers: int) -> Server:
    port = any_unused_port()
    hook = stripe.post("/v1/webhook_endpoints", url=f"http://127.0.0.1:{port}/webhooks/stripe", enabled_events=["*"])
    environment = {
        "DATABASE_URL": database_url,
        "JWT_SECRET": JWT_SECRET,
        "STRIPE_API_BASE": stripe.url,
        "STRIPE_SECRET_KEY": f"{SECRET_KEY}{port}",
        "STRIPE_WEBHOOK_SECRETS": hook["secret"],
    }
    return Server(port, folder, environment, workers=workers)
