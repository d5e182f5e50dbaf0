"""Products, prices, coupons: what is sold, for how much, and for how much less."""

from typing import Any

import pytest

from tests.resolvers.reading.stripe_objects import DAY, NOW, coupon, customer, discount, price, product, subscription
from tests.resolvers.reading.world import ADA, OPERATOR, World


def of_price(world: World, selection: str) -> dict[str, Any]:
    answer: dict[str, Any] = world.ask(f'{{ price(id: "price_1") {{ {selection} }} }}')
    return answer


def test_a_product_shows_what_customers_see_of_it(world: World) -> None:
    features = [{"name": 'Fast "enough"'}, {"name": "Ünïcode\n"}]
    images = ["https://example.com/a.png", "https://example.com/b.png"]
    world.put(
        product(
            name="Pro", description="All of it", images=images, marketing_features=features, default_price="price_1"
        ),
        price(),
        price("price_old", active=False),
        price("price_new", created=NOW),
        product("prod_2"),
        price("price_2", "prod_2"),
    )
    answer = world.ask(
        '{ product(id: "prod_1") { name description images marketingFeatures active deleted defaultPrice { id } '
        "prices { id } all: prices(active: null) { id } old: prices(active: false) { id } } }"
    )
    assert answer == {
        "name": "Pro",
        "description": "All of it",
        "images": images,
        "marketingFeatures": ['Fast "enough"', "Ünïcode\n"],
        "active": True,
        "deleted": False,
        "defaultPrice": {"id": "price_1"},
        "prices": [{"id": "price_new"}, {"id": "price_1"}],
        "all": [{"id": "price_new"}, {"id": "price_old"}, {"id": "price_1"}],
        "old": [{"id": "price_old"}],
    }


def test_a_product_that_stripe_told_little_of_has_no_pictures_and_no_features(world: World) -> None:
    world.put({"id": "prod_1", "object": "product", "name": "Bare", "active": True, "created": NOW, "livemode": False})
    answer = world.ask('{ product(id: "prod_1") { images marketingFeatures defaultPrice { id } metadata } }')
    assert answer == {"images": [], "marketingFeatures": [], "defaultPrice": None, "metadata": {}}


def test_a_plain_price_has_an_amount_and_an_interval(world: World) -> None:
    recurring = {"interval": "year", "interval_count": 2, "usage_type": "licensed"}
    world.put(product(), price(unit_amount=2**33, unit_amount_decimal=str(2**33), recurring=recurring, nickname="old"))
    answer = of_price(
        world,
        "type billingScheme currency nickname unitAmount { minorUnits decimal } unitAmountDecimal tiers { upTo } "
        "recurring { interval intervalCount usageType } product { id }",
    )
    assert answer == {
        "type": "RECURRING",
        "billingScheme": "PER_UNIT",
        "currency": "USD",
        "nickname": "old",
        "unitAmount": {"minorUnits": 2**33, "decimal": "85899345.92"},
        "unitAmountDecimal": "8589934592",
        "tiers": None,
        "recurring": {"interval": "YEAR", "intervalCount": 2, "usageType": "licensed"},
        "product": {"id": "prod_1"},
    }


@pytest.mark.parametrize(
    ("told", "shown"),
    [("0.5", "0.5"), ("12.340000000000", "12.34"), ("1000", "1000"), ("0.000000000001", "0.000000000001")],
)
def test_a_price_below_a_cent_is_exact_as_a_decimal_and_has_no_amount(world: World, told: str, shown: str) -> None:
    world.put(price(unit_amount=None, unit_amount_decimal=told))
    answer = of_price(world, "unitAmount { decimal } unitAmountDecimal")
    assert answer == {"unitAmount": None, "unitAmountDecimal": shown}


