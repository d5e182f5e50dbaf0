"""Taxes: endpoints of the API."""

from sandbox.api.routing import Route, get, many, post
from sandbox.taxes import tax_rates

ROUTES: tuple[Route, ...] = (
    many("/v1/tax_rates", tax_rates.listing, "tax_rate", tax_rates.LIST),
    post("/v1/tax_rates", tax_rates.create, "tax_rate", tax_rates.CREATE),
    get("/v1/tax_rates/{tax_rate}", tax_rates.retrieve, "tax_rate"),
    post("/v1/tax_rates/{tax_rate}", tax_rates.update, "tax_rate", tax_rates.UPDATE),
)
