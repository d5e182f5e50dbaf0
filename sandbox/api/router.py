"""The whole API, and the way to an endpoint."""

import re

from sandbox.account import routes as account
from sandbox.api.routing import Route
from sandbox.catalogue import routes as catalogue
from sandbox.checkout import routes as checkout
from sandbox.credit_notes import routes as credit_notes
from sandbox.customers import routes as customers
from sandbox.entitlements import routes as entitlements
from sandbox.invoices import routes as invoices
from sandbox.payments import routes as payments
from sandbox.portal import routes as portal
from sandbox.subscriptions import routes as subscriptions
from sandbox.taxes import routes as taxes
from sandbox.timing import routes as timing
from sandbox.webhooks import routes as webhooks

ROUTES: tuple[Route, ...] = (
    *account.ROUTES,
    *payments.ROUTES,
    *catalogue.ROUTES,
    *customers.ROUTES,
    *entitlements.ROUTES,
    *webhooks.ROUTES,
    *invoices.ROUTES,
    *credit_notes.ROUTES,
    *subscriptions.ROUTES,
    *taxes.ROUTES,
    *timing.ROUTES,
    *checkout.ROUTES,
    *portal.ROUTES,
)


class Router:
    """Finds the endpoint of a request; fixed parts of a path go before ids."""

    def __init__(self) -> None:
        self._by_length: dict[tuple[str, int], list[tuple[re.Pattern[str], Route]]] = {}
        for route in sorted(ROUTES, key=lambda route: route.path.count("{")):
            pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path) + "$")
            self._by_length.setdefault((route.method, route.path.count("/")), []).append((pattern, route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The endpoint and the ids in the path."""
        for pattern, route in self._by_length.get((method, path.count("/")), ()):
            match = pattern.match(path)
            if match:
                return route, match.groupdict()
        return None
