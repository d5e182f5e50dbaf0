"""What it means that the mirror is right: it holds the stored form of what Stripe would answer now."""

from sqlalchemy import select

from db.tables import RESOURCES, StoredObject
from mirror.errors import NotFetchable, NotFound
from mirror.stored import Key, stored_forms, with_what_was_known
from tests.resolvers.shop import Shop

COUNTED_SILENTLY = {"customer": {"next_invoice_sequence"}}
"""What Stripe changes without an event, and nobody reads."""
LISTS = (
    "customers",
    "products",
    "prices",
    "coupons",
    "promotion_codes",
    "subscriptions",
    "invoices",
    "invoiceitems",
    "payment_intents",
    "charges",
    "refunds",
)


async def differences(shop: Shop) -> list[str]:
    """Every object that is missing here, or that reads differently at Stripe."""
    account = shop.services.account
    statement = select(StoredObject).where(StoredObject.account == account.id)
    async with shop.services.engine.connect() as connection:
        rows = {Key(row.type, row.id): row for row in await connection.execute(statement)}
    found = [f"{key} is at Stripe and not here" for key in await _at_stripe(shop) - rows.keys()]
    for key, row in rows.items():
        if key.type not in {table.object_name for table in RESOURCES}:
            continue
        try:
            answer = await shop.services.gateway.fetch(*key)
        except NotFetchable:
            continue
        except NotFound:
            if not row.deleted:
                found.append(f"{key} is gone at Stripe and alive here")
            continue
        form = next(stored_forms(answer.data))
        if form.deleted != row.deleted:
            found.append(f"{key} is {'' if form.deleted else 'not '}deleted at Stripe")
        expected = with_what_was_known(form, row.data)
        names = {
            name for name in expected.keys() | row.data.keys() if expected.get(name, ...) != row.data.get(name, ...)
        }
        if names - COUNTED_SILENTLY.get(key.type, set()):
            found.append(f"{key} differs in {sorted(names)}")
    return sorted(found)


async def _at_stripe(shop: Shop) -> set[Key]:
    found: set[Key] = set()
    for path in LISTS:
        every = {"status": "all"} if path == "subscriptions" else {}
        found |= {Key(each["object"], each["id"]) for each in await shop.stripe.all(f"/v1/{path}", **every)}
    return found
