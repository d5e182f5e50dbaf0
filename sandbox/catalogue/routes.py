"""What is sold: endpoints of the API."""

from sandbox.api import search
from sandbox.api.routing import Route, delete, get, many, post
from sandbox.catalogue import coupons, plans, price_parameters, prices, products, promotion_codes

ROUTES: tuple[Route, ...] = (
    many("/v1/coupons", coupons.listing, "coupon", coupons.LIST),
    post("/v1/coupons", coupons.create, "coupon", coupons.CREATE),
    get("/v1/coupons/{coupon}", coupons.retrieve, "coupon"),
    post("/v1/coupons/{coupon}", coupons.update, "coupon", coupons.UPDATE),
    delete("/v1/coupons/{coupon}", coupons.delete, "coupon"),
    many("/v1/plans", plans.listing, "plan", plans.LIST),
    get("/v1/plans/{plan}", plans.retrieve, "plan"),
    many("/v1/prices", prices.listing, "price", price_parameters.LIST),
    post("/v1/prices", prices.create, "price", price_parameters.CREATE),
    many("/v1/prices/search", prices.find, "price", search.SHAPE),
    get("/v1/prices/{price}", prices.retrieve, "price"),
    post("/v1/prices/{price}", prices.update, "price", price_parameters.UPDATE),
    many("/v1/products", products.listing, "product", products.LIST),
    post("/v1/products", products.create, "product", products.CREATE),
    many("/v1/products/search", products.find, "product", search.SHAPE),
    get("/v1/products/{id}", products.retrieve, "product"),
    post("/v1/products/{id}", products.update, "product", products.UPDATE),
    delete("/v1/products/{id}", products.delete, "product"),
    many("/v1/promotion_codes", promotion_codes.listing, "promotion_code", promotion_codes.LIST),
    post("/v1/promotion_codes", promotion_codes.create, "promotion_code", promotion_codes.CREATE),
    get("/v1/promotion_codes/{promotion_code}", promotion_codes.retrieve, "promotion_code"),
    post("/v1/promotion_codes/{promotion_code}", promotion_codes.update, "promotion_code", promotion_codes.UPDATE),
)
