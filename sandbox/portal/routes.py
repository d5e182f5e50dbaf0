"""The customer portal: endpoints of the API."""

from sandbox.api.routing import Route, get, many, post
from sandbox.portal import portal_configurations, portal_parameters, portal_sessions

CONFIGURATIONS = "/v1/billing_portal/configurations"
CONFIGURATION = "billing_portal.configuration"

ROUTES: tuple[Route, ...] = (
    many(CONFIGURATIONS, portal_configurations.listing, CONFIGURATION, portal_parameters.LIST),
    post(CONFIGURATIONS, portal_configurations.create, CONFIGURATION, portal_parameters.CREATE),
    get(CONFIGURATIONS + "/{configuration}", portal_configurations.retrieve, CONFIGURATION),
    post(CONFIGURATIONS + "/{configuration}", portal_configurations.update, CONFIGURATION, portal_parameters.UPDATE),
    post(
        "/v1/billing_portal/sessions",
        portal_sessions.create,
        "billing_portal.session",
        portal_parameters.CREATE_SESSION,
    ),
)
