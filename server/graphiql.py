"""GraphiQL's page: Strawberry's, with a query to start from and, in the sandbox, a token that works."""

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse
from strawberry.http.ides import get_graphql_ide_html

from server.settings import is_loopback

HEADERS_STATE = "React.useState(parameters.headers)"
QUERY_STATE = "parameters.q || EXAMPLE_QUERY"
FIRST_QUERY = """\
# The signed-in subscriber's billing page. Null until getOrCreateCustomer has run.
query AccountPage {
  viewer {
    id
    email
    subscription { status currentPeriodEnd items { quantity price { product { name } unitAmount { formatted } } } }
    invoices(first: 5) { nodes { number status total { formatted } } }
    charges(first: 5) { nodes { status amount { formatted } } }
  }
}
"""
HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-frame-options": "DENY"}


class GraphiQL:
    """The page. `make_token` is given in the sandbox alone; who comes by another name than this machine's gets none."""

    def __init__(self, make_token: Callable[[], str] | None = None) -> None:
        self._make_token = make_token
        page = get_graphql_ide_html("graphiql").replace("Strawberry GraphiQL", "stripe-graphql")
        for state in (HEADERS_STATE, QUERY_STATE):
            if page.count(state) != 1:
                raise RuntimeError("Strawberry's GraphiQL page has changed: the place for headers and query is gone.")
        self._page = page.replace(QUERY_STATE, f"parameters.q || {_script(FIRST_QUERY)}")

    def response(self, request: Request) -> HTMLResponse:
        page = self._page
        # A page of another site can reach this machine under a name of its own (DNS rebinding).
        if self._make_token is not None and is_loopback(request.url.hostname or ""):
            headers = json.dumps({"Authorization": f"Bearer {self._make_token()}"}, indent=2)
            page = page.replace(HEADERS_STATE, f"React.useState(parameters.headers ?? {_script(headers)})")
        return HTMLResponse(page, headers=HEADERS)


def _script(value: str) -> str:
    return json.dumps(value).replace("<", "\\u003c")