def test_a_tiered_price_shows_its_steps_in_order_and_in_its_currency(world: World) -> None:
    tiers = [
        {"up_to": 10, "unit_amount": 500, "unit_amount_decimal": "500", "flat_amount": None},
        {"up_to": 2**40, "unit_amount": None, "unit_amount_decimal": "0.5", "flat_amount": 1000},
        {"up_to": None, "unit_amount": 0, "unit_amount_decimal": "0", "flat_amount": 0},
    ]
    world.put(price(billing_scheme="tiered", unit_amount=None, unit_amount_decimal=None, currency="jpy", tiers=tiers))
    answer = of_price(
        world,
        "billingScheme unitAmount { decimal } "
        "tiers { upTo unitAmount { decimal currency } flat: flatAmount { minorUnits } }",
    )
    assert answer == {
        "billingScheme": "TIERED",
        "unitAmount": None,
        "tiers": [
            {"upTo": 10, "unitAmount": {"decimal": "500", "currency": "JPY"}, "flat": None},
            {"upTo": 2**40, "unitAmount": None, "flat": {"minorUnits": 1000}},
            {"upTo": None, "unitAmount": {"decimal": "0", "currency": "JPY"}, "flat": {"minorUnits": 0}},
        ],
    }


def test_tiers_stay_when_an_event_leaves_them_out(world: World) -> None:
    tiers = [{"up_to": None, "unit_amount": 7, "unit_amount_decimal": "7", "flat_amount": None}]
    world.put(price(billing_scheme="tiered", tiers=tiers))
    world.put(price(billing_scheme="tiered", nickname="renamed"), at=NOW + 1)
    answer = of_price(world, "nickname tiers { unitAmount { minorUnits } }")
    assert answer == {"nickname": "renamed", "tiers": [{"unitAmount": {"minorUnits": 7}}]}


def test_what_stripe_adds_to_its_enums_reads_unrecognized(world: World) -> None:
    recurring = {"interval": "fortnight", "interval_count": 1}
    world.put(price(type="rented", billing_scheme="by_mood", recurring=recurring), coupon("c", duration="leap_year"))
    world.put(customer(tax_exempt="partly"))
    assert of_price(world, "type billingScheme recurring { interval }") == {
        "type": "UNRECOGNIZED",
        "billingScheme": "UNRECOGNIZED",
        "recurring": {"interval": "UNRECOGNIZED"},
    }
    assert world.ask('{ node(id: "c") { ... on Coupon { duration } } }') == {"duration": "UNRECOGNIZED"}
    assert world.ask('{ customer(id: "cus_1") { taxExempt } }') == {"taxExempt": "UNRECOGNIZED"}
    # The word itself is no value of Stripe's, and neither is another spelling of one.
    world.put(price(type="unrecognized", billing_scheme="PER_UNIT", recurring=None), at=NOW + 1)
    answer = of_price(world, "type billingScheme recurring { interval }")
    assert answer == {"type": "UNRECOGNIZED", "billingScheme": "UNRECOGNIZED", "recurring": None}


def test_a_lookup_key_finds_the_price_that_has_it_now(world: World) -> None:
    world.put(product(), price("price_1", lookup_key="gold"), price("price_2"))
    question = '{ priceByLookupKey(lookupKey: "gold") { id lookupKey } }'
    assert world.ask(question, by=ADA) == {"id": "price_1", "lookupKey": "gold"}
    world.put(price("price_1", lookup_key=None), price("price_2", lookup_key="gold"), at=NOW + 1)
    assert world.ask(question, by=ADA) == {"id": "price_2", "lookupKey": "gold"}
    assert world.ask('{ priceByLookupKey(lookupKey: "silver") { id } }') is None


def test_operators_see_what_was_deleted_with_its_mark_and_subscribers_do_not(world: World) -> None:
    world.put(product(), price(), coupon("c"))
    for id, kind in (("prod_1", "product"), ("price_1", "price"), ("c", "coupon")):
        world.put({"id": id, "object": kind, "deleted": True})
    question = """{ product(id: "prod_1") { id deleted name } price(id: "price_1") { id deleted unitAmount { decimal } }
        node(id: "c") { ... on Coupon { id deleted percentOff } } products(active: null) { totalCount } }"""
    assert world.ask(question, by=OPERATOR) == {
        "product": {"id": "prod_1", "deleted": True, "name": "prod_1"},
        "price": {"id": "price_1", "deleted": True, "unitAmount": {"decimal": "25.00"}},
        "node": {"id": "c", "deleted": True, "percentOff": "10"},
        "products": {"totalCount": 0},
    }
    nothing = {"product": None, "price": None, "node": None, "products": {"totalCount": 0}}
    assert world.ask(question, by=ADA) == nothing


