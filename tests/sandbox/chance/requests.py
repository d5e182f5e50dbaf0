"""A request by chance: an endpoint from the table of all endpoints, ids for its path, parameters, fields to expand."""

import random
import re
from dataclasses import dataclass
from typing import Any

from sandbox.account.state import State
from sandbox.api.expandable import EXPANDABLE, LISTS, Included
from sandbox.api.router import ROUTES
from sandbox.api.routing import Route
from tests.sandbox.chance.parameters import Parameters


def nameless(path: str) -> str:
    """A path whose places have no names."""
    return re.sub(r"\{\w+\}", "{}", path)


COLLECTIONS = {nameless(route.path): route.kind for route in ROUTES if route.listed}
ACTS = [route for route in ROUTES if route.method != "GET"]
READS = [route for route in ROUTES if route.method == "GET"]


@dataclass(frozen=True)
class Request:
    """One request, and the endpoint that it is for."""

    route: Route
    path: str
    params: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.route.method} {self.path} {self.params or ''}"


def draw(state: State, chance: random.Random) -> Request:
    """Three of four requests are to change something."""
    route = chance.choice(ACTS if chance.random() < 0.75 else READS)
    if route.method == "DELETE" and chance.random() < 0.5:
        route = chance.choice(ACTS)
    return request_for(route, state, chance)


def request_for(route: Route, state: State, chance: random.Random) -> Request:
    """A request for one endpoint."""
    parameters = Parameters(state, chance)
    params = parameters.some(route.shape, route.kind)
    if chance.random() < 0.2 and (paths := expansions(route.kind, chance)):
        params["expand"] = [f"data.{path}" if route.listed else path for path in paths]
    return Request(route, path_of(route, state, parameters), params)


def path_of(route: Route, state: State, parameters: Parameters) -> str:
    """The path with ids of the kinds that its collections hold; ids below another object are mostly that object's."""
    names = route.path.split("/")
    owner: tuple[str, str] | None = None
    for place, name in enumerate(names):
        if name.startswith("{"):
            kind = COLLECTIONS.get(nameless("/".join(route.path.split("/")[:place])), route.kind)
            own = keys_of(state, kind, owner) if owner else []
            id = parameters.chance.choice(own) if own and parameters.chance.random() < 0.9 else parameters.id(kind)
            owner = (kind, id)
            names[place] = id
    return "/".join(names)


def keys_of(state: State, kind: str, owner: tuple[str, str]) -> list[str]:
    """The ids of the objects that belong to another."""
    return [key[2] for key in state.tables[kind].keys(*owner)]


def expansions(kind: str, chance: random.Random) -> list[str]:
    """One or two fields that can be expanded, the second one within the first."""
    path: list[str] = []
    while kind in EXPANDABLE and len(path) < 2 and (fields := EXPANDABLE[kind]):
        name = chance.choice(sorted(fields))
        target = fields[name]
        path.append(name)
        if isinstance(target, Included) or (kind, name) in LISTS or not target:
            break
        kind = chance.choice(target.split())
        if chance.random() < 0.5:
            break
    return [".".join(path)] if len(".".join(path).split(".")) <= 3 and path else []
