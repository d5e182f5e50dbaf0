"""Lists, newest first, by cursor (https://docs.stripe.com/api/pagination)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from sandbox.account.objects import Object
from sandbox.account.tables import Key, Table
from sandbox.api.calls import Call
from sandbox.api.errors import invalid
from sandbox.api.views import view

DEFAULT = 10


def page(
    call: Call,
    kind: str,
    *,
    index: str = "",
    value: str = "",
    where: Callable[[Object], bool] | None = None,
    oldest_first: bool = False,
) -> Object:
    """One page of the objects of a kind; `created` is looked after here, other filters by index and where."""
    table = call.state.table(kind)
    keys = table.keys(index, value)
    low, high = call.params.get("created") or (0, 1 << 62)
    first = bisect_left(keys, (low, 0, ""))
    last = bisect_right(keys, (high, 1 << 62, ""))
    limit = call.params.get("limit", DEFAULT)
    after, before = call.params.get("starting_after"), call.params.get("ending_before")
    # "Newer" is towards the end of the keys, whichever way the list is shown.
    if after or before:
        cursor = position(call, kind, after or before, "starting_after" if after else "ending_before")
        if after and before:
            position(call, kind, before, "ending_before")
            raise invalid("Received both starting_after and ending_before parameters. Please pass in only one.")
        if bool(after) != oldest_first:
            last = min(last, bisect_left(keys, cursor))
        else:
            first = max(first, bisect_right(keys, cursor))
    towards_older = bool(before) == oldest_first
    places = range(last - 1, first - 1, -1) if towards_older else range(first, last)
    found = matching(table, (keys[place] for place in places), where)
    rows = [row for _, row in zip(range(limit), found, strict=False)]
    has_more = len(rows) == limit and next(found, None) is not None
    if before:
        rows.reverse()
    return {
        "object": "list",
        "data": [view(call.state, row) for row in rows],
        "has_more": has_more,
        "url": call.url,
    }


def page_of(call: Call, kind: str, rows: Sequence[Object]) -> Object:
    """One page of objects that have an order of their own, as they are shown."""
    ids = [row["id"] for row in rows]
    limit = call.params.get("limit", DEFAULT)
    after, before = call.params.get("starting_after"), call.params.get("ending_before")
    if after and before:
        raise invalid("Received both starting_after and ending_before parameters. Please pass in only one.")
    if (cursor := after or before) and cursor not in ids:
        raise call.state.no_such(kind, cursor, "starting_after" if after else "ending_before")
    if before:
        last = ids.index(before)
        first = max(0, last - limit)
        has_more = first > 0
    else:
        first = ids.index(after) + 1 if after else 0
        last = first + limit
        has_more = last < len(ids)
    return {"object": "list", "data": list(rows[first:last]), "has_more": has_more, "url": call.url}


def matching(table: Table, keys: Iterator[Key], where: Callable[[Object], bool] | None) -> Iterator[Object]:
    """The rows of keys that pass a filter."""
    rows = (table.rows.peek(key[2]) for key in keys)
    return filter(where, rows) if where else rows


def position(call: Call, kind: str, id: str | None, param: str) -> Key:
    """Where the object that a cursor names stands. Raises ApiError when there is none."""
    key = call.state.table(kind).key(id or "")
    if key is None:
        raise call.state.no_such(kind, id or "", param)
    return key


def whole(url: str, rows: list[Object]) -> Object:
    """A short list that is always sent as a whole."""
    return {"object": "list", "data": rows, "has_more": False, "url": url}
