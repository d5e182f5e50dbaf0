"""The account: endpoints of the API."""

from sandbox.account import account
from sandbox.api.routing import Route, get

ROUTES: tuple[Route, ...] = (get("/v1/account", account.retrieve, "account"),)
