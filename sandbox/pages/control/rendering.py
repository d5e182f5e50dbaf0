"""Pages as HTML. Whatever comes from a template's values is escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from sandbox.controls.desk import Desk
from sandbox.pages.control.moments import distance, field_value, length, moment
from sandbox.pages.control.rows import TONE_OF
from sandbox.pages.control.visits import ROOT, Page

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
NAVIGATION = (
    ("", "Overview"),
    ("/events", "Events"),
    ("/webhooks", "Webhooks"),
    ("/clock", "Clock"),
    ("/payments", "Payments"),
    ("/failures", "Failures"),
)
DONE = {
    "cards": "The next payments will come to that.",
    "cards_cleared": "Payments go by their cards again.",
    "clock": "The test clock is made.",
    "counters_cleared": "The counters begin at zero.",
    "destination": "The destination is added.",
    "failed": "The card holder has failed the bank's questions.",
    "fault": "The failure is on order.",
    "faults_cleared": "No failure is on order any more.",
    "moved": "Time has gone on; what was due has happened.",
    "nobody": "No destination is enabled, so nobody was told.",
    "passed": "The card holder has passed the bank's questions.",
    "paused": "Deliveries are held back.",
    "resent": "The event is on its way once more.",
    "resumed": "Deliveries go on.",
    "rules": "The rules are set.",
    "switched": "The destination is changed.",
    "weather": "From now on deliveries go like that.",
}

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals |= {"ROOT": ROOT, "NAVIGATION": NAVIGATION}
TEMPLATES.filters |= {
    "distance": distance,
    "field_value": field_value,
    "length_of_time": length,
    "moment": moment,
    "tone": lambda status: TONE_OF.get(status, "plain"),
}


def render(desk: Desk, page: Page, *, done: str = "", problem: str = "", status: int = 200) -> Response:
    """A page; `done` is a word for what a button has done, `problem` a sentence on what it could not do."""
    values = {"title": page.title, "now": desk.state.clock.now(), "done": DONE.get(done, ""), "problem": problem}
    return HTMLResponse(TEMPLATES.get_template(page.template).render(values | page.values), status, HEADERS)


def missing(desk: Desk, sentence: str) -> Response:
    """The page for what is not there."""
    return render(desk, Page("missing.html", "Not found", {"sentence": sentence}), status=404)
