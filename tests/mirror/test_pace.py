"""Turns come at the rate that was asked for."""

import asyncio
import time

import pytest

from mirror.gateway.pace import Pace

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def turns(pace: Pace, count: int) -> float:
    begun = time.monotonic()
    await asyncio.gather(*(pace.turn() for _ in range(count)))
    return time.monotonic() - begun


async def got_a_turn(pace: Pace, within: float) -> bool:
    try:
        await asyncio.wait_for(pace.turn(), within)
    except TimeoutError:
        return False
    return True


async def test_turns_come_no_faster_than_the_rate_and_hardly_slower() -> None:
    took = await turns(Pace(50), 61)
    assert 1.0 <= took < 3.0


async def test_what_others_do_is_taken_off() -> None:
    pace = Pace(25)
    await pace.turn()
    pace.leave(25)
    assert not await got_a_turn(pace, 0.5)
    pace.leave(0)
    assert await got_a_turn(pace, 20)


async def test_when_stripe_asks_for_fewer_calls_all_wait_and_go_on_slowly() -> None:
    pace = Pace(100)
    await turns(pace, 5)
    pace.slow_down(0.6)
    pace.slow_down(0.6)
    assert not await got_a_turn(pace, 0.4)
    took = await turns(pace, 30)
    assert took > 0.4, "at half of the speed, as if it had been asked once"
