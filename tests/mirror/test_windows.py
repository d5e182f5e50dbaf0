"""However a list is cut, each of its objects is listed once."""

import asyncio
import random
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from db.syncs import Window
from mirror.backfill.windows import STRIPE_BEGAN, Windows, rest_of

MOMENTS = st.one_of(
    st.integers(STRIPE_BEGAN, STRIPE_BEGAN + 3),
    st.integers(STRIPE_BEGAN, STRIPE_BEGAN + 500),
    st.integers(STRIPE_BEGAN - 50_000_000, STRIPE_BEGAN + 500_000_000),
)
LIMIT = 3


def page_of(moments: list[int], window: Window) -> dict[str, Any]:
    """What Stripe would list: newest first, by cursor."""
    listed = [
        {"object": "charge", "id": str(number), "created": moment}
        for number, moment in sorted(enumerate(moments), key=lambda each: (-each[1], each[0]))
        if window.earliest <= moment and (window.latest is None or moment <= window.latest)
    ]
    if window.after is not None:
        listed = listed[[each["id"] for each in listed].index(window.after) + 1 :]
    return {"data": listed[:LIMIT], "has_more": len(listed) > LIMIT}


async def walk(moments: list[int], workers: int, seed: int, began: int = STRIPE_BEGAN) -> tuple[Counter[str], int]:
    """How often each object was listed, and how many pages were empty."""
    rng = random.Random(seed)
    windows = Windows([Window("charge", 0)], began=began)
    seen: Counter[str] = Counter()
    empty = 0

    async def work() -> None:
        nonlocal empty
        while (window := await windows.take()) is not None:
            while not window.done:
                for _ in range(rng.randrange(3)):
                    await asyncio.sleep(0)
                page = page_of(moments, window)
                empty += not page["data"]
                seen.update(each["id"] for each in page["data"])
                window = rest_of(window, page)
                if not window.done and (halves := windows.cut(window, page)) is not None:
                    window = halves[0]
                    await asyncio.sleep(0)
                    await windows.offer(halves[1])
            await windows.walked()

    await asyncio.gather(*(work() for _ in range(workers)))
    return seen, empty


@settings(max_examples=150)
@given(st.lists(MOMENTS, max_size=60), st.integers(1, 6), st.integers(0, 9), MOMENTS)
def test_each_object_is_listed_once(moments: list[int], workers: int, seed: int, began: int) -> None:
    seen, _ = asyncio.run(walk(moments, workers, seed, began))
    assert seen == Counter(str(number) for number in range(len(moments)))


def test_a_list_is_cut_where_its_objects_are() -> None:
    day = STRIPE_BEGAN + 500_000_000
    seen, empty = asyncio.run(walk([day - number * 60 for number in range(600)], 6, 1))
    assert len(seen) == 600
    assert empty < 40


def test_fewer_pages_are_empty_where_it_is_known_how_old_the_first_objects_are() -> None:
    day = STRIPE_BEGAN + 500_000_000
    moments = [day - number * 60 for number in range(600)]
    _, without = asyncio.run(walk(moments, 6, 1))
    seen, empty = asyncio.run(walk(moments, 6, 1, began=min(moments)))
    assert len(seen) == 600
    assert empty < without


def test_one_worker_cuts_nothing() -> None:
    _, empty = asyncio.run(walk([STRIPE_BEGAN + number for number in range(50)], 1, 1))
    assert empty == 0
