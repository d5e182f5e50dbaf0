"""Lists: each object once and newest first, page by page in both directions, as retrieving shows it."""

from collections.abc import Iterator
from typing import Any

from sandbox.api.router import ROUTES
from sandbox.api.routing import Route
from tests.sandbox.client import Client, Object

ALL: dict[str, dict[str, Any]] = {"/v1/subscriptions": {"status": "all"}}
LISTS = [route for route in ROUTES if route.listed and not route.path.endswith("/search")]
WHOLE = [route for route in LISTS if "{" not in route.path and not any(kind.required for kind in route.shape.values())]
RETRIEVED = {(route.path.rpartition("/")[0], route.kind): route for route in ROUTES if route.method == "GET"}
# Only shown once.
ONCE = {"secret"}


def walk(client: Client, path: str, limit: int = 100, **params: object) -> Iterator[Object]:
    """All objects of a list, by `starting_after`."""
    cursor: dict[str, object] = {}
    while True:
        page = client.get(path, limit=limit, **params, **cursor)
        yield from page["data"]
        if not page["has_more"]:
            return
        cursor = {"starting_after": page["data"][-1]["id"]}


def walk_back(client: Client, path: str, last: str, limit: int = 100, **params: object) -> Iterator[Object]:
    """Those before the last, in the order of the list turned round, by `ending_before`."""
    while True:
        page = client.get(path, limit=limit, ending_before=last, **params)
        yield from reversed(page["data"])
        if not page["has_more"]:
            return
        last = page["data"][0]["id"]


def moment_of(row: Object) -> int:
    """When an object came to be; some kinds do not say."""
    moment: int = row.get("created") or row.get("date") or 0
    return moment


def everything(client: Client) -> dict[str, list[Object]]:
    """The objects of every list that needs no parameters, by path."""
    return {route.path: list(walk(client, route.path, **ALL.get(route.path, {}))) for route in WHOLE}


def with_clocks(client: Client, found: dict[str, list[Object]]) -> dict[str, list[Object]]:
    """The same with what lives on test clocks, where lists leave that out unless they are asked for it."""
    more = dict(found)
    for route in WHOLE:
        if "test_clock" in route.shape:
            for clock in found["/v1/test_helpers/test_clocks"]:
                more[route.path] = more[route.path] + list(
                    walk(client, route.path, test_clock=clock["id"], **ALL.get(route.path, {}))
                )
    return more


def list_troubles(client: Client, found: dict[str, list[Object]], *, every: int = 1) -> Iterator[str]:
    """What is wrong with lists; of long ones each `every`th object is retrieved, too."""
    for route in WHOLE:
        rows, path, extra = found[route.path], route.path, ALL.get(route.path, {})
        ids = [row["id"] for row in rows]
        moments = [moment_of(row) for row in rows]
        if len(set(ids)) != len(ids):
            yield f"{path} shows an object twice"
        if moments != sorted(moments, reverse=True):
            yield f"{path} is not newest first"
        if ids and [row["id"] for row in walk_back(client, path, ids[-1], **extra)] != ids[-2::-1]:
            yield f"{path} walked backwards differs from forwards"
        if [row["id"] for row in walk(client, path, min(97, max(1, len(ids) // 3)), **extra)] != ids:
            yield f"{path} in small pages differs from large ones"
        yield from retrieve_troubles(client, route, rows[::every])


def retrieve_troubles(client: Client, route: Route, rows: list[Object]) -> Iterator[str]:
    """Objects that look different when they are retrieved."""
    if (route.path, route.kind) not in RETRIEVED:
        return
    for row in rows:
        alone = client.get(f"{route.path}/{row['id']}")
        differing = [name for name in sorted(row.keys() | alone.keys()) if row.get(name) != alone.get(name)]
        if set(differing) - ONCE:
            yield f"{route.path}/{row['id']} differs from the list in {', '.join(differing)}"