def test_subscribers_see_of_the_catalogue_what_is_active(world: World) -> None:
    world.put(product("prod_on"), product("prod_off", active=False))
    world.put(
        price("price_on", "prod_on"), price("price_off", "prod_on", active=False), price("price_of_off", "prod_off")
    )
    question = """{ products { nodes { id } } all: products(active: null) { nodes { id } totalCount }
        off: products(active: false) { nodes { id } }
        product(id: "prod_on") { prices { id } off: prices(active: false) { id } all: prices(active: null) { id } }
        hidden: product(id: "prod_off") { id } price(id: "price_on") { id } archived: price(id: "price_off") { id }
        unsold: price(id: "price_of_off") { id } }"""
    on = [{"id": "price_on"}]
    assert world.ask(question, by=ADA) == {
        "products": {"nodes": [{"id": "prod_on"}]},
        "all": {"nodes": [{"id": "prod_on"}], "totalCount": 1},
        "off": {"nodes": [{"id": "prod_on"}]},
        "product": {"prices": on, "off": on, "all": on},
        "hidden": None,
        "price": {"id": "price_on"},
        "archived": None,
        "unsold": None,
    }
    seen = world.ask(question, by=OPERATOR)
    assert seen["all"]["totalCount"] == 2
    assert seen["off"] == {"nodes": [{"id": "prod_off"}]}
    assert (seen["hidden"], seen["archived"], seen["unsold"]) == (
        {"id": "prod_off"},
        {"id": "price_off"},
        {"id": "price_of_off"},
    )


def test_below_their_own_subscription_subscribers_see_archived_prices_and_products(world: World) -> None:
    world.put(product(active=False), price(active=False), customer(subscriber="ada"), subscription())
    answer = world.ask("{ viewer { subscription { items { price { id active product { id active } } } } } }", by=ADA)
    sold = {"id": "price_1", "active": False, "product": {"id": "prod_1", "active": False}}
    assert answer == {"subscription": {"items": [{"price": sold}]}}


def test_discounts_come_in_the_order_in_which_they_count(world: World) -> None:
    code = {
        "id": "promo_1",
        "object": "promotion_code",
        "code": "SPRING",
        "active": True,
        "created": NOW,
        "promotion": {"type": "coupon", "coupon": "HALF"},
    }
    world.put(
        customer(),
        subscription(discounts=["di_b", "di_late", "di_a"]),
        discount(
            "di_a",
            coupon("HALF", percent_off=50.0, redeem_by=NOW, max_redemptions=3, times_redeemed=2),
            promotion_code="promo_1",
        ),
        discount(
            "di_b", coupon("odd id/with ♥", percent_off=12.5, duration="repeating", duration_in_months=3), end=NOW + DAY
        ),
        code,
    )
    answer = world.ask(
        """{ subscription(id: "sub_1") { discounts { id end promotionCode { id code }
             coupon { id percentOff duration durationInMonths valid redeemBy maxRedemptions timesRedeemed } } } }"""
    )
    plain = {"valid": True, "redeemBy": None, "maxRedemptions": None, "timesRedeemed": 0}
    odd = {"id": "odd id/with ♥", "percentOff": "12.5", "duration": "REPEATING", "durationInMonths": 3, **plain}
    half = {"id": "HALF", "percentOff": "50", "duration": "FOREVER", "durationInMonths": None, "valid": True}
    assert answer["discounts"] == [
        {"id": "di_b", "end": "2026-10-29T09:30:00Z", "promotionCode": None, "coupon": odd},
        {
            "id": "di_a",
            "end": None,
            "promotionCode": {"id": "promo_1", "code": "SPRING"},
            "coupon": {**half, "redeemBy": "2026-10-28T09:30:00Z", "maxRedemptions": 3, "timesRedeemed": 2},
        },
    ]
