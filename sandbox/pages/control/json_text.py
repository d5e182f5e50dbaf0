"""JSON for people: indented, with a link on every id."""

import orjson
from markupsafe import Markup, escape

from sandbox.account.state import State
from sandbox.pages.control.kinds import link_of


def pretty(state: State, value: object) -> Markup:
    """A JSON value as HTML for a `pre`."""
    return Markup("").join(pieces(state, value, "", ""))


def pieces(state: State, value: object, name: str, indent: str) -> list[Markup]:
    """The parts of a value; `name` is that of the field it stands in."""
    if isinstance(value, dict) and value:
        entries = [(Markup('<b>"{}"</b>: ').format(key), str(key), below) for key, below in value.items()]
        return block(state, "{}", entries, indent)
    if isinstance(value, list) and value:
        return block(state, "[]", [(Markup(""), name, below) for below in value], indent)
    text = escape(orjson.dumps(value).decode())
    if not isinstance(value, str):
        return [Markup("<i>{}</i>").format(text)]
    url = link_of(state, name, value) or (value if value.startswith(f"{state.base_url}/sandbox/") else None)
    return [Markup('<a href="{}">{}</a>').format(url, text) if url else text]


def block(state: State, brackets: str, entries: list[tuple[Markup, str, object]], indent: str) -> list[Markup]:
    """A hash or a list over several lines."""
    deeper = f"{indent}  "
    parts = [Markup(brackets[0])]
    for place, (label, name, below) in enumerate(entries):
        parts += [Markup(",\n" if place else "\n"), Markup(deeper), label, *pieces(state, below, name, deeper)]
    return [*parts, Markup(f"\n{indent}{brackets[1]}")]
