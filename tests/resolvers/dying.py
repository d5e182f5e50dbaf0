"""A process that carries out mutations up to a moment of the test's choice each, and is killed with SIGKILL there."""

import asyncio
import base64
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from mirror.gateway import Answer, Call, Gateway
from resolvers.context import Caller, Context
from resolvers.operation import Operation
from resolvers.recovery import VERBS
from tests.program import Process
from tests.resolvers.shop import SECRET_KEY, open_shop

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Last:
    """The last that a process does: a mutation, up to a moment. Each of its steps has three: before the call, after
    it, and when its result is recorded."""

    mutation: str
    request: Any
    caller: Caller
    now: int
    moment: int


class Moments:
    """Counts them, and stops for ever at the last."""

    def __init__(self, last: int) -> None:
        self._left = last
        self.reached = asyncio.Event()

    async def one(self) -> None:
        if self._left == 0:
            self.reached.set()
            await asyncio.Event().wait()
        self._left -= 1


MOMENTS: ContextVar[Moments] = ContextVar("moments")


class MomentousGateway(Gateway):
    async def send(self, call: Call, *, idempotency_key: str | None = None) -> Answer:
        if idempotency_key is None:
            return await super().send(call)
        await MOMENTS.get().one()
        answer = await super().send(call, idempotency_key=idempotency_key)
        await MOMENTS.get().one()
        return answer


async def live(database_url: str, stripe_url: str, lasts: Sequence[Last]) -> None:
    record = Operation._record

    async def record_and_count(operation: Operation, name: str, answer: Answer) -> None:
        await record(operation, name, answer)
        await MOMENTS.get().one()

    setattr(Operation, "_record", record_and_count)  # noqa: B010
    async with open_shop(database_url, stripe_url, timeout_seconds=PATIENCE_SECONDS) as shop:
        gateway = MomentousGateway(secret_key=SECRET_KEY, api_base=stripe_url, timeout_seconds=PATIENCE_SECONDS)
        for last in lasts:
            moments = Moments(last.moment)
            MOMENTS.set(moments)
            context = Context(replace(shop.services, gateway=gateway), last.caller, "dying", last.now)
            carrying_out = asyncio.ensure_future(VERBS[last.mutation][1](context, last.request))
            reaching = asyncio.create_task(moments.reached.wait())
            await asyncio.wait([carrying_out, reaching], return_when=asyncio.FIRST_COMPLETED)
            if carrying_out.done():
                sys.stderr.write(f"{last.mutation} ended before its moment {last.moment}: {carrying_out}\n")
                os._exit(1)
        sys.stdout.write("now\n")
        sys.stdout.flush()
        await asyncio.sleep(PATIENCE_SECONDS)


def killed(database_url: str, stripe_url: str, lasts: Sequence[Last]) -> None:
    """All of the mutations have come to their last moment, in one process, and it is dead."""
    with Process("tests.resolvers.dying", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(base64.b64encode(pickle.dumps((database_url, stripe_url, lasts))).decode() + "\n")
        process.stdin.close()
        said = process.stdout.readline()
        process.kill()
    assert said == "now\n", "The process ended by itself."


if __name__ == "__main__":
    asyncio.run(live(*pickle.loads(base64.b64decode(sys.stdin.readline()))))
