"""One page of a list, with the ways to its neighbours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.lists import page
from sandbox.pages.control.visits import Visit

MOST = 25


@dataclass(frozen=True)
class Found:
    """The rows as they are shown; `newer` and `older` are queries, None where there is nothing."""

    rows: list[Object]
    newer: str | None
    older: str | None


def look(
    state: State,
    kind: str,
    visit: Visit,
    *,
    by: str = "",
    of: str = "",
    where: Callable[[Object], bool] | None = None,
) -> Found:
    """The rows after or before a cursor, as the API lists them. Raises ApiError for a cursor that is not there."""
    after, before = visit.query.get("starting_after"), visit.query.get("ending_before")
    cursors = {"starting_after": after} if after else {"ending_before": before} if before else {}
    params: dict[str, Any] = {"limit": MOST} | cursors
    listed = page(Call(state, "", {}, params), kind, index=by, value=of, where=where)
    rows: list[Object] = listed["data"]
    kept = {name: value for name, value in visit.query.items() if name in ("by", "of", "type")}
    newer = older = None
    if rows and (after or (before and listed["has_more"])):
        newer = "?" + urlencode(kept | {"ending_before": rows[0]["id"]})
    if rows and (before or listed["has_more"]):
        older = "?" + urlencode(kept | {"starting_after": rows[-1]["id"]})
    return Found(rows, newer, older)
