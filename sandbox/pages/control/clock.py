"""The sandbox's time and the test clocks, and what is due on each."""

from itertools import islice

from sandbox.account.objects import Object
from sandbox.controls import clock
from sandbox.controls.desk import Desk, Refused
from sandbox.pages.control.due import upcoming
from sandbox.pages.control.kinds import url_of
from sandbox.pages.control.moments import target, written
from sandbox.pages.control.visits import ROOT, Page, Visit
from sandbox.timing import test_clocks

KIND = "test_helpers.test_clock"
HERE = f"{ROOT}/clock"
SHOWN = 20


def show(desk: Desk, visit: Visit) -> Page:
    """GET /sandbox/page/clock"""
    state = desk.state
    table = state.table(KIND)
    test = [
        {
            "id": row["id"],
            "url": url_of(KIND, row["id"]),
            "name": row["name"] or row["id"],
            "now": row["frozen_time"],
            "due": upcoming(state, row["id"], 3),
            "customers": len(state.table("customer").keys("test_clock", row["id"])),
        }
        for row in islice(table.newest_first(), SHOWN)
    ]
    values = {
        "offset": state.clock.offset,
        "due": upcoming(state, "", 12),
        "due_total": state.timers.count(""),
        "clocks": test,
        "clocks_total": len(table),
    }
    return Page("clock.html", "Clock", values)


def move(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/clock: `by` a step or `to` a date."""
    clock.move(desk, {"to": target(form, desk.state.clock.now())})
    return f"{HERE}?done=moved"


def move_test_clock(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/clock/{test_clock}: the same for a test clock."""
    row: Object | None = desk.state.table(KIND).get(ids["test_clock"])
    if row is None:
        raise Refused(f"There is no test clock {ids['test_clock']}.")
    moment = target(form, row["frozen_time"])
    clock.check(row["frozen_time"], moment)
    desk.carry_out(test_clocks.advance, test_clocks.ADVANCE, ids, {"frozen_time": str(moment)})
    return f"{HERE}?done=moved#{row['id']}"


def make_test_clock(desk: Desk, ids: dict[str, str], form: dict[str, str]) -> str:
    """POST /sandbox/page/clock/new: a test clock at a date, with a name."""
    asked = {"frozen_time": str(written(form.get("to", "")))}
    if name := form.get("name", "").strip():
        asked["name"] = name
    desk.carry_out(test_clocks.create, test_clocks.CREATE, {}, asked)
    return f"{HERE}?done=clock"
