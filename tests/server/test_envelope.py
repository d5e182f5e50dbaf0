"""A fault of ours, as a client sees it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.envelope import Envelope
from tests.serving import free_port, serving, url_of


async def fail(_request: Request) -> Response:
    raise RuntimeError("hunter2")


async def fail_halfway(_request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"begun"
        raise RuntimeError("hunter2")

    return StreamingResponse(chunks())


FAILING = Starlette(routes=[Route("/", fail), Route("/halfway", fail_halfway)], middleware=[Middleware(Envelope)])


def test_an_unexpected_fault_is_masked_and_carries_the_request_id() -> None:
    with free_port() as listener, serving(FAILING, listener):
        answer = httpx.get(url_of(listener), headers={"x-request-id": "r1"}, trust_env=False)
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"] == {"code": "INTERNAL_ERROR", "requestId": "r1"}
    assert answer.headers["x-request-id"] == "r1"
    assert "hunter2" not in answer.text


def test_an_answer_that_was_begun_is_cut_off() -> None:
    with free_port() as listener, serving(FAILING, listener), pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{url_of(listener)}/halfway", trust_env=False)
