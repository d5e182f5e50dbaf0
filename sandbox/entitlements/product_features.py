"""Features of products (https://docs.stripe.com/api/product-feature)."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.errors import invalid, no_such
from sandbox.api.lists import page
from sandbox.api.parameters import Shape, Text

CREATE: Shape = {"entitlement_feature": Text(required=True)}


def create(call: Call) -> Object:
    """POST /v1/products/{product}/features: going subscriptions get it with their next period."""
    state = call.state
    product = call.fetch("product", "product")
    feature = state.find("entitlements.feature", call.params["entitlement_feature"], "entitlement_feature")
    if not feature["active"]:
        raise invalid("An archived feature cannot be attached to a product.", "entitlement_feature")
    attached = state.table("product_feature").oldest_first("product", product["id"])
    if any(one["entitlement_feature"] == feature["id"] for one in attached):
        raise invalid(
            f"The feature {feature['id']} is already attached to the product {product['id']}.",
            "entitlement_feature",
            "resource_already_exists",
        )
    return state.table("product_feature").add(
        {
            "id": state.new_id("product_feature"),
            "object": "product_feature",
            "entitlement_feature": feature["id"],
            "livemode": False,
            "_": {"product": product["id"]},
        }
    )


def attachment_of(call: Call) -> Object:
    """The attachment that the path names. Raises ApiError 404."""
    product, attachment = call.fetch("product", "product"), call.fetch("product_feature", "id")
    if attachment["_"]["product"] != product["id"]:
        raise no_such("product_feature", attachment["id"], "id", status=404)
    return attachment


def retrieve(call: Call) -> Object:
    """GET /v1/products/{product}/features/{id}"""
    return attachment_of(call)


def delete(call: Call) -> Object:
    """DELETE /v1/products/{product}/features/{id}: going subscriptions keep it until their next period."""
    attachment = attachment_of(call)
    call.state.table("product_feature").remove(attachment["id"])
    return {"id": attachment["id"], "object": "product_feature", "deleted": True}


def listing(call: Call) -> Object:
    """GET /v1/products/{product}/features"""
    return page(call, "product_feature", index="product", value=call.fetch("product", "product")["id"])
