"""When servers are killed."""

import random
import time

from tests.crashes.servers import Server
from tests.crashes.wire import Moment, Wire

START_SECONDS = 2.5
STARTING = 0.12
BUSY_SECONDS = 0.8
ENDING_SECONDS = 0.3
PATIENCE_SECONDS = 3.0
MOST_CALLS = 12
MOST_WORKERS = 6


def storm(server: Server, wire: Wire, generator: random.Random, *, kills: int) -> None:
    """Start the server and kill it at random moments, again and again. It is dead afterwards."""
    try:
        while server.kills < kills:
            if generator.random() < STARTING:
                strike_amid_start(server, generator)
            else:
                server.start()
                _strike(server, wire, generator)
                server.strike()
                server.wait()
    finally:
        server.strike()
        server.wait()


def strike_amid_start(server: Server, generator: random.Random) -> None:
    """The first time the server also makes the schema then."""
    server.start()
    time.sleep(generator.uniform(0, START_SECONDS))
    server.strike()
    server.wait()


def _strike(server: Server, wire: Wire, generator: random.Random) -> None:
    server.wait_until_ready()
    how = generator.choices(("working", "calling", "ending"), (4, 6, 2))[0]
    if server.workers > 1:
        for _ in range(generator.randint(1, MOST_WORKERS)):
            time.sleep(_a_while(generator))
            server.strike_a_worker(generator)
    if how == "calling":
        moment = generator.choice(list(Moment))
        sprung = wire.set(server.secret_key, moment, server.strike, calls=generator.randint(1, MOST_CALLS))
        sprung.wait(PATIENCE_SECONDS)
        wire.take_away(server.secret_key)
        return
    time.sleep(_a_while(generator))
    if how == "ending":
        server.tell_to_end()
        time.sleep(generator.uniform(0, ENDING_SECONDS))


def _a_while(generator: random.Random) -> float:
    return min(generator.expovariate(1 / BUSY_SECONDS), 5 * BUSY_SECONDS)
