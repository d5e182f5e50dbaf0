"""Test clocks: endpoints of the API."""

from sandbox.api.routing import Route, delete, get, many, post
from sandbox.timing import test_clocks

CLOCKS = "/v1/test_helpers/test_clocks"
CLOCK = "test_helpers.test_clock"

ROUTES: tuple[Route, ...] = (
    many(CLOCKS, test_clocks.listing, CLOCK, test_clocks.LIST),
    post(CLOCKS, test_clocks.create, CLOCK, test_clocks.CREATE),
    get(CLOCKS + "/{test_clock}", test_clocks.retrieve, CLOCK),
    delete(CLOCKS + "/{test_clock}", test_clocks.delete, CLOCK),
    post(CLOCKS + "/{test_clock}/advance", test_clocks.advance, CLOCK, test_clocks.ADVANCE),
)
