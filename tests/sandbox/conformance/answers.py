"""Answers as a whole: the headers, the object or list that the endpoint has, or an error."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from stripe._error_object import ErrorObject

from tests.sandbox.conformance.endpoints import Endpoint, endpoint_at
from tests.sandbox.conformance.events import event_findings
from tests.sandbox.conformance.findings import Check, Finding, Findings, brief, under, wrong
from tests.sandbox.conformance.objects import object_findings
from tests.sandbox.conformance.shapes import class_check, envelope

ERROR_TYPES = ("api_error", "card_error", "idempotency_error", "invalid_request_error")
STATUSES = {200, 400, 401, 402, 403, 404, 409, 413, 424, 429, 500, 501, 502, 503, 504}
HEADERS = ("Request-Id", "Stripe-Version", "Content-Type", "Date")


class NotAsStripe(AssertionError):
    """An answer that Stripe would not have given."""


def require(method: str, path: str, status: int, headers: Mapping[str, str], body: Any) -> None:
    """Raises NotAsStripe with everything that is wrong with an answer."""
    found = answer_findings(method, path, status, headers, body)
    if found:
        lines = "\n".join(f"  {one}" for one in found[:20])
        raise NotAsStripe(f"{method} {path} answered {status} with:\n{lines}\nin {brief(body)}")


def answer_findings(method: str, path: str, status: int, headers: Mapping[str, str], body: Any) -> Findings:
    """What is wrong with an answer to a request below /v1."""
    found = [Finding("headers", f"{name} is missing") for name in HEADERS if name not in headers]
    if status not in STATUSES:
        found.append(Finding("status", f"{status} is none of Stripe's"))
    if status != 200:
        return found + list(error_findings(body, status))
    endpoint = endpoint_at(method, path)
    if endpoint is None:
        return [*found, Finding("", f"Stripe has no {method} {path}")]
    return found + list(body_findings(endpoint, path, body))


def body_findings(endpoint: Endpoint, path: str, body: Any) -> Findings:
    """What is wrong with what an endpoint answered with success."""
    if not isinstance(body, dict):
        return wrong(f"{brief(body)} is not an object of Stripe")
    found = list(answer_check(endpoint)(body))
    if endpoint.lists and body.get("url") != path:
        found.append(Finding("url", f"{body.get('url')!r} is not {path}"))
    shown = body.get("data", []) if endpoint.lists else [body]
    for place, one in enumerate(shown):
        if isinstance(one, dict) and one.get("object") == "event":
            found += under(f"data[{place}]" if endpoint.lists else "", event_findings(one))
    return found


@cache
def answer_check(endpoint: Endpoint) -> Check:
    """The check of an endpoint's answer; where that is one of several classes, each object itself says which."""
    if "Union[" in endpoint.answer:
        return envelope(object_findings) if endpoint.lists else object_findings
    return endpoint.answer_check()


def error_findings(body: Any, status: int) -> Findings:
    """What is wrong with the body of an answer of 400 or above."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or len(body) != 1:
        return wrong(f"{brief(body)} is not an error of Stripe")
    found = list(class_check(ErrorObject)(error))
    if error.get("type") not in ERROR_TYPES:
        found.append(Finding("type", f"{error.get('type')!r} is not one of {', '.join(ERROR_TYPES)}"))
    if not error.get("message"):
        found.append(Finding("message", "missing"))
    if error.get("type") == "card_error" and status != 402:
        found.append(Finding("type", f"{error.get('type')} with status {status}"))
    found += [Finding(name, "null, where Stripe leaves it out") for name, value in error.items() if value is None]
    return under("error", found)
