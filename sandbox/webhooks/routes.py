"""Events: endpoints of the API."""

from sandbox.api.routing import Route, delete, get, many, post
from sandbox.webhooks import events, webhook_endpoints

ROUTES: tuple[Route, ...] = (
    many("/v1/events", events.listing, "event", events.LIST),
    get("/v1/events/{id}", events.retrieve, "event"),
    many("/v1/webhook_endpoints", webhook_endpoints.listing, "webhook_endpoint"),
    post("/v1/webhook_endpoints", webhook_endpoints.create, "webhook_endpoint", webhook_endpoints.CREATE),
    get("/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoints.retrieve, "webhook_endpoint"),
    post(
        "/v1/webhook_endpoints/{webhook_endpoint}",
        webhook_endpoints.update,
        "webhook_endpoint",
        webhook_endpoints.UPDATE,
    ),
    delete("/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoints.delete, "webhook_endpoint"),
)
