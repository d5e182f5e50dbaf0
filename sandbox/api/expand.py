"""`expand[]` (https://docs.stripe.com/api/expanding_objects): ids become objects, at most four levels deep."""

from collections.abc import Iterable, Sequence
from typing import Any

from sandbox.account.objects import Object, clone
from sandbox.account.state import State
from sandbox.api.errors import ApiError, invalid
from sandbox.api.expandable import EMBEDDED, EXPANDABLE, LISTS, Included, Target
from sandbox.api.views import view

DEPTH = 4


def check(kind: str, paths: Sequence[str], *, listed: bool) -> None:
    """Refuses what cannot be expanded on objects of a kind, before anything is done. Raises ApiError 400."""
    for path in paths:
        names = path.split(".")
        if len(names) > DEPTH:
            raise invalid(f"You cannot expand more than {DEPTH} levels of a property. Property: {path}")
        if listed:
            if path == "data":
                continue
            if names[0] != "data":
                raise cannot_be_expanded(path, f"data.{path}")
            names = names[1:]
        check_names([kind], names, path)


def check_names(kinds: Sequence[str], names: Sequence[str], path: str) -> None:
    """Walks along a path by the kinds that its references point to."""
    while names:
        step = next((found for kind in kinds if (found := step_of(kind, names))), None)
        if step is None:
            raise cannot_be_expanded(path)
        target, length = step
        is_list = isinstance(target, Included) or any((kind, names[0]) in LISTS for kind in kinds)
        kinds = (target.within if isinstance(target, Included) else target).split()
        names = names[length:]
        if names and is_list:
            if names[0] != "data":
                raise cannot_be_expanded(path)
            names = names[1:]
        if names and not kinds:
            raise cannot_be_expanded(path)


def step_of(kind: str, names: Sequence[str]) -> tuple[Target, int] | None:
    """What the beginning of a path names on a kind, and how many names that takes."""
    fields = EXPANDABLE.get(kind, {})
    for length in range(min(3, len(names)), 0, -1):
        target = fields.get(".".join(names[:length]))
        if target is not None:
            return target, length
    return None


def cannot_be_expanded(path: str, instead: str | None = None) -> ApiError:
    """The property exists or not; either way it is no reference."""
    hint = f" You may want to try expanding '{instead}' instead." if instead else ""
    return invalid(f"This property cannot be expanded ({path}).{hint}")


def expand(state: State, shown: Object, paths: Iterable[str]) -> Object:
    """A copy of an answer with the checked paths expanded."""
    answer = clone(shown)
    for path in paths:
        grow(state, answer, path.split("."))
    return answer


def grow(state: State, shown: Any, names: Sequence[str]) -> None:
    """Expands one path below an object or a list of objects."""
    if isinstance(shown, list):
        for one in shown:
            grow(state, one, names)
        return
    if not names or not isinstance(shown, dict) or shown.get("deleted"):
        return
    if shown.get("object") in ("list", "search_result"):
        grow(state, shown["data"], names[1:] if names[0] == "data" else names)
        return
    kind = shown["object"]
    step = step_of(kind, names)
    if step is None:
        return
    target, length = step
    if isinstance(target, Included):
        here: Any = shown
        for name in names[: length - 1]:
            here = here.get(name) or {}
        last = names[length - 1]
        if last not in here:
            made = target.make(state, shown)
            if made is not None or target.nullable:
                here[last] = clone_any(made)
        grow(state, here.get(last), names[length:])
        return
    if (kind, names[0]) not in EMBEDDED:
        replace(state, shown, names[:length], target.split())
    reach(state, shown, names[:length], names[length:])


def replace(state: State, here: Any, names: Sequence[str], kinds: Sequence[str]) -> None:
    """Puts objects in place of the ids at a path within one object."""
    if isinstance(here, list):
        for one in here:
            replace(state, one, names, kinds)
        return
    if not isinstance(here, dict) or here.get(names[0]) is None:
        return
    if len(names) > 1:
        replace(state, here[names[0]], names[1:], kinds)
        return
    value = here[names[0]]
    if isinstance(value, list):
        here[names[0]] = [resolved(state, one, kinds) for one in value]
    else:
        here[names[0]] = resolved(state, value, kinds)


def resolved(state: State, value: Any, kinds: Sequence[str]) -> Any:
    """The object that an id stands for; what is an object already stays."""
    if not isinstance(value, str):
        return value
    for kind in kinds:
        table = state.tables.get(kind)
        row = table and (table.rows.peek(value) if value in table.rows else table.gone.get(value))
        if row:
            return clone(stub(kind, row) if row.get("deleted") else view(state, row))
    return value


def stub(kind: str, row: Object) -> Object:
    """What is left of a deleted object."""
    return {"id": row["id"], "object": kind, "deleted": True}


def reach(state: State, here: Any, names: Sequence[str], rest: Sequence[str]) -> None:
    """Goes on with the rest of a path inside what was just expanded."""
    if isinstance(here, list):
        for one in here:
            reach(state, one, names, rest)
    elif names and isinstance(here, dict):
        reach(state, here.get(names[0]), names[1:], rest)
    elif rest:
        grow(state, here, rest)


def clone_any(value: Any) -> Any:
    """A copy of something that may not be an object."""
    return clone({"value": value})["value"]
