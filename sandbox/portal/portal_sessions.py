"""Sessions of the portal (https://docs.stripe.com/api/customer_portal/sessions)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import ApiError, invalid, missing, unsupported
from sandbox.checkout.session_rules import check_url
from sandbox.portal.portal_configurations import usable
from sandbox.subscriptions.subscription_standing import ENDED
from sandbox.webhooks.events import emit

FEATURES = {
    "customer_update": "customer_update",
    "payment_method_update": "payment_method_update",
    "subscription_cancel": "subscription_cancel",
    "subscription_update": "subscription_update",
    "subscription_update_confirm": "subscription_update",
}
UNSEEN = 5 * 60
SEEN = 60 * 60


def create(call: Call) -> Object:
    """POST /v1/billing_portal/sessions"""
    state, params = call.state, call.params
    customer = state.find("customer", params["customer"], "customer")
    configuration = usable(state, params.get("configuration"))
    if params.get("return_url"):
        check_url(params["return_url"], "return_url")
    secret = state.token(40, "test_")
    session: Object = {
        "id": state.new_id("billing_portal.session"),
        "object": "billing_portal.session",
        "configuration": configuration["id"],
        "created": state.now_for(customer),
        "customer": customer["id"],
        "customer_account": None,
        "flow": flow_of(state, customer, configuration, params["flow_data"]) if params.get("flow_data") else None,
        "livemode": False,
        "locale": params.get("locale"),
        "on_behalf_of": None,
        "return_url": params.get("return_url") or configuration["default_return_url"],
        "url": f"{state.base_url}/sandbox/portal/{secret}",
        "_": {"intent": None, "secret": secret, "seen": None},
    }
    state.table("billing_portal.session").add(session)
    emit(state, "billing_portal.session.created", session)
    return session


def flow_of(state: State, customer: Object, configuration: Object, given: dict[str, Any]) -> Object:
    """A way straight to one thing. Raises ApiError 400 where the configuration does not allow it."""
    type = given["type"]
    if type == "subscription_pause":
        raise unsupported("pausing in the portal", "flow_data[type]")
    for name in ("subscription_cancel", "subscription_pause", "subscription_update", "subscription_update_confirm"):
        if name in given and name != type:
            raise invalid(f"`{name}` is only for flows of that type.", f"flow_data[{name}]")
    if not configuration["features"][FEATURES[type]]["enabled"]:
        raise disabled(type)
    shown: Object = {
        "after_completion": after(given.get("after_completion")),
        "customer_update": {} if type == "customer_update" else None,
        "subscription_cancel": None,
        "subscription_pause": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": type,
    }
    if type.startswith("subscription"):
        if type not in given:
            raise missing(f"flow_data[{type}]")
        param = f"flow_data[{type}]"
        check_subscription(state, customer, given[type]["subscription"], type, param)
        shown[type] = DESCRIBED[type](state, configuration, given[type], param)
    return shown


def disabled(type: str) -> ApiError:
    """What the configuration does not offer."""
    what = "This subscription cannot be canceled" if type == "subscription_cancel" else "This flow cannot be used"
    if type.startswith("subscription_update"):
        what = "This subscription cannot be updated"
    feature = FEATURES[type].replace("_", " ")
    return invalid(f"{what} because the {feature} feature in the portal configuration is disabled.", "flow_data[type]")


def after(given: dict[str, Any] | None) -> Object:
    """Where the customer goes when it is done."""
    given = given or {"type": "portal_homepage"}
    for type in ("redirect", "hosted_confirmation"):
        if type in given and given["type"] != type:
            raise invalid(f"`{type}` is only for that type.", f"flow_data[after_completion][{type}]")
    redirect = given.get("redirect")
    if given["type"] == "redirect":
        if not redirect:
            raise missing("flow_data[after_completion][redirect]")
        check_url(redirect["return_url"], "flow_data[after_completion][redirect][return_url]")
    confirmation = {"custom_message": None} | (given.get("hosted_confirmation") or {})
    return {
        "hosted_confirmation": confirmation if given["type"] == "hosted_confirmation" else None,
        "redirect": redirect,
        "type": given["type"],
    }


def check_subscription(state: State, customer: Object, id: str, type: str, param: str) -> None:
    """The customer's, and still going. Raises ApiError 400."""
    subscription = state.find("subscription", id, f"{param}[subscription]")
    if subscription["customer"] != customer["id"]:
        raise invalid(f"The subscription {id} does not belong to the customer.", f"{param}[subscription]")
    if subscription["status"] in (*ENDED, "incomplete"):
        raise invalid(f"The subscription {id} is {subscription['status']}.", f"{param}[subscription]")
    if type == "subscription_cancel" and subscription["cancel_at"] is not None:
        raise invalid(
            f"This subscription cannot be canceled because it is already set to be canceled: {id}.",
            f"{param}[subscription]",
        )


def cancel_flow(state: State, configuration: Object, given: dict[str, Any], param: str) -> Object:
    """Canceling, perhaps with an offer to stay."""
    retention = given.get("retention")
    if retention:
        state.find("coupon", retention["coupon_offer"]["coupon"], f"{param}[retention][coupon_offer][coupon]")
    return {"retention": retention, "subscription": given["subscription"]}


def update_flow(state: State, configuration: Object, given: dict[str, Any], param: str) -> Object:
    """Choosing another plan."""
    return {"subscription": given["subscription"]}


def confirm_flow(state: State, configuration: Object, given: dict[str, Any], param: str) -> Object:
    """Confirming a change that the shop has prepared."""
    (one,) = given["items"] or [{}]
    item = state.table("subscription_item").get(one.get("id"))
    if item is None or item["subscription"] != given["subscription"]:
        raise invalid("The item is not of the subscription.", f"{param}[items][0][id]", "resource_missing")
    if one.get("price"):
        state.find("price", one["price"], f"{param}[items][0][price]")
        products = configuration["features"]["subscription_update"]["products"]
        if one["price"] not in [item["price"], *(id for product in products for id in product["prices"])]:
            raise invalid(
                f"The price {one['price']} is not among the products of the portal configuration.",
                f"{param}[items][0][price]",
            )
    shown = {"id": item["id"], "price": one.get("price") or item["price"]}
    shown["quantity"] = one.get("quantity", item["quantity"])
    discounts = [
        {"coupon": discount.get("coupon"), "promotion_code": discount.get("promotion_code")}
        for discount in given.get("discounts", [])
    ]
    if (shown["price"], shown["quantity"]) == (item["price"], item["quantity"]) and not discounts:
        raise invalid("Cannot update the subscription because there are no changes to confirm.", param)
    return {"discounts": discounts or None, "items": [shown], "subscription": given["subscription"]}


DESCRIBED = {
    "subscription_cancel": cancel_flow,
    "subscription_update": update_flow,
    "subscription_update_confirm": confirm_flow,
}


def is_over(state: State, session: Object) -> bool:
    """Links work for five minutes, and for an hour after each use."""
    seen = session["_"]["seen"]
    limit: int = session["created"] + UNSEEN if seen is None else seen + SEEN
    return state.now_for(session) > limit
