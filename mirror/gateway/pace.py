"""How fast calls may follow each other. https://docs.stripe.com/rate-limits"""

import asyncio

SLACK_SECONDS = 0.2
"""Turns that nobody took are good for so long: a process that was busy for a moment makes up for it."""
FIRST_SLOWNESS = 0.5
SLOWEST = 1 / 16
RECOVERY_SECONDS = 30.0
"""From standstill to full speed after Stripe asked for fewer calls."""
LOOK_AGAIN_SECONDS = 0.05


class Pace:
    """Gives out turns, so many a second, to those who wait for them in a row.

    Others who call Stripe go first: what `leave` says of them is taken off.
    """

    def __init__(self, calls_per_second: float) -> None:
        self._rate = calls_per_second
        self._others = 0.0
        self._row = asyncio.Lock()
        self._next = 0.0
        self._paused_until = 0.0
        self._slowness = 1.0

    async def turn(self) -> None:
        """Wait for a turn."""
        clock = asyncio.get_running_loop().time
        async with self._row:
            while True:
                now = clock()
                rate = self._now_a_second(now)
                due = max(self._next, self._paused_until)
                if due <= now and rate > 0:
                    break
                # The rate may change meanwhile: nobody sleeps long.
                await asyncio.sleep(min(max(due - now, 0.001), LOOK_AGAIN_SECONDS) if rate else LOOK_AGAIN_SECONDS)
            self._next = max(self._next, now - SLACK_SECONDS) + 1 / rate

    def leave(self, calls_per_second: float) -> None:
        """So many calls a second are made by others now."""
        self._others = calls_per_second

    def slow_down(self, seconds: float) -> None:
        """Stripe asked for fewer calls, and for none in so many seconds."""
        now = asyncio.get_running_loop().time()
        if now < self._paused_until:
            # Calls that were under way together are refused together, and count once.
            self._paused_until = max(self._paused_until, now + seconds)
            return
        self._slowness = max(SLOWEST, FIRST_SLOWNESS * self._share(now))
        self._paused_until = now + seconds

    @property
    def paused_seconds(self) -> float:
        """For how long nobody gets a turn, since Stripe asked for it."""
        return max(0.0, self._paused_until - asyncio.get_running_loop().time())

    def _now_a_second(self, now: float) -> float:
        return max(0.0, self._rate * self._share(now) - self._others)

    def _share(self, now: float) -> float:
        """Of the rate, growing from what it was slowed down to."""
        return min(1.0, self._slowness + max(0.0, now - self._paused_until) / RECOVERY_SECONDS)
