"""What a person or a test can do to the sandbox, under /sandbox (docs/sandbox.md)."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.faults import BadFault, Faults, described
from sandbox.api.views import view
from sandbox.invoices.invoice_collection import follow
from sandbox.payments import payment_attempts, setup_intent_building
from sandbox.timing.advance import advance, catch_up
from sandbox.webhooks.deliveries import Deliverer

PRODUCT = "stripe-graphql sandbox"
Handler = Callable[[dict[str, Any]], Awaitable[Object]]


class Refused(Exception):
    """A control call that cannot be carried out; the text says why."""


class Control:
    """The control routes of one sandbox."""

    def __init__(self, state: State, deliverer: Deliverer, faults: Faults) -> None:
        self.state = state
        self.deliverer = deliverer
        self.faults = faults

    def routes(self) -> list[Route]:
        """The table of them."""
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/sandbox", self.identify),
            ("GET", "/sandbox/clock", self.show_clock),
            ("POST", "/sandbox/clock", self.move_clock),
            ("POST", "/sandbox/intents/{id}/complete", self.complete),
            ("POST", "/sandbox/cards/next", self.choose_cards),
            ("GET", "/sandbox/rules", self.show_rules),
            ("POST", "/sandbox/rules", self.change_rules),
            ("GET", "/sandbox/faults", self.show_faults),
            ("POST", "/sandbox/faults", self.add_fault),
            ("DELETE", "/sandbox/faults", self.clear_faults),
            ("GET", "/sandbox/deliveries", self.show_deliveries),
            ("POST", "/sandbox/deliveries", self.change_deliveries),
            ("POST", "/sandbox/deliveries/settle", self.settle),
            ("GET", "/sandbox/events", self.show_events),
            ("POST", "/sandbox/events/{id}/resend", self.resend),
            ("GET", "/sandbox/counters", self.show_counters),
            ("DELETE", "/sandbox/counters", self.clear_counters),
        ]
        return [Route(path, self.endpoint(handler), methods=[method]) for method, path, handler in table]

    def endpoint(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """JSON in, JSON out; path and query parameters are merged into the body."""

        async def answer(request: Request) -> Response:
            body = await request.body()
            try:
                given = orjson.loads(body) if body else {}
            except orjson.JSONDecodeError:
                return json({"error": "The body is not JSON."}, 400)
            if not isinstance(given, dict):
                return json({"error": "The body is a JSON object."}, 400)
            try:
                shown = await handler(given | dict(request.query_params) | request.path_params)
            except (Refused, BadFault) as error:
                return json({"error": str(error)}, 400)
            return json(shown, 200)

        return answer

    def done(self) -> None:
        """Makes what a control call did final, and sends its events."""
        self.state.journal.commit()
        self.deliverer.pick_up()

    async def identify(self, given: dict[str, Any]) -> Object:
        """Which server this is."""
        return {"product": PRODUCT, "account": self.state.account, "now": self.state.clock.now()}

    async def show_clock(self, given: dict[str, Any]) -> Object:
        """The sandbox's time, and how far it is from real time."""
        return {"now": self.state.clock.now(), "offset": self.state.clock.offset}

    async def move_clock(self, given: dict[str, Any]) -> Object:
        """`{"seconds": n}` or `{"to": timestamp}`; forward only."""
        now = self.state.clock.now()
        if ("seconds" in given) == ("to" in given):
            raise Refused("Give either seconds or to.")
        target = given.get("to", now + given["seconds"] if isinstance(given.get("seconds"), int) else None)
        if not isinstance(target, int) or target < now:
            raise Refused("Time only goes forward, in whole seconds.")
        if target > now + 20 * 366 * 86_400:
            raise Refused("Twenty years at a time are enough.")
        advance(self.state, target)
        self.done()
        return await self.show_clock({})

    async def complete(self, given: dict[str, Any]) -> Object:
        """What the card holder does in the bank's window: `{"succeed": true|false}`."""
        state, id = self.state, str(given["id"])
        catch_up(state)
        intent = state.table("payment_intent").get(id) or state.table("setup_intent").get(id)
        if intent is None:
            raise Refused(f"There is no payment intent or setup intent {id}.")
        if intent["status"] != "requires_action":
            raise Refused(f"{id} is {intent['status']}: there is nothing to complete.")
        succeed = bool(given.get("succeed", True))
        if intent["object"] == "payment_intent":
            follow(state, intent, payment_attempts.complete(state, intent, succeed=succeed))
        else:
            setup_intent_building.complete(state, intent, succeed=succeed)
        self.done()
        return view(state, intent)

    async def choose_cards(self, given: dict[str, Any]) -> Object:
        """What the next payments come to: `{"results": ["insufficient_funds", "succeed"]}`."""
        results = given.get("results")
        if not isinstance(results, list) or not all(isinstance(one, str) for one in results):
            raise Refused('Give results, a list of "succeed", "authentication_required" or decline codes.')
        unknown = [one for one in results if not payment_attempts.is_decline_code(one)]
        if unknown:
            raise Refused(f"{unknown[0]} is no result that a card can have here.")
        self.state.rules.next_card_results = results
        return {"results": results}

    async def show_rules(self, given: dict[str, Any]) -> Object:
        """The retry schedule of unpaid invoices, and what comes after it."""
        return {"retry_days": self.state.rules.retry_days, "after_retries": self.state.rules.after_retries}

    async def change_rules(self, given: dict[str, Any]) -> Object:
        """`{"retry_days": [3, 5, 7], "after_retries": "cancel"|"unpaid"|"past_due"}`."""
        days = given.get("retry_days", self.state.rules.retry_days)
        after = given.get("after_retries", self.state.rules.after_retries)
        if not isinstance(days, list) or not all(isinstance(day, int) and day > 0 for day in days):
            raise Refused("retry_days is a list of whole numbers of days.")
        if after not in ("cancel", "unpaid", "past_due"):
            raise Refused("after_retries is cancel, unpaid or past_due.")
        self.state.rules.retry_days, self.state.rules.after_retries = days, after
        return await self.show_rules({})

    async def show_faults(self, given: dict[str, Any]) -> Object:
        """Those that are still to come."""
        shown = [
            {
                "kind": fault.kind,
                "method": fault.method.pattern,
                "path": fault.path.pattern,
                "times": fault.times,
                "status": fault.status,
                "seconds": fault.seconds,
                "carried_out": fault.carried_out,
            }
            for fault in self.faults.waiting
        ]
        return {"faults": shown}

    async def add_fault(self, given: dict[str, Any]) -> Object:
        """Orders a failure."""
        self.faults.waiting.append(described(given))
        return await self.show_faults({})

    async def clear_faults(self, given: dict[str, Any]) -> Object:
        """Takes all orders back."""
        self.faults.waiting.clear()
        return {"faults": []}

    async def show_deliveries(self, given: dict[str, Any]) -> Object:
        """What is on its way, and what goes wrong with it."""
        weather = self.deliverer.weather
        return {
            "waiting": self.deliverer.waiting(),
            "made": len(self.deliverer.log),
            "paused": weather.paused,
            "delay_seconds": weather.delay_seconds,
            "duplicate": weather.duplicate,
            "drop": weather.drop,
            "reorder": weather.reorder,
        }

    async def change_deliveries(self, given: dict[str, Any]) -> Object:
        """`paused`, `reorder` (booleans), `delay_seconds`, `duplicate` and `drop` (of the next n)."""
        kinds: dict[str, type | tuple[type, ...]] = {
            "paused": bool,
            "reorder": bool,
            "delay_seconds": (int, float),
            "duplicate": int,
            "drop": int,
        }
        for name, value in given.items():
            if name not in kinds or not isinstance(value, kinds[name]):
                raise Refused("Give paused or reorder as booleans, delay_seconds, duplicate or drop as numbers.")
        self.deliverer.change_weather(**given)
        return await self.show_deliveries({})

    async def settle(self, given: dict[str, Any]) -> Object:
        """Waits until all deliveries are made: `{"timeout": seconds}`, ten unless given."""
        seconds = given.get("timeout", 10)
        if not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
            raise Refused("timeout is a number of seconds up to 600.")
        self.deliverer.pick_up()
        settled = await self.deliverer.settle(seconds)
        return {"settled": settled, "waiting": self.deliverer.waiting()}

    async def show_events(self, given: dict[str, Any]) -> Object:
        """The newest events with their deliveries; `?type=` and `?limit=` narrow them."""
        limit = int(given["limit"]) if str(given.get("limit", "")).isdigit() else 100
        wanted = given.get("type")
        shown: list[Object] = []
        for event in self.state.table("event").newest_first():
            if wanted in (None, event["type"]):
                shown.append(view(self.state, event) | {"deliveries": self.deliverer.of(event["id"])})
            if len(shown) >= limit:
                break
        return {"events": shown}

    async def resend(self, given: dict[str, Any]) -> Object:
        """Delivers an event once more."""
        event = self.state.table("event").get(str(given["id"]))
        if event is None:
            raise Refused(f"There is no event {given['id']}.")
        return {"sent": self.deliverer.resend(event)}

    async def show_counters(self, given: dict[str, Any]) -> Object:
        """How many calls of each endpoint were carried out; replays and faults do not count."""
        return {"counters": dict(sorted(self.state.counts.items()))}

    async def clear_counters(self, given: dict[str, Any]) -> Object:
        """Counts from zero again."""
        self.state.counts.clear()
        return {"counters": {}}


def json(body: Object, status: int) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body, option=orjson.OPT_INDENT_2), status, media_type="application/json")
