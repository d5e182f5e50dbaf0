"""Lines of invoices: from subscription items as they renew, and from invoice items."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.catalogue.price_amounts import amount_of, label, trial_label
from sandbox.catalogue.price_currencies import priced_in

WAITED, RECURRING, LATER = 1, 2, 3


def add_item_line(state: State, invoice: Object, item: Object, start: int, end: int, *, free: bool = False) -> Object:
    """A period of a subscription item; nothing is due while it is on trial."""
    price = priced_in(state.get("price", item["price"]), invoice["currency"])
    product = state.get("product", price["product"])
    quantity = item.get("quantity", 0)
    amount = 0 if free else amount_of(price, quantity)
    text = trial_label(product, quantity) if free else label(price, product, quantity)
    parent = {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": item["subscription"],
            "subscription_item": item["id"],
        },
        "type": "subscription_item_details",
    }
    unit = "0" if free else price["unit_amount_decimal"]
    row = line(
        state,
        invoice,
        amount=amount,
        description=text,
        parent=parent,
        period={"end": end, "start": start},
        pricing=pricing(price["id"], product["id"], unit),
        quantity=quantity,
        subscription=item["subscription"],
        metadata=dict(item["metadata"]),
        discounts=list(item["discounts"]),
        tax_rates=item["tax_rates"],
        rank=[RECURRING, -item["created"]],
    )
    state.edit(item)["_"]["line"] = {"invoice": invoice["id"], "invoice_line_items": [row["id"]]}
    return row


def pricing(price: str, product: str, unit: str | None) -> Object:
    """Where an amount comes from."""
    return {
        "price_details": {"price": price, "product": product},
        "type": "price_details",
        "unit_amount_decimal": unit,
    }


def add_invoice_item_line(state: State, invoice: Object, item: Object, *, later: bool = False) -> Object:
    """An invoice item as a line; from now on it belongs to the invoice.

    Items that waited are shown first, newest first; those that come `later`, to a draft that exists, last.
    """
    state.edit(item)["invoice"] = invoice["id"]
    state.table("invoiceitem").reindex(item["id"])
    of = (item["parent"] or {}).get("subscription_details") or {}
    credited = ((item.get("proration_details") or {}).get("credited_items") or {}).get("invoice_line_item_details")
    if of.get("subscription_item"):
        parent: Object = {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": item["id"],
                "proration": item["proration"],
                "proration_details": {"credited_items": credited},
                "subscription": of["subscription"],
                "subscription_item": of["subscription_item"],
            },
            "type": "subscription_item_details",
        }
    else:
        parent = {
            "invoice_item_details": {
                "invoice_item": item["id"],
                "proration": item["proration"],
                "proration_details": {"credited_items": credited},
                "subscription": of.get("subscription"),
            },
            "subscription_item_details": None,
            "type": "invoice_item_details",
        }
    row = line(
        state,
        invoice,
        amount=item["amount"],
        description=item["description"],
        parent=parent,
        period=dict(item["period"]),
        pricing=item["pricing"] | ({"unit_amount_decimal": None} if item["proration"] else {}),
        quantity=item["quantity"],
        subscription=of.get("subscription"),
        metadata=dict(item["metadata"]),
        discounts=list(item["discounts"]),
        discountable=item["discountable"],
        tax_rates=item["tax_rates"],
        rank=[LATER, 0] if later else [WAITED, -item["date"]],
    )
    row["quantity_decimal"] = item["quantity_decimal"]
    state.edit(item)["_"]["line"] = row["id"]
    return row


def line(
    state: State,
    invoice: Object,
    *,
    amount: int,
    description: str | None,
    parent: Object,
    period: Object,
    pricing: Object | None,
    quantity: int,
    subscription: str | None,
    metadata: dict[str, str],
    discounts: list[str],
    tax_rates: list[str],
    rank: list[int],
    discountable: bool = True,
) -> Object:
    """One line; discounts and taxes are worked out with the invoice's totals.

    `rank` is its place among the others; of those with the same one, waiting items that are no prorations are shown
    in reverse, since they were made one after the other.
    """
    place = len(state.table("line_item").keys("invoice", invoice["id"]))
    details = parent["invoice_item_details"]
    backwards = rank[0] == WAITED and details is not None and not details["proration"]
    return state.table("line_item").add(
        {
            "id": state.new_id("line_item"),
            "object": "line_item",
            "amount": amount,
            "currency": invoice["currency"],
            "description": description,
            "discount_amounts": [],
            "discountable": discountable,
            "discounts": discounts,
            "invoice": invoice["id"],
            "livemode": False,
            "metadata": metadata,
            "parent": parent,
            "period": period,
            "pretax_credit_amounts": [],
            "pricing": pricing,
            "quantity": quantity,
            "quantity_decimal": str(quantity),
            "subscription": subscription,
            "subtotal": amount,
            "taxes": [],
            "_": {"tax_rates": list(tax_rates), "rank": [*rank, -place if backwards else place]},
        }
    )
