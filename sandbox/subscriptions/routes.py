"""Subscriptions: endpoints of the API."""

from sandbox.api import search
from sandbox.api.routing import Route, delete, get, many, post
from sandbox.subscriptions import (
    schedule_parameters,
    subscription_items,
    subscription_parameters,
    subscription_schedules,
    subscriptions,
)

SCHEDULES = "/v1/subscription_schedules"
SCHEDULE = "subscription_schedule"

ROUTES: tuple[Route, ...] = (
    many("/v1/subscription_items", subscription_items.listing, "subscription_item", subscription_items.LIST),
    post("/v1/subscription_items", subscription_items.create, "subscription_item", subscription_items.CREATE),
    get("/v1/subscription_items/{item}", subscription_items.retrieve, "subscription_item"),
    post("/v1/subscription_items/{item}", subscription_items.update, "subscription_item", subscription_items.UPDATE),
    delete("/v1/subscription_items/{item}", subscription_items.delete, "subscription_item", subscription_items.DELETE),
    many(SCHEDULES, subscription_schedules.listing, SCHEDULE, schedule_parameters.LIST),
    post(SCHEDULES, subscription_schedules.create, SCHEDULE, schedule_parameters.CREATE),
    get(SCHEDULES + "/{schedule}", subscription_schedules.retrieve, SCHEDULE),
    post(SCHEDULES + "/{schedule}", subscription_schedules.update, SCHEDULE, schedule_parameters.UPDATE),
    post(SCHEDULES + "/{schedule}/cancel", subscription_schedules.cancel, SCHEDULE, schedule_parameters.CANCEL),
    post(SCHEDULES + "/{schedule}/release", subscription_schedules.let_go, SCHEDULE, schedule_parameters.RELEASE),
    many("/v1/subscriptions", subscriptions.listing, "subscription", subscription_parameters.LIST),
    post("/v1/subscriptions", subscriptions.create, "subscription", subscription_parameters.CREATE),
    many("/v1/subscriptions/search", subscriptions.find, "subscription", search.SHAPE),
    get("/v1/subscriptions/{id}", subscriptions.retrieve, "subscription"),
    post("/v1/subscriptions/{id}", subscriptions.update, "subscription", subscription_parameters.UPDATE),
    delete("/v1/subscriptions/{id}", subscriptions.cancel, "subscription", subscription_parameters.CANCEL),
    delete("/v1/subscriptions/{id}/discount", subscriptions.delete_discount, "discount"),
    post("/v1/subscriptions/{id}/pause", subscriptions.pause, "subscription", subscription_parameters.PAUSE),
    post("/v1/subscriptions/{id}/resume", subscriptions.resume, "subscription", subscription_parameters.RESUME),
)
