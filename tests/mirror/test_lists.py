"""What Stripe lists is as whole as what it answers for one object."""

import pytest

from db.tables import RESOURCES
from mirror.gateway.lists import COMES_WITH, LISTED, Unlisted, listing_named, page_of
from mirror.stored import stored_forms
from tests.mirror.test_events import a_history
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


def test_every_mirrored_type_is_listed_or_comes_with_one_that_is() -> None:
    assert LISTED.keys() | COMES_WITH.keys() == {table.object_name for table in RESOURCES}
    assert not LISTED.keys() & COMES_WITH.keys()
    assert {owner for owners in COMES_WITH.values() for owner in owners} <= LISTED.keys()


async def test_an_object_of_a_list_has_the_stored_form_of_one_that_was_fetched(shop: Shop) -> None:
    await a_history(shop)
    prices = {"product": (await shop.stripe.all("/v1/products"))[0]["id"], "currency": "usd"}
    tiers = {
        "tiers[0][up_to]": "inf",
        "tiers[0][unit_amount]": 5,
        "tiers_mode": "graduated",
        "billing_scheme": "tiered",
    }
    await shop.stripe.post("/v1/prices", **prices, **tiers, **{"recurring[interval]": "month"})
    gateway = shop.services.gateway
    seen = set()
    for type, listing in LISTED.items():
        for listed in (await gateway.send(page_of(listing))).data["data"]:
            fetched = (await gateway.fetch(type, listed["id"])).data
            assert next(stored_forms(listed)) == next(stored_forms(fetched))
            seen.add(type)
    assert LISTED.keys() - seen == {"promotion_code"}


@pytest.mark.parametrize("name", ["invoice_items", "invoiceitems", "invoiceitem"])
def test_a_resource_has_our_name_and_stripes(name: str) -> None:
    assert listing_named(name).type == "invoiceitem"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("subscription_items", "subscription_items come with subscriptions: name those."),
        ("invoice_lines", "invoice_lines come with invoices: name those."),
        ("discounts", "discounts come with customers and subscriptions and invoices: name those."),
        ("customer_stuff", "There is no resource customer_stuff. There are charges, coupons, "),
    ],
)
def test_what_cannot_be_listed_says_what_can(name: str, said: str) -> None:
    with pytest.raises(Unlisted) as error:
        listing_named(name)
    assert str(error.value).startswith(said)
