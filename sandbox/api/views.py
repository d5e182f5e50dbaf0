"""Rows as Stripe shows them: what is put together from several rows, or depends on the time, is worked out here."""

from collections.abc import Callable

from sandbox.account.objects import Object, clone
from sandbox.account.state import State

NESTED = 10


def view(state: State, row: Object) -> Object:
    """The object of a row, references as ids."""
    composed = COMPOSED.get(row["object"])
    if composed is not None:
        return composed(state, row)
    return public(row)


def snapshot(state: State, row: Object) -> Object:
    """The object as it is now; later changes do not show in it."""
    return clone(view(state, row))


def public(row: Object) -> Object:
    """Without what only the sandbox has to know."""
    if "_" not in row:
        return row
    shown = row.copy()
    del shown["_"]
    return shown


def nested(url: str, rows: list[Object], *, total: bool = True) -> Object:
    """The first objects of a list that is part of another object."""
    shown: Object = {"object": "list", "data": rows[:NESTED], "has_more": len(rows) > NESTED}
    if total:
        shown["total_count"] = len(rows)
    return shown | {"url": url}


def plan_of(price: Object) -> Object:
    """The legacy plan that every recurring price is shown as, too."""
    recurring = price["recurring"]
    transform = price["transform_quantity"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": price["livemode"],
        "metadata": price["metadata"],
        "meter": recurring["meter"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": price["tiers_mode"],
        "transform_usage": transform,
        "trial_period_days": recurring["trial_period_days"],
        "usage_type": recurring["usage_type"],
    }


def with_rates(state: State, row: Object, name: str = "tax_rates") -> Object:
    """With its tax rates, always in full."""
    shown = public(row)
    return shown | {name: [public(state.get("tax_rate", id)) for id in row[name]]} if row[name] else shown


def subscription_item(state: State, row: Object) -> Object:
    """With its price, always in full."""
    price = public(state.get("price", row["price"]))
    return with_rates(state, row) | {"plan": plan_of(price), "price": price}


def subscription(state: State, row: Object) -> Object:
    """With its first items."""
    items = state.table("subscription_item").shown("subscription", row["id"])
    shown = [subscription_item(state, item) for item in items]
    return with_rates(state, row, "default_tax_rates") | {
        "items": nested(f"/v1/subscription_items?subscription={row['id']}", shown)
    }


def lines_of(state: State, invoice: str) -> list[Object]:
    """The lines of an invoice as they are shown: what was pending, what recurs, what was added to the draft."""
    lines = state.table("line_item").shown("invoice", invoice)
    return sorted(lines, key=lambda line: tuple(line["_"]["rank"]))


def customer_fields(state: State, customer: Object) -> Object:
    """What an invoice says about its customer: as they are now, until it is finalized."""
    return {
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [
            {"type": tax_id["type"], "value": tax_id["value"]}
            for tax_id in state.table("tax_id").oldest_first("customer", customer["id"])
        ],
    }


def invoice_item(state: State, row: Object) -> Object:
    """With its net amount, which is only there where no discount can change it."""
    net = {} if row["discountable"] else {"net_amount": row["amount"]}
    return with_rates(state, row) | net


def invoice(state: State, row: Object) -> Object:
    """With its first lines."""
    lines = [public(line) for line in lines_of(state, row["id"])]
    shown = with_rates(state, row, "default_tax_rates")
    # Only drafts look at their customer: to list paid ones must not wake copied customers.
    customer = state.table("customer").get(row["customer"]) if row["status"] == "draft" else None
    if customer is not None:
        shown = shown | customer_fields(state, customer)
    return shown | {"lines": nested(f"/v1/invoices/{row['id']}/lines", lines)}


def credit_note(state: State, row: Object) -> Object:
    """With its first lines."""
    rows = state.table("credit_note_line_item").shown("credit_note", row["id"])
    lines = [with_rates(state, line) for line in rows]
    return public(row) | {"lines": nested(f"/v1/credit_notes/{row['id']}/lines", lines, total=False)}


def coupon(state: State, row: Object) -> Object:
    """Valid as long as it is not used up or past its date."""
    return public(row) | {"valid": coupon_is_valid(state, row)}


def coupon_is_valid(state: State, row: Object) -> bool:
    """Whether a coupon can still be redeemed."""
    used_up = row["max_redemptions"] is not None and row["times_redeemed"] >= row["max_redemptions"]
    return not used_up and (row["redeem_by"] is None or state.now() <= row["redeem_by"])


def promotion_code(state: State, row: Object) -> Object:
    """Active as long as it is switched on, not used up or past its date, and its coupon is valid."""
    return public(row) | {"active": promotion_code_is_active(state, row)}


def promotion_code_is_active(state: State, row: Object) -> bool:
    """Whether a promotion code can still be redeemed."""
    used_up = row["max_redemptions"] is not None and row["times_redeemed"] >= row["max_redemptions"]
    over = row["expires_at"] is not None and state.now() > row["expires_at"]
    of = state.table("coupon").get(row["promotion"]["coupon"])
    return bool(row["active"]) and not used_up and not over and of is not None and coupon_is_valid(state, of)


def balance_transaction(state: State, row: Object) -> Object:
    """Available from a day on."""
    return public(row) | {"status": "available" if row["available_on"] <= state.now_for(row) else "pending"}


def dispute(state: State, row: Object) -> Object:
    """With what it has taken and given back, and refundable as long as there is something to refund."""
    moved = state.table("balance_transaction").oldest_first("source", row["id"])
    refundable = row["is_charge_refundable"] and not state.get("charge", row["charge"])["refunded"]
    return public(row) | {
        "balance_transactions": [balance_transaction(state, entry) for entry in moved],
        "is_charge_refundable": refundable,
    }


def product_feature(state: State, row: Object) -> Object:
    """With its feature, in full."""
    return public(row) | {"entitlement_feature": state.get("entitlements.feature", row["entitlement_feature"])}


def checkout_session(state: State, row: Object) -> Object:
    """Paid as soon as what was only authorized is captured."""
    intent = state.table("payment_intent").get(row["payment_intent"])
    captured = row["status"] == "complete" and intent is not None and intent["status"] == "succeeded"
    return public(row) | ({"payment_status": "paid"} if captured else {})


def item(state: State, row: Object) -> Object:
    """With its price, always in full."""
    return public(row) | {"price": public(state.get("price", row["price"]))}


COMPOSED: dict[str, Callable[[State, Object], Object]] = {
    "balance_transaction": balance_transaction,
    "checkout.session": checkout_session,
    "coupon": coupon,
    "dispute": dispute,
    "credit_note": credit_note,
    "credit_note_line_item": with_rates,
    "invoice": invoice,
    "invoiceitem": invoice_item,
    "product_feature": product_feature,
    "item": item,
    "promotion_code": promotion_code,
    "subscription": subscription,
    "subscription_item": subscription_item,
}
