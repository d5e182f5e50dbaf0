"""The table of the control routes, under /sandbox (docs/sandbox.md)."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.account.objects import Object
from sandbox.controls import cards, clock, counters, deliveries, events, faults, identity, intents, rules
from sandbox.controls.desk import Desk, Refused
from sandbox.controls.origin import ELSEWHERE, is_from_elsewhere

Verb = Callable[[Desk, dict[str, Any]], Object | Awaitable[Object]]

TABLE: tuple[tuple[str, str, Verb], ...] = (
    ("GET", "/sandbox", identity.show),
    ("GET", "/sandbox/clock", clock.show),
    ("POST", "/sandbox/clock", clock.move),
    ("POST", "/sandbox/intents/{id}/complete", intents.complete),
    ("GET", "/sandbox/cards/next", cards.show),
    ("POST", "/sandbox/cards/next", cards.choose),
    ("GET", "/sandbox/rules", rules.show),
    ("POST", "/sandbox/rules", rules.change),
    ("GET", "/sandbox/faults", faults.show),
    ("POST", "/sandbox/faults", faults.add),
    ("DELETE", "/sandbox/faults", faults.clear),
    ("GET", "/sandbox/deliveries", deliveries.show),
    ("POST", "/sandbox/deliveries", deliveries.change),
    ("POST", "/sandbox/deliveries/settle", deliveries.settle),
    ("GET", "/sandbox/events", events.show),
    ("POST", "/sandbox/events/{id}/resend", events.resend),
    ("GET", "/sandbox/counters", counters.show),
    ("DELETE", "/sandbox/counters", counters.clear),
)


def routes(desk: Desk, live: Desk) -> list[Route]:
    """The routes of one sandbox, about test mode unless a call says `livemode`."""
    return [Route(path, endpoint(desk, live, verb), methods=[method]) for method, path, verb in TABLE]


def endpoint(desk: Desk, live: Desk, verb: Verb) -> Callable[[Request], Awaitable[Response]]:
    """JSON in, JSON out; path and query parameters are merged into the body."""

    async def answer(request: Request) -> Response:
        if is_from_elsewhere(request):
            return json({"error": ELSEWHERE}, 403)
        body = await request.body()
        try:
            given = orjson.loads(body) if body else {}
        except orjson.JSONDecodeError:
            return json({"error": "The body is not JSON."}, 400)
        if not isinstance(given, dict):
            return json({"error": "The body is a JSON object."}, 400)
        given |= dict(request.query_params) | request.path_params
        asked = live if given.pop("livemode", False) in (True, "true") else desk
        try:
            shown = verb(asked, given)
            return json(await shown if isawaitable(shown) else shown, 200)
        except Refused as error:
            return json({"error": str(error)}, 400)

    return answer


def json(body: Object, status: int) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body, option=orjson.OPT_INDENT_2), status, media_type="application/json")
