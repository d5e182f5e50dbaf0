"""What a page is asked, and what it answers."""

from dataclasses import dataclass, field
from typing import Any

ROOT = "/sandbox/page"


class Missing(Exception):
    """There is no such page; the text says what was looked for."""


@dataclass(frozen=True)
class Visit:
    """One look at a page."""

    ids: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A template and what goes into it."""

    template: str
    title: str
    values: dict[str, Any]
