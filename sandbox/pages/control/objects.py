"""Objects: a list of each kind, a page for each object, and the way to one by its id."""

from urllib.parse import urlencode

from sandbox.account.objects import Object
from sandbox.account.state import INDEXES, State
from sandbox.api.errors import ApiError
from sandbox.api.views import view
from sandbox.controls.desk import Desk
from sandbox.pages.control.events import about
from sandbox.pages.control.json_text import pretty
from sandbox.pages.control.kinds import counted, find, plural, singular, url_of
from sandbox.pages.control.paging import look
from sandbox.pages.control.rows import row_of
from sandbox.pages.control.visits import ROOT, Missing, Page, Visit


def listing(desk: Desk, visit: Visit) -> Page:
    """GET /sandbox/page/objects/{kind}: newest first; `by` and `of` name an index and its value."""
    state, kind = desk.state, visit.ids["kind"]
    by, of = visit.query.get("by", ""), visit.query.get("of", "")
    if kind not in state.tables or (by and by not in INDEXES.get(kind, {})):
        raise Missing(f"There is no such list of {kind}.")
    table = state.table(kind)
    try:
        found = look(state, kind, visit, by=by, of=of)
    except ApiError as error:
        raise Missing(str(error)) from error
    values = {
        "rows": [row_of(state, row) for row in found.rows],
        "of": of,
        "by": by.replace("_", " "),
        "of_url": url_for(state, of) if of else None,
        "total": len(table.keys(by, of)),
        "newer": found.newer,
        "older": found.older,
    }
    return Page("objects.html", plural(kind), values)


def show(desk: Desk, visit: Visit) -> Page:
    """GET /sandbox/page/objects/{kind}/{id}: deleted objects too."""
    state, kind, id = desk.state, visit.ids["kind"], visit.ids["id"]
    if kind not in state.tables:
        raise Missing(f"There is no kind of objects {kind}.")
    table = state.table(kind)
    row = table.look(id)
    if row is None:
        raise Missing(f"There is no {singular(kind).lower()} {id}.")
    shown = view(state, row)
    values = {
        "row": row_of(state, shown),
        "kind": kind,
        "kinds": plural(kind),
        "now_there": state.now_for(row),
        "deleted": id in table.gone,
        "waits": row.get("status") == "requires_action",
        "related": related(state, kind, id),
        "events": about(desk, id, 20),
        "events_total": len(state.table("event").keys("object", id)),
        "json": pretty(state, shown),
    }
    return Page("object.html", f"{singular(kind)} {id}", values)


def related(state: State, kind: str, id: str) -> list[tuple[str, str, int]]:
    """The lists of objects that refer to this one: what they are, where, and how many."""
    name = kind.rpartition(".")[2]
    found = []
    for other, indexes in INDEXES.items():
        for by in indexes.keys() & {name, "source"} if other != "event" else ():
            if count := len(state.table(other).keys(by, id)):
                url = f"{ROOT}/objects/{other}?{urlencode({'by': by, 'of': id})}"
                found.append((counted(other, count), url, count))
    return sorted(found)


def search(desk: Desk, visit: Visit) -> str:
    """GET /sandbox/page/find: where the object with an id is, or the customers with an address. Raises Missing."""
    state, wanted = desk.state, visit.query.get("id", "").strip()
    if url := url_for(state, wanted):
        return url
    if state.table("customer").keys("email", wanted):
        return f"{ROOT}/objects/customer?{urlencode({'by': 'email', 'of': wanted})}"
    raise Missing(f"There is no object with the id “{wanted}”, and no customer with that address.")


def url_for(state: State, id: str) -> str | None:
    """The page of the object with an id, if there is one."""
    row: Object | None = find(state, id)
    return url_of(row["object"], id) if row is not None else None
