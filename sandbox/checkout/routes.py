"""Checkout: endpoints of the API."""

from sandbox.api.routing import Route, get, many, post
from sandbox.checkout import session_parameters, sessions

SESSIONS = "/v1/checkout/sessions"
KIND = "checkout.session"

ROUTES: tuple[Route, ...] = (
    many(SESSIONS, sessions.listing, KIND, session_parameters.LIST),
    post(SESSIONS, sessions.create, KIND, session_parameters.CREATE),
    get(SESSIONS + "/{session}", sessions.retrieve, KIND),
    post(SESSIONS + "/{session}", sessions.update, KIND, session_parameters.UPDATE),
    post(SESSIONS + "/{session}/expire", sessions.expire, KIND),
    many(SESSIONS + "/{session}/line_items", sessions.line_items, "item"),
)
