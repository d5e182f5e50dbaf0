"""Stripe's form encoding: `items[0][price]=x`, `expand[]=y`, as nested dictionaries of strings."""

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.api.errors import ApiError, invalid

LIMIT = 1_000
NAME = re.compile(r"^[^\[\]]+(\[[^\[\]]*\])*$")
PART = re.compile(r"\[([^\[\]]*)\]")

Form = dict[str, Any]


def parse(text: str) -> Form:
    """Lists come out as dictionaries keyed by their index ("0", "1", …), as they are written.

    Raises ApiError (400) for what is not a form, has a parameter twice in different shapes, or more than 1,000
    parameters.
    """
    text = "&".join(part for part in text.split("&") if part)
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=LIMIT, errors="strict"
        )
    except ValueError:
        raise invalid("Invalid request: the parameters are not form-encoded, or there are too many of them.") from None
    form: Form = {}
    for name, value in pairs:
        put(form, name, value)
    return form


def put(form: Form, name: str, value: str) -> None:
    """Adds one parameter to a form."""
    if not NAME.match(name):
        raise invalid(f"Invalid parameter name: {name}", name)
    keys = [name.split("[", 1)[0], *PART.findall(name)]
    here = form
    for place, key in enumerate(keys[:-1]):
        here = descend(here, key or place_for(here, keys[place + 1 :]), name)
    last = keys[-1] or str(len(here))
    if isinstance(here.get(last), dict):
        raise shape_conflict(name)
    here[last] = value


def place_for(here: Form, rest: list[str]) -> str:
    """Which element `a[][b]` is about: the last one as long as it has no `b` yet, then a new one."""
    if not here:
        return "0"
    last = str(len(here) - 1)
    element = here.get(last)
    for key in rest:
        if not isinstance(element, dict) or key not in element:
            return last
        element = element[key]
    return str(len(here))


def descend(here: Form, key: str, name: str) -> Form:
    """The dictionary below a key, made when it is not there yet."""
    below = here.setdefault(key, {})
    if not isinstance(below, dict):
        raise shape_conflict(name)
    return below


def shape_conflict(name: str) -> ApiError:
    """A parameter that is given both as a value and as a hash."""
    return invalid(f"Invalid request: the parameter {name} is given both as a value and as a hash.", name)
