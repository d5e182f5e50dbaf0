"""Test mode and live mode (https://docs.stripe.com/keys): the key says which, and neither sees the other's objects."""

from starlette.types import Receive, Scope, Send

from sandbox.api.authentication import is_live, key_from
from sandbox.api.errors import ApiError
from sandbox.api.serving import Api


class Modes:
    """The API of each mode behind one address; what has no good key is refused by that of test mode."""

    def __init__(self, test: Api, live: Api) -> None:
        self.test = test
        self.live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        try:
            live = is_live(key_from(headers.get(b"authorization", b"").decode("latin-1")))
        except ApiError:
            live = False
        await (self.live if live else self.test)(scope, receive, send)
