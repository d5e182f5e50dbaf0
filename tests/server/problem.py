"""What an answer to a request that was not executed looks like."""

from typing import Any

import httpx


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The only error of an answer that is GraphQL's in shape, has no data, and carries the request id."""
    told = coded(answer, status)
    assert told["message"].endswith(".")
    return told


def coded(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The same, where clients know the message as one word."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body.keys() == {"errors"}
    (error,) = body["errors"]
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
    told: dict[str, Any] = error
    return told
