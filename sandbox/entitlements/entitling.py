"""Which subscriptions entitle to what (https://docs.stripe.com/billing/entitlements).

A subscription grants the features that its products have when it changes or begins a period; features that are
attached or detached meanwhile count from its next period on. It grants them from its activation, a trial included,
until it ends: neither a payment that is overdue nor a pause takes them away.
"""

from sandbox.account.objects import Object, clone
from sandbox.account.state import State
from sandbox.api.views import public

GRANTS_NOTHING = ("incomplete", "incomplete_expired", "canceled")
SHOWN = 10


def follow(state: State, subscription: Object) -> Object | None:
    """Makes the customer's entitlements those that their subscriptions grant now.

    Returns the data of the event about it: the summary and what it was, or None when nothing has changed.
    """
    granted = features_of(state, subscription)
    kept = subscription.get("_", {}).get("features", [])
    if granted == kept == []:
        return None
    state.edit(subscription)["_"]["features"] = granted
    customer, table = subscription["customer"], state.table("entitlements.active_entitlement")
    before = summary(state, customer)
    wanted = {
        feature: None
        for one in state.table("subscription").oldest_first("customer", customer)
        for feature in one["_"].get("features", [])
    }
    had = {row["feature"]: row for row in table.oldest_first("customer", customer)}
    for feature in wanted:
        if feature not in had:
            grant(state, customer, state.get("entitlements.feature", feature))
    for feature, row in had.items():
        if feature not in wanted:
            table.remove(row["id"])
    if wanted.keys() == had.keys():
        return None
    after = summary(state, customer)
    changed = {name: value for name, value in before["entitlements"].items() if after["entitlements"][name] != value}
    return {"object": after, "previous_attributes": {"entitlements": changed}}


def features_of(state: State, subscription: Object) -> list[str]:
    """The features that a subscription grants as things stand."""
    if subscription["status"] in GRANTS_NOTHING:
        return []
    features: dict[str, None] = {}
    for item in state.table("subscription_item").oldest_first("subscription", subscription["id"]):
        product = state.get("price", item["price"])["product"]
        for attachment in state.table("product_feature").oldest_first("product", product):
            features[attachment["entitlement_feature"]] = None
    return list(features)


def grant(state: State, customer: str, feature: Object) -> None:
    """Entitles a customer to a feature."""
    state.table("entitlements.active_entitlement").add(
        {
            "id": state.new_id("entitlements.active_entitlement"),
            "object": "entitlements.active_entitlement",
            "feature": feature["id"],
            "livemode": False,
            "lookup_key": feature["lookup_key"],
            "_": {"customer": customer},
        }
    )


def summary(state: State, customer: str) -> Object:
    """What a customer is entitled to, with the first ten."""
    rows = list(state.table("entitlements.active_entitlement").newest_first("customer", customer))
    return clone(
        {
            "object": "entitlements.active_entitlement_summary",
            "customer": customer,
            "entitlements": {
                "object": "list",
                "data": [public(row) for row in rows[:SHOWN]],
                "has_more": len(rows) > SHOWN,
                "url": f"/v1/customer/{customer}/entitlements",
            },
            "livemode": state.livemode,
        }
    )
