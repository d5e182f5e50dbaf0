"""Stripe's endpoints as the client calls them: method, path, the class of the answer, the class of the parameters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from stripe import ListObject, SearchResultObject

from tests.sandbox.conformance.findings import Check
from tests.sandbox.conformance.names import CLIENT, imports_of, loaded
from tests.sandbox.conformance.shapes import check_of

CALL = re.compile(
    r'(?:params: (?:Optional\[)?"(?P<params>\w+)".*?)?cast\(\s*"(?P<answer>[^"]+)",\s*self\._request\(\s*'
    r'"(?P<method>\w+)",\s*"(?P<path>/v1/[^"]+)"',
    re.DOTALL,
)
ENVELOPES: dict[str, Any] = {"ListObject": ListObject, "SearchResultObject": SearchResultObject}


@dataclass(frozen=True, eq=False)
class Endpoint:
    """One endpoint; names are those of the client's module that calls it."""

    method: str
    path: str
    answer: str
    parameters: str | None
    names: dict[str, tuple[str, str]]

    @property
    def lists(self) -> bool:
        return self.answer.startswith(tuple(ENVELOPES))

    def answer_check(self) -> Check:
        """The check of what it answers."""
        envelope, _, inner = self.answer.rstrip("]").rpartition("[")
        if envelope not in ("", *ENVELOPES):
            raise TypeError(f"There is no check for {self.answer}.")
        found: Any = loaded(*self.names[inner])
        return check_of(ENVELOPES[envelope][found] if envelope else found, __name__)

    def parameter_class(self) -> Any:
        """The TypedDict of the parameters, if there are any."""
        return loaded(*self.names[self.parameters]) if self.parameters else None


# The client has them on the class of charges, and no service calls them.
REFUND = {"Refund": ("stripe", "Refund")}
OLDER = (
    Endpoint("GET", "/v1/charges/{charge}/refunds", "ListObject[Refund]", None, REFUND),
    Endpoint("GET", "/v1/charges/{charge}/refunds/{refund}", "Refund", None, REFUND),
)


def endpoints_in(source: str) -> Iterator[Endpoint]:
    """The calls in the source of one service."""
    names = imports_of(source)
    for function in re.split(r"\n    (?=def |async def )", source):
        if function.startswith("def ") and (call := CALL.search(function)):
            yield Endpoint(call["method"].upper(), call["path"], call["answer"], call["params"], names)


@cache
def endpoints() -> dict[tuple[str, int], list[tuple[re.Pattern[str], Endpoint]]]:
    """All of them by method and length of the path; those with fixed words go first."""
    found = [
        endpoint
        for path in sorted(CLIENT.rglob("_*_service.py"))
        if "v2" not in path.parts
        for endpoint in endpoints_in(path.read_text())
    ]
    table: dict[tuple[str, int], list[tuple[re.Pattern[str], Endpoint]]] = {}
    for endpoint in sorted([*found, *OLDER], key=lambda one: one.path.count("{")):
        pattern = re.compile("^" + re.sub(r"\{\w+\}", "[^/]+", endpoint.path) + "$")
        table.setdefault((endpoint.method, endpoint.path.count("/")), []).append((pattern, endpoint))
    return table


def endpoint_at(method: str, path: str) -> Endpoint | None:
    """The endpoint that a request goes to."""
    candidates = endpoints().get((method, path.count("/")), ())
    return next((endpoint for pattern, endpoint in candidates if pattern.match(path)), None)
