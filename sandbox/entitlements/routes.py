"""Entitlements: endpoints of the API."""

from sandbox.api.routing import Route, delete, get, many, post
from sandbox.entitlements import active_entitlements, features, product_features

FEATURE, ATTACHMENT, ENTITLEMENT = "entitlements.feature", "product_feature", "entitlements.active_entitlement"

ROUTES: tuple[Route, ...] = (
    many("/v1/entitlements/active_entitlements", active_entitlements.listing, ENTITLEMENT, active_entitlements.LIST),
    get("/v1/entitlements/active_entitlements/{id}", active_entitlements.retrieve, ENTITLEMENT),
    many("/v1/entitlements/features", features.listing, FEATURE, features.LIST),
    post("/v1/entitlements/features", features.create, FEATURE, features.CREATE),
    get("/v1/entitlements/features/{id}", features.retrieve, FEATURE),
    post("/v1/entitlements/features/{id}", features.update, FEATURE, features.UPDATE),
    many("/v1/products/{product}/features", product_features.listing, ATTACHMENT),
    post("/v1/products/{product}/features", product_features.create, ATTACHMENT, product_features.CREATE),
    get("/v1/products/{product}/features/{id}", product_features.retrieve, ATTACHMENT),
    delete("/v1/products/{product}/features/{id}", product_features.delete, ATTACHMENT),
)
