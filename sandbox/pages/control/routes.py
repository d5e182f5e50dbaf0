"""The table of the pages and their buttons, and how each is answered: a button does its thing and leads to a page."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.controls.desk import Desk, Refused
from sandbox.controls.origin import ELSEWHERE, is_from_elsewhere
from sandbox.pages.control import clock, events, failures, objects, overview, payments, webhooks
from sandbox.pages.control.rendering import HEADERS, missing, render
from sandbox.pages.control.visits import ROOT, Missing, Page, Visit

Show = Callable[[Desk, Visit], Page]
Act = Callable[[Desk, dict[str, str], dict[str, str]], str]
Endpoint = Callable[[Request], Awaitable[Response]]

PAGES: tuple[tuple[str, Show], ...] = (
    ("", overview.show),
    ("/clock", clock.show),
    ("/events", events.listing),
    ("/events/{id}", events.show),
    ("/failures", failures.show),
    ("/objects/{kind}", objects.listing),
    ("/objects/{kind}/{id:path}", objects.show),
    ("/payments", payments.show),
    ("/webhooks", webhooks.show),
)
# Buttons: where they post to, what they do, and the page that says so when it cannot be done.
BUTTONS: tuple[tuple[str, Act, Show], ...] = (
    ("/clock", clock.move, clock.show),
    ("/clock/new", clock.make_test_clock, clock.show),
    ("/clock/{test_clock}", clock.move_test_clock, clock.show),
    ("/events/{id}/resend", events.resend, events.show),
    ("/failures", failures.add, failures.show),
    ("/failures/clear", failures.clear, failures.show),
    ("/failures/counters/clear", failures.clear_counters, failures.show),
    ("/intents/{id}", payments.complete, payments.show),
    ("/payments/cards", payments.choose_cards, payments.show),
    ("/payments/cards/clear", payments.clear_cards, payments.show),
    ("/payments/rules", payments.change_rules, payments.show),
    ("/webhooks", webhooks.add, webhooks.show),
    ("/webhooks/pause", webhooks.pause, webhooks.show),
    ("/webhooks/weather", webhooks.weather, webhooks.show),
    ("/webhooks/{webhook_endpoint}", webhooks.switch, webhooks.show),
)


def routes(desk: Desk) -> list[BaseRoute]:
    """The routes of one sandbox."""

    async def home(request: Request) -> Response:
        return RedirectResponse(ROOT, 307)

    async def find(request: Request) -> Response:
        try:
            return RedirectResponse(objects.search(desk, Visit(query=dict(request.query_params))), 303)
        except Missing as error:
            return missing(desk, str(error))

    async def nowhere(request: Request) -> Response:
        path = request.url.path
        return RedirectResponse(path.rstrip("/")) if path.endswith("/") else missing(desk, "There is no such page.")

    return [
        Route("/", home),
        Route(f"{ROOT}/find", find),
        *[Route(ROOT + path, opening(desk, show), methods=["GET"]) for path, show in PAGES],
        *[Route(ROOT + path, pressing(desk, act, show), methods=["POST"]) for path, act, show in BUTTONS],
        Mount(f"{ROOT}/static", StaticFiles(directory=Path(__file__).parent / "static")),
        Route(ROOT + "/{rest:path}", nowhere),
    ]


def opening(desk: Desk, show: Show) -> Endpoint:
    """Shows a page."""

    async def answer(request: Request) -> Response:
        query = dict(request.query_params)
        try:
            return render(desk, show(desk, Visit(request.path_params, query)), done=query.get("done", ""))
        except Missing as error:
            return missing(desk, str(error))

    return answer


def pressing(desk: Desk, act: Act, show: Show) -> Endpoint:
    """Does what a button says, and leads on to a page that can be loaded again; a refusal is said on the page."""

    async def answer(request: Request) -> Response:
        if is_from_elsewhere(request):
            return Response(ELSEWHERE, 403, media_type="text/plain", headers=HEADERS)
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        try:
            return RedirectResponse(act(desk, request.path_params, form), 303)
        except Refused as error:
            try:
                return render(desk, show(desk, Visit(request.path_params)), problem=str(error), status=400)
            except Missing:
                return missing(desk, str(error))

    return answer
