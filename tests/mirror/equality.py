"""Whether the mirror is right, asked of Stripe object by object: what that means is in mirror/equality.py."""

from collections.abc import AsyncIterator, Iterable

from sqlalchemy import select

from db.engine import reading
from db.tables import StoredObject
from mirror.equality import Held, differing_columns, differing_fields
from mirror.errors import NotFetchable, NotFound
from mirror.gateway.lists import LISTED, page_of, test_clocks
from mirror.held import held_objects
from mirror.stored import MIRRORED_TYPES, PART_TYPES, Key, Stored, stored_forms
from tests.resolvers.shop import SUBSCRIBER_KEY, Shop


async def differences(shop: Shop) -> list[str]:
    """Every object that is missing here, or that reads differently at Stripe, or whose row is not what its JSON says.

    What Stripe changes silently and nobody reads is left out.
    """
    account = shop.services.account
    statement = select(StoredObject.type, StoredObject.id).where(StoredObject.account == account.id)
    async with reading(shop.services.engine).connect() as connection:
        keys = {Key(*row) for row in await connection.execute(statement)}
        held = await held_objects(connection, account, keys, subscriber_key=SUBSCRIBER_KEY)
    found = [f"{key} is at Stripe and not here" for key in await _at_stripe(shop) - keys]
    # What belonged to a draft invoice that was deleted is out of sight with it.
    alive_parts = {key for key, each in held.items() if key.type in PART_TYPES and not each.deleted and each.owner}
    for key in sorted(key for key in keys if key.type in MIRRORED_TYPES):
        found.extend(f"{key}: the row says {each.held!r} in {each.path}" for each in differing_columns(held[key]))
        async for form in _now(shop, key):
            alive_parts.discard(form.key)
            found.extend(_differing(form, held))
    found.extend(f"{key} is in nothing at Stripe and alive here" for key in alive_parts)
    return sorted(found)


def _differing(form: Stored, held: dict[Key, Held]) -> Iterable[str]:
    if form.key not in held:
        return [f"{form.key} is at Stripe and not here"]
    return [
        f"{form.key} differs in {each.path}: {each.right!r} at Stripe, {each.held!r} here"
        for each in differing_fields(form, held[form.key].data, deleted=held[form.key].deleted)
        if not each.silent
    ]


async def _now(shop: Shop, key: Key) -> AsyncIterator[Stored]:
    """The object and its parts as Stripe has them now."""
    gateway = shop.services.gateway
    try:
        answer = await gateway.fetch(*key)
    except NotFetchable:
        return
    except NotFound:
        yield Stored(key, {}, deleted=True)
        return
    data = dict(answer.data)
    # A list within an object is cut short.
    for type, name, pages in (
        ("invoice", "lines", gateway.invoice_lines),
        ("subscription", "items", gateway.subscription_items),
    ):
        if key.type == type and data.get(name, {}).get("has_more"):
            members = [member async for page in pages(key.id) for member in page.data["data"]]
            data[name] = {"object": "list", "data": members}
    for form in stored_forms(data):
        if form.key == key or form.key.type in PART_TYPES:
            yield form


async def _at_stripe(shop: Shop) -> set[Key]:
    """Everything that Stripe lists, what is on test clocks too."""
    gateway = shop.services.gateway
    clocks = [clock["id"] async for page in gateway.pages(test_clocks()) for clock in page.data["data"]]
    return {
        Key(each["object"], each["id"])
        for listing in LISTED.values()
        for clock in (None, *(clocks if listing.by_test_clock else ()))
        async for page in gateway.pages(page_of(listing, test_clock=clock))
        for each in page.data["data"]
    }
