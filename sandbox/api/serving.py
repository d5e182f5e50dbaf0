"""How a call of the API goes: key, endpoint, idempotency, faults on order, parameters, verb, expansion, answer."""

import asyncio
import logging
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import unquote

import orjson
from starlette.types import Receive, Scope, Send

from sandbox.account.objects import Object
from sandbox.account.state import API_VERSION, Request, State
from sandbox.api import forms
from sandbox.api.authentication import is_publishable, key_from, secret_key_required
from sandbox.api.calls import Call
from sandbox.api.errors import ApiError, invalid, unsupported
from sandbox.api.expand import check, expand
from sandbox.api.faults import Fault, Faults
from sandbox.api.idempotency import Keys, fingerprint_of
from sandbox.api.parameters import Listed, Text, read
from sandbox.api.rate_limit import Bucket
from sandbox.api.router import Router
from sandbox.api.routing import Route
from sandbox.api.unbuilt import is_known
from sandbox.api.versions import check_version
from sandbox.api.views import view
from sandbox.timing.advance import catch_up
from sandbox.webhooks.deliveries import Deliverer

LOG = logging.getLogger("sandbox")
MOST_BYTES = 4 * 1024 * 1024
EXPAND = Listed(Text(required=True))
DONE = {"Stripe-Should-Retry": "false"}
CORS = {
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, POST, DELETE",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry",
    "Access-Control-Max-Age": "300",
}


class Departed(Exception):
    """The caller went away amid its request."""


@dataclass
class Incoming:
    """One HTTP request."""

    id: str
    method: str
    path: str
    headers: dict[str, str]
    form: str
    key: str | None


