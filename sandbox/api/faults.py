"""Failures on order, so that a client's handling of them can be tried."""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.api.errors import ApiError
from sandbox.api.rate_limit import TOO_MANY

ANSWERS = {
    402: {"message": "Your card was declined.", "type": "card_error", "code": "card_declined"},
    409: {
        "message": "This object cannot be accessed right now because another API request or Stripe process is currently"
        " accessing it. If you see this error intermittently, retry the request. If you see this error frequently and"
        " are making multiple concurrent requests to a single object, make your requests serially or at a lower rate.",
        "code": "lock_timeout",
    },
    429: {"message": TOO_MANY, "code": "rate_limit"},
    500: {"message": "An unknown error occurred", "type": "api_error"},
    503: {"message": "Stripe is temporarily unavailable.", "type": "api_error"},
}  # fmt: skip
SHOULD_RETRY = {402: "false", 409: "true", 429: "true", 500: "false", 503: "true"}
KINDS = ("answer", "hang", "drop", "lose")


class BadFault(ValueError):
    """A fault that was described wrongly; the text says how."""


@dataclass
class Fault:
    """`answer` with a status, `hang` for seconds, `drop` the connection first, or `lose` the answer afterwards."""

    kind: str
    method: re.Pattern[str]
    path: re.Pattern[str]
    times: int
    status: int
    seconds: float
    carried_out: bool
    should_retry: str | None
    decline_code: str | None
    code: str | None

    def error(self) -> ApiError:
        """The answer, with the headers that Stripe sends along."""
        fields: dict[str, Any] = dict(ANSWERS[self.status])
        message = fields.pop("message")
        headers = {"Stripe-Should-Retry": self.should_retry or SHOULD_RETRY[self.status]}
        if self.status == 429 and self.code == "lock_timeout":
            fields, message = {"code": "lock_timeout"}, ANSWERS[409]["message"]
        elif self.status == 429:
            headers |= {"Retry-After": "1", "Stripe-Rate-Limited-Reason": "global-rate"}
        if self.status == 402:
            fields["decline_code"] = self.decline_code or "generic_decline"
        return ApiError(self.status, message, headers=headers, **fields)


def described(given: Any) -> Fault:
    """A fault out of JSON. Raises BadFault with a sentence on what is wrong."""
    if not isinstance(given, dict):
        raise BadFault('A fault is a JSON object such as {"kind": "answer", "status": 500}.')
    known = {
        "kind",
        "method",
        "path",
        "times",
        "status",
        "seconds",
        "carried_out",
        "should_retry",
        "decline_code",
        "code",
    }
    unknown = sorted(given.keys() - known)
    if unknown:
        raise BadFault(f"A fault has no {unknown[0]}; it may have {', '.join(sorted(known))}.")
    kind, status = given.get("kind", "answer"), given.get("status", 500)
    if kind not in KINDS:
        raise BadFault(f"The kind of a fault is one of {', '.join(KINDS)}.")
    if status not in ANSWERS:
        raise BadFault(f"The status of a fault is one of {', '.join(map(str, ANSWERS))}.")
    code = given.get("code")
    if code is not None and (status != 429 or code not in ("lock_timeout", "rate_limit")):
        raise BadFault("code is lock_timeout or rate_limit, with status 429.")
    times, seconds, retry = given.get("times", 1), given.get("seconds", 0), given.get("should_retry")
    if not isinstance(times, int) or times < 1 or not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
        raise BadFault("times is a positive whole number, seconds a number from 0 to 600.")
    try:
        method, path = re.compile(given.get("method", ".*"), re.IGNORECASE), re.compile(given.get("path", ".*"))
    except (re.error, TypeError) as error:
        raise BadFault(f"method and path are regular expressions: {error}.") from None
    return Fault(
        kind,
        method,
        path,
        times,
        status,
        float(seconds),
        bool(given.get("carried_out", False)),
        None if retry is None else "true" if retry else "false",
        given.get("decline_code"),
        code,
    )


class Faults:
    """Those that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """The first that fits a call; it is used up by that."""
        for fault in self.waiting:
            if fault.method.fullmatch(method) and fault.path.search(path):
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return None
