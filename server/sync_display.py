"""How a sync looks on a terminal, and in a log."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from mirror.backfill.progress import ListProgress
from mirror.backfill.progress import Progress as SyncProgress

REFRESH_SECONDS = 0.25
WORDS_WIDTH = 68
"""Of the longest name with its figures in words; in a narrower window they are short."""
NARROWEST_BAR, WIDEST_BAR = 8, 40
ONE_LINE = Column(no_wrap=True)
LINE_SECONDS = 5.0
RECENT_SECONDS = 10.0
"""Speeds are those of so long."""
REPEATED_SECONDS = 5.0
"""A sentence that several say at once is shown once."""


class Speeds:
    """Objects a second of each resource, lately."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._seen: dict[str, list[tuple[float, int]]] = {}

    def look(self, list: ListProgress) -> float:
        now = time.monotonic()
        seen = self._seen.setdefault(list.name, [(self._began, list.before)])
        seen.append((now, list.objects))
        while now - seen[0][0] > RECENT_SECONDS:
            seen.pop(0)
        elapsed = now - seen[0][0]
        return (list.objects - seen[0][1]) / elapsed if elapsed > 0 else 0.0


class Display:
    """Bars on a terminal, lines elsewhere."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = self._console.is_terminal and not self._console.is_dumb_terminal
        self._said: tuple[str, float] = ("", 0.0)

    def say(self, sentence: str) -> None:
        now = time.monotonic()
        if sentence == self._said[0] and now - self._said[1] < REPEATED_SECONDS:
            return
        self._said = (sentence, now)
        if self._bars:
            self._console.print(sentence, highlight=False)
        else:
            _line(sentence)

    @asynccontextmanager
    async def showing(self, progress: SyncProgress) -> AsyncIterator[None]:
        task = asyncio.create_task(self._show_bars(progress) if self._bars else _show_lines(progress))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _show_bars(self, progress: SyncProgress) -> None:
        speeds = Speeds()
        room = self._console.width - WORDS_WIDTH - 1
        bar = [BarColumn(bar_width=min(room, WIDEST_BAR))] if room >= NARROWEST_BAR else []
        columns = (TextColumn("{task.description}", table_column=ONE_LINE), *bar, _Numbers(ONE_LINE))
        with Progress(*columns, console=self._console, refresh_per_second=4) as bars:
            tasks: dict[str, TaskID] = {}
            step = bars.add_task("", total=None, text="")
            try:
                while True:
                    for each in progress.lists.values():
                        if each.name not in tasks:
                            tasks[each.name] = bars.add_task(each.name, total=None, text="")
                        speed = speeds.look(each)
                        total = each.expected if each.done or each.objects else None
                        text = self._numbers(each, speed)
                        bars.update(tasks[each.name], completed=each.objects, total=total, text=text)
                    bars.update(step, description=progress.step, text=_looked_at(progress))
                    await asyncio.sleep(REFRESH_SECONDS)
            finally:
                for each in progress.lists.values():
                    if each.name in tasks:
                        bars.update(tasks[each.name], completed=each.objects, text=self._numbers(each, 0.0))
                bars.remove_task(step)

    def _numbers(self, list: ListProgress, speed: float) -> str:
        return _numbers(list, speed) if self._console.width >= WORDS_WIDTH else _short_numbers(list, speed)


class _Numbers(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(task.fields.get("text", ""))


async def _show_lines(progress: SyncProgress) -> None:
    speeds, before = Speeds(), ""
    while True:
        # Also at those that have not begun: how fast the first objects came is told too.
        looks = [(each, speeds.look(each)) for each in progress.lists.values()]
        lines = [f"{each.name}: {_numbers(each, speed)}" for each, speed in looks if each.objects and not each.done]
        for line in lines or [f"{progress.step} {_looked_at(progress)}".strip()]:
            if line and line != before:
                _line(line)
            before = line
        await asyncio.sleep(LINE_SECONDS)


def _numbers(list: ListProgress, speed: float) -> str:
    text = "1 object" if list.objects == 1 else f"{list.objects:,} objects"
    if list.done:
        return f"{text}, done"
    if speed:
        text += f", {speed:,.0f} a second"
    left = _seconds_left(list, speed)
    return text if left is None else f"{text}, about {_duration(left)} left"


def _short_numbers(list: ListProgress, speed: float) -> str:
    """For a narrow window."""
    if list.done:
        return f"{list.objects:,} done"
    text = f"{list.objects:,} {speed:,.0f}/s" if speed else f"{list.objects:,}"
    left = _seconds_left(list, speed)
    return text if left is None else f"{text} ~{_duration(left).replace(' ', '')}"


def _seconds_left(list: ListProgress, speed: float) -> float | None:
    if not speed or not list.expected or list.expected <= list.objects:
        return None
    return (list.expected - list.objects) / speed


def _looked_at(progress: SyncProgress) -> str:
    return f"{progress.looked_at:,} of {progress.to_look_at:,}" if progress.to_look_at else ""


def table_of(progress: SyncProgress, seconds: float) -> str:
    """What was done, a line a resource."""
    lists = progress.lists.values()
    width = max(len(each.name) for each in lists)
    lines = [f"{each.name:{width}}  {each.objects:>12,}" for each in lists]
    listed = sum(each.objects - each.before for each in lists)
    lines.append(f"{'in all':{width}}  {sum(each.objects for each in lists):>12,}")
    took = f"{listed:,} objects in {_duration(seconds)}, {listed / max(seconds, 0.001):,.0f} a second."
    asked = f" {progress.looked_at:,} that were not listed were asked for." if progress.looked_at else ""
    return "\n".join([*lines, took + asked])


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5_400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.1f} h"


def _line(text: str) -> None:
    typer.echo(text, err=True)
    sys.stderr.flush()
