"""Events: the last one about an object shows it as it is, so that who only hears events knows everything."""

from collections.abc import Iterator

from tests.sandbox.client import Object
from tests.sandbox.conformance.events import ABOUT, known_types

# Changes that Stripe tells nobody of.
SILENT = {
    # A refund that fails is told of, the charge that has its money back is not.
    "charge": {"amount_refunded", "refunded"},
    "coupon": {"times_redeemed", "valid"},
    "customer": {"currency", "next_invoice_sequence"},
    # The money of a dispute that is won comes back after the event of its closing.
    "dispute": {"balance_transactions"},
    # Until it is finalized, an invoice shows its customer as it is.
    "invoice": {
        *("customer_address", "customer_email", "customer_name", "customer_phone", "customer_shipping"),
        *("customer_tax_exempt", "customer_tax_ids"),
    },
    "promotion_code": {"times_redeemed", "active"},
}


def tells_changes(kind: str) -> bool:
    """Whether there is an event for all that can change about a kind of object."""
    nouns = [kind, *(noun for noun, about in ABOUT.items() if about == kind)]
    return any(f"{noun}.updated" in known_types() for noun in nouns)


def own(row: Object) -> Object:
    """Without the prices of items, which are objects of their own with events of their own."""
    if "items" not in row:
        return row
    items = [{name: item[name] for name in item.keys() - {"plan", "price"}} for item in row["items"]["data"]]
    return row | {"items": items}


def event_troubles(found: dict[str, list[Object]]) -> Iterator[str]:
    """Objects that differ from what the last event about them has said."""
    told: dict[tuple[str, str], Object] = {}
    for one in found["/v1/events"]:
        shown = one["data"]["object"]
        if "id" in shown:
            told.setdefault((shown["object"], shown["id"]), one)
    for row in (row for rows in found.values() for row in rows):
        if not tells_changes(row["object"]):
            continue
        event = told.get((row["object"], row["id"]))
        if event is not None:
            row, shown, quiet = own(row), own(event["data"]["object"]), SILENT.get(row["object"], set())
            names = [name for name in sorted(row.keys() | shown.keys()) if row.get(name) != shown.get(name)]
            if differing := set(names) - quiet:
                yield f"{row['id']} differs from its last {event['type']} in {', '.join(sorted(differing))}"
