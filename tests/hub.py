"""The server as its clients see it, over real HTTP."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette

from sandbox.app import build as build_sandbox
from sandbox.demo.planting import Demo
from server.app import build
from server.commands.serve import sandbox_page
from server.sandbox import with_sandbox
from server.settings import Settings, read_settings
from server.tokens import operator_token, subscriber_token
from tests.serving import TRUSTED, free_port, serving, url_of
from tests.stripe_way import way_to

HOST = "127.0.0.1"
TOKEN_SECONDS = 3600


@dataclass(frozen=True)
class Sandbox:
    """A pretend Stripe that is running. `app` is what serves it, in this process."""

    url: str
    app: Starlette


class Client:
    """One caller of /graphql."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self._http = http
        self.headers = {"authorization": f"Bearer {token}"}

    def post(self, document: str, /, **variables: Any) -> httpx.Response:
        asked = {"query": document, "variables": variables}
        return self._http.post("/graphql", json=asked, headers=self.headers)

    def answer(self, document: str, /, **variables: Any) -> dict[str, Any]:
        """The whole answer: `data`, and `errors` if there are any."""
        answer: dict[str, Any] = self.post(document, **variables).json()
        return answer

    def ask(self, document: str, /, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = self.answer(document, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data


@dataclass(frozen=True)
class Hub:
    """A server that is running between a database and a sandbox, which sends its webhooks to it."""

    url: str
    settings: Settings
    sandbox: Sandbox
    http: httpx.Client
    """Speaks to the server without a token."""

    def subscriber(self, subscriber: str, *, email: str | None = None, name: str | None = None) -> Client:
        token = subscriber_token(self.settings, subscriber, seconds=TOKEN_SECONDS, email=email, name=name)
        return Client(self.http, token)

    def operator(self) -> Client:
        return Client(self.http, operator_token(self.settings, seconds=TOKEN_SECONDS))

    def settle(self) -> None:
        """Wait until the sandbox's webhooks are delivered, and applied."""
        assert self.settings.stripe_secret_key is not None
        headers = {"authorization": f"Bearer {self.settings.stripe_secret_key.get_secret_value()}"}
        url = f"{self.sandbox.url}/sandbox/deliveries/settle"
        with httpx.Client(headers=headers, timeout=60, trust_env=False, verify=TRUSTED) as stripe:
            answer = stripe.post(url, json={"timeout": 30}).json()
        assert answer["settled"], answer
        deadline = time.monotonic() + 30
        while self.operator().ask("{ mirror { eventsPending } }")["mirror"]["eventsPending"]:
            assert time.monotonic() < deadline, "Events were delivered and are not applied."
            time.sleep(0.02)


@contextmanager
def running_hub(
    database_url: str, *, seed: bool = False, metrics_listener: socket.socket | None = None, **settings: Any
) -> Iterator[Hub]:
    """A sandbox and a server on free ports. `settings`, by field name, win over those of `serve --sandbox`."""
    with ExitStack() as stack:
        sandbox_listener, listener = stack.enter_context(free_port()), stack.enter_context(free_port())
        read = read_settings(database_url=database_url, **settings)
        wired = with_sandbox(read, host=HOST, sandbox_port=sandbox_listener.getsockname()[1])
        secret = wired.stripe_webhook_secrets[0].get_secret_value()
        webhook_url = f"{url_of(listener)}/webhooks/stripe"
        sandbox_url = url_of(sandbox_listener)
        demo = Demo() if seed else None
        pretend = build_sandbox(webhook_url=webhook_url, webhook_secret=secret, demo=demo, base_url=sandbox_url)
        stack.enter_context(serving(pretend, sandbox_listener))
        if wired.stripe_api_base == sandbox_url:
            wired = wired.model_copy(update={"stripe_api_base": stack.enter_context(way_to(sandbox_url))})
        app = build(wired, graphiql=sandbox_page(wired, HOST), metrics_listener=metrics_listener)
        stack.enter_context(serving(app, listener))
        http = stack.enter_context(httpx.Client(base_url=url_of(listener), timeout=60, trust_env=False, verify=TRUSTED))
        yield Hub(url_of(listener), wired, Sandbox(sandbox_url, pretend), http)
