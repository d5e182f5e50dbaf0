"""A call to Stripe as a value, and its answer."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import quote

from mirror.order import Seen

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to Stripe, not sent yet. Made by the verbs of this package; plain data, so that it can be kept."""

    method: Literal["get", "post", "delete"]
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return self.method != "get"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Stripe answered: an object, or a page of a list, as it came, and when it was true."""

    data: dict[str, Any]
    seen: Seen
    request_id: str | None


def segment(id: str) -> str:
    """An id as one segment of a path. People choose the ids of coupons and products, so any character may be in it."""
    return quote(id, safe="")


def seen(headers: Mapping[str, str], elapsed: float) -> Seen:
    """Between question and answer on Stripe's clock, which the Date header tells; ours where there is none.

    What is replayed for an idempotency key was true when the key was first used, and nobody says when that was.
    """
    try:
        answered = int(parsedate_to_datetime(headers["date"]).timestamp())
    except (KeyError, ValueError):
        answered = int(time.time())
    version = headers.get("stripe-version") or API_VERSION
    is_replayed = headers.get("idempotent-replayed") == "true"
    return Seen(0 if is_replayed else answered - math.ceil(elapsed), latest=answered, api_version=version)
