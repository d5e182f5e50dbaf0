"""What a page does to the account: one transaction each, as a call of the API."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse

from sandbox.account.state import State
from sandbox.api.errors import ApiError
from sandbox.timing.advance import catch_up
from sandbox.webhooks.deliveries import Deliverer

T = TypeVar("T")
MOST_BYTES = 256 * 1024


class Acting:
    """Carries out what the visitor of a page asks for."""

    def __init__(self, state: State, deliverer: Deliverer) -> None:
        self.state = state
        self.deliverer = deliverer

    def carry_out(self, work: Callable[[], T]) -> T:
        """The result of some work, which is taken back as a whole when it fails.

        Refusals of the bank are no failures: what they leave stays, and the error goes on to the caller.
        """
        state = self.state
        catch_up(state)
        state.journal.commit()
        events = len(state.outbox)
        try:
            result = work()
        except Exception as error:
            if isinstance(error, ApiError) and error.keeps:
                state.journal.commit()
                self.deliverer.pick_up()
            else:
                state.journal.rollback()
                del state.outbox[events:]
            raise
        state.journal.commit()
        self.deliverer.pick_up()
        return result


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form, or of a JSON object of texts; of those given twice the last one counts."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError:
            given = None
        return {name: str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    return dict(parse_qsl(body[:MOST_BYTES].decode("utf-8", "replace"), keep_blank_values=True))


def see_other(url: str) -> RedirectResponse:
    """On to another page, after a form."""
    return RedirectResponse(url, 303)