@dataclass
class Answer:
    """What is sent back; `lost` ones never arrive, `kept` ones are for replays."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    kept: bool = True


class Api:
    """The ASGI application below /v1."""

    def __init__(self, state: State, deliverer: Deliverer, faults: Faults) -> None:
        self.state = state
        self.deliverer = deliverer
        self.faults = faults
        self.keys = Keys(state)
        self.bucket = Bucket(state)
        self.router = Router()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if "host" in headers:
            self.state.base_url = f"{scope.get('scheme', 'http')}://{headers['host']}"
        if scope["method"] == "OPTIONS":
            await deliver(send, Answer(200, b""), CORS | {"Access-Control-Allow-Headers": asked_for(headers)})
            return
        query = scope["query_string"].decode("latin-1")
        incoming = Incoming(
            id=self.state.token(14, "req_"),
            method=scope["method"],
            path=unquote(scope["path"]),
            headers=headers,
            form="",
            key=headers.get("idempotency-key") if scope["method"] == "POST" else None,
        )
        try:
            body = await read_body(receive, headers)
            incoming.form = "&".join(part for part in (query, body) if part)
            answer = await self.answer(incoming)
        except ApiError as error:
            answer = self.failed(incoming, error)
        except Departed:
            return
        if answer.lost:
            await hang_up(scope)
            return
        await deliver(send, answer, self.common_headers(incoming))

    def common_headers(self, incoming: Incoming) -> dict[str, str]:
        """What every answer carries."""
        headers = {
            "Content-Type": "application/json",
            "Date": formatdate(self.state.clock.now(), usegmt=True),
            "Request-Id": incoming.id,
            "Stripe-Version": API_VERSION,
            "Cache-Control": "no-cache, no-store",
        } | CORS
        if incoming.key is not None:
            headers |= {"Idempotency-Key": incoming.key, "Original-Request": incoming.id}
        return headers

    async def answer(self, incoming: Incoming) -> Answer:
        """Carries a request out, or replays, or fails as ordered. Raises ApiError for what is refused outright."""
        publishable = is_publishable(key_from(incoming.headers.get("authorization")))
        self.bucket.take()
        check_version(incoming.headers.get("stripe-version"))
        self.check_account(incoming.headers.get("stripe-account"))
        route, ids = self.find(incoming)
        if self.state.livemode and incoming.path.startswith("/v1/test_helpers/"):
            raise invalid("Test helpers are for test mode: use a test mode key.")
        if publishable and not route.publishable:
            raise secret_key_required()
        if incoming.key is not None:
            fingerprint = fingerprint_of(incoming.method, incoming.path, incoming.form)
            kept = self.keys.begin(incoming.key, fingerprint, incoming.id, self.state.clock.now())
            if kept is not None and kept.status is not None:
                headers = {"Idempotent-Replayed": "true", "Original-Request": kept.request}
                return Answer(kept.status, kept.body, headers | DONE)
        try:
            answer = await self.with_faults(incoming, route, ids, publishable=publishable)
        except ApiError:
            if incoming.key is not None:
                self.keys.release(incoming.key)
            raise
        return answer

    def find(self, incoming: Incoming) -> tuple[Route, dict[str, str]]:
        """The endpoint. Raises ApiError 404, or 501 for what only Stripe has."""
        found = self.router.find(incoming.method, incoming.path)
        if found is not None:
            return found
        if is_known(incoming.method, incoming.path):
            raise unsupported(f"{incoming.method} {incoming.path}")
        slash = (
            " If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object,"
            " make sure you passed a valid (non-empty) identifier in your code."
        )
        raise ApiError(
            404,
            f"Unrecognized request URL ({incoming.method}: {incoming.path})."
            f"{slash if incoming.path.endswith('/') else ''} Please see https://stripe.com/docs or we can help at"
            " https://support.stripe.com/.",
        )

    def check_account(self, account: str | None) -> None:
        """There is one account. Raises ApiError 403 for another."""
        if account not in (None, self.state.account):
            raise ApiError(
                403,
                f"The provided key does not have access to account '{account}' (or that account does not exist).",
                code="account_invalid",
            )

    async def with_faults(self, incoming: Incoming, route: Route, ids: dict[str, str], *, publishable: bool) -> Answer:
        """Carries the request out unless a fault was ordered for it."""
        fault = self.faults.take(incoming.method, incoming.path)
        if fault is None:
            return self.carry_out(incoming, route, ids, publishable=publishable)
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        if fault.kind == "drop":
            if incoming.key is not None:
                self.keys.release(incoming.key)
            return Answer(0, b"", lost=True)
        if fault.kind == "answer":
            if fault.carried_out:
                self.carry_out(incoming, route, ids, publishable=publishable)
            return self.ordered(incoming, fault)
        answer = self.carry_out(incoming, route, ids, publishable=publishable)
        answer.lost = fault.kind == "lose"
        return answer

    def ordered(self, incoming: Incoming, fault: Fault) -> Answer:
        """The failure that was ordered; Stripe keeps those from 500 up, and card errors, for replays."""
        answer = self.failed(incoming, fault.error())
        if incoming.key is not None:
            if fault.status in (402, 500):
                self.keys.finish(incoming.key, answer.status, answer.body)
            else:
                self.keys.release(incoming.key)
        return answer

    def carry_out(self, incoming: Incoming, route: Route, ids: dict[str, str], *, publishable: bool) -> Answer:
        """Checks the parameters, runs the verb as one transaction, and keeps the answer for replays."""
        form = forms.parse(incoming.form)
        paths = EXPAND.read(form.pop("expand", {}), "expand")
        counts = ("total_count",) if route.path.endswith("/search") else ()
        check(route.kind, [path for path in paths if path not in counts], listed=route.listed)
        call = Call(self.state, incoming.path, ids, read(form, route.shape), publishable, paths)
        catch_up(self.state)
        self.state.journal.commit()
        self.state.request = Request(incoming.id, incoming.key)
        try:
            answer = self.run(route, call, paths, incoming)
        finally:
            self.state.request = Request()
        if route.method != "GET":
            counted = f"{route.method} {route.path}"
            self.state.counts[counted] = self.state.counts.get(counted, 0) + 1
        if incoming.key is not None and answer.kept:
            self.keys.finish(incoming.key, answer.status, answer.body)
            answer.headers = DONE | answer.headers
        elif incoming.key is not None:
            self.keys.release(incoming.key)
        # What was done and what was answered are kept together, or not at all.
        self.state.journal.commit()
        self.deliverer.pick_up()
        return answer

    def run(self, route: Route, call: Call, paths: list[str], incoming: Incoming) -> Answer:
        """The verb; what it did is taken back when it fails, unless the failure itself is an outcome."""
        state, events = self.state, len(self.state.outbox)
        try:
            shown = shape(state, route.verb(call))
            body = orjson.dumps(expand(state, shown, paths) if paths else shown)
        except ApiError as error:
            if not error.keeps:
                state.journal.rollback()
                del state.outbox[events:]
            return self.failed(incoming, error)
        except Exception:
            state.journal.rollback()
            del state.outbox[events:]
            LOG.exception("The sandbox failed at %s %s (%s).", incoming.method, incoming.path, incoming.id)
            message = "The sandbox has failed; its log says why. Nothing was changed."
            return self.failed(incoming, ApiError(500, message, type="api_error"))
        return Answer(200, body)

    def failed(self, incoming: Incoming, error: ApiError) -> Answer:
        """An error as an answer; it says where the dashboard would show the request, to who has a key."""
        mode = "" if self.state.livemode else "test/"
        at = f"https://dashboard.stripe.com/{mode}logs/{incoming.id}?t={self.state.clock.now()}"
        body = orjson.dumps(error.body(None if error.status == 401 else at))
        return Answer(
            error.status, body, retry_header(error.status) | error.headers, kept=error.keeps or not error.is_validation
        )


def shape(state: State, answer: Object) -> Object:
    """A row as it is shown; what a verb has put together itself stays."""
    kind = answer.get("object", "")
    table = state.tables.get(kind)
    if table is not None and table.get(answer.get("id")) is answer:
        return view(state, answer)
    return {name: value for name, value in answer.items() if name != "_"} if "_" in answer else answer


def retry_header(status: int) -> dict[str, str]:
    """Whether trying again makes sense, in Stripe's view."""
    return DONE if status in (402, 500) else {}


def asked_for(headers: dict[str, str]) -> str:
    """The headers that a browser wants to send."""
    return headers.get("access-control-request-headers", "authorization, content-type, stripe-version")


async def read_body(receive: Receive, headers: dict[str, str]) -> str:
    """The form. Raises ApiError 400 for JSON or what is too large, Departed where the rest of it never comes."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Departed
        chunk = message.get("body", b"")
        size += len(chunk)
        chunks.append(chunk)
        more = message.get("more_body", False)
    if size > MOST_BYTES:
        raise ApiError(413, "The request is too large.")
    if size and headers.get("content-type", "").startswith("application/json"):
        raise invalid(
            "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have"
            " any questions, we can help at https://support.stripe.com/."
        )
    try:
        return b"".join(chunks).decode()
    except UnicodeDecodeError:
        raise invalid("Invalid request: the parameters are not UTF-8.") from None


async def deliver(send: Send, answer: Answer, common: dict[str, str]) -> None:
    """Sends an answer."""
    headers = common | answer.headers | {"Content-Length": str(len(answer.body))}
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body})


async def hang_up(scope: Scope) -> None:
    """Cuts the connection without an answer."""
    transport = scope["sandbox.transport"]
    if transport is None:
        raise RuntimeError("Connections can only be dropped under uvicorn.")
    transport.abort()
    await asyncio.sleep(0.05)
