"""What the hub says of the customer itself."""

import pytest

from tests.resolvers.reading.stripe_objects import (
    DAY,
    NOW,
    card,
    coupon,
    customer,
    discount,
    invoice,
    invoice_item,
    payment_method,
)
from tests.resolvers.reading.world import ADA, World


def of_customer(world: World, selection: str) -> dict[str, object]:
    answer: dict[str, object] = world.ask(f'{{ customer(id: "cus_1") {{ {selection} }} }}')
    return answer


@pytest.mark.parametrize(
    ("balance", "credit", "pending"), [(-250, 250, 0), (250, 0, 250), (0, 0, 0), (-(2**40), 2**40, 0)]
)
def test_credits_and_pending_charges_are_the_two_signs_of_the_balance(
    world: World, balance: int, credit: int, pending: int
) -> None:
    world.put(customer(balance=balance, currency="eur"))
    amounts = of_customer(
        world, "balance { minorUnits } credits { minorUnits currency } pendingCharges { minorUnits currency }"
    )
    assert amounts == {
        "balance": {"minorUnits": balance},
        "credits": {"minorUnits": credit, "currency": "EUR"},
        "pendingCharges": {"minorUnits": pending, "currency": "EUR"},
    }


def test_a_customer_who_never_paid_has_no_currency_and_a_balance_of_nothing(world: World) -> None:
    world.put(customer(currency=None))
    answer = of_customer(world, "currency balance { minorUnits decimal } credits { minorUnits }")
    assert answer == {"currency": None, "balance": {"minorUnits": 0, "decimal": "0.00"}, "credits": {"minorUnits": 0}}


def test_what_stripe_left_out_of_a_customer_reads_as_nothing(world: World) -> None:
    stub = {"id": "cus_1", "object": "customer", "livemode": False, "created": NOW}
    world.put(stub)
    answer = of_customer(
        world,
        "email balance { decimal } delinquent preferredLocales metadata address { city } taxExempt discounts { id }",
    )
    assert answer == {
        "email": None,
        "balance": None,
        "delinquent": False,
        "preferredLocales": [],
        "metadata": {},
        "address": None,
        "taxExempt": None,
        "discounts": [],
    }


def test_every_plain_field_comes_from_stripes_object(world: World) -> None:
    address = {"line1": "Elm 1", "line2": "", "city": "Graz", "state": None, "postal_code": "8010", "country": "AT"}
    world.put(
        customer(
            subscriber="ada",
            address=address,
            description="VIP",
            name="Ada \u0141",
            phone="+43",
            preferred_locales=["de", "en"],
            tax_exempt="reverse",
            delinquent=True,
        ),
        at=NOW - 5,
    )
    answer = of_customer(
        world,
        "subscriber name phone description taxExempt preferredLocales delinquent livemode deleted created observedAt "
        "address { line1 line2 city state postalCode country }",
    )
    assert answer == {
        "subscriber": "ada",
        "name": "Ada \u0141",
        "phone": "+43",
        "description": "VIP",
        "taxExempt": "REVERSE",
        "preferredLocales": ["de", "en"],
        "delinquent": True,
        "livemode": False,
        "deleted": False,
        "created": "2026-09-28T09:30:00Z",
        "observedAt": "2026-10-28T09:29:55Z",
        "address": {
            "line1": "Elm 1",
            "line2": "",
            "city": "Graz",
            "state": None,
            "postalCode": "8010",
            "country": "AT",
        },
    }


def test_metadata_keeps_its_order_and_subscribers_see_the_keys_that_the_settings_allow(world: World) -> None:
    metadata = {"subscriber_id": "ada", "zeta": "1", "alpha": "2", 'odd "key\\': "3"}
    world.put(customer(metadata=metadata))
    question = "{ viewer { metadata } }"
    assert list(of_customer(world, "metadata")["metadata"]) == list(metadata)  # type: ignore[call-overload]
    assert world.ask(question, by=ADA) == {"metadata": {}}
    open_to_all = world.with_policy(public_metadata_keys=frozenset({"alpha", "zeta", 'odd "key\\', "absent"}))
    shown = open_to_all.ask(question, by=ADA)["metadata"]
    assert list(shown.items()) == [("zeta", "1"), ("alpha", "2"), ('odd "key\\', "3")]


def test_payment_methods_are_labelled_as_people_know_them(world: World) -> None:
    world.put(
        customer(),
        card("pm_visa"),
        card("pm_new_brand", card={"brand": "cosmic_card", "last4": "1", "exp_month": 1, "exp_year": 2031}),
        payment_method("pm_sepa", "sepa_debit", last4="3000"),
        payment_method("pm_paypal", "paypal", payer_email="a@example.com"),
        payment_method("pm_new", "some_new_way"),
        payment_method("pm_bank", "us_bank_account", last4="6789"),
    )
    methods = of_customer(world, "paymentMethods { id label type }")["paymentMethods"]
    assert {each["id"]: each["label"] for each in methods} == {  # type: ignore[attr-defined]
        "pm_visa": "Visa •••• 4242",
        "pm_new_brand": "cosmic_card •••• 1",
        "pm_sepa": "SEPA •••• 3000",
        "pm_paypal": "PayPal",
        "pm_new": "some new way",
        "pm_bank": "Bank account •••• 6789",
    }


def test_a_card_shows_what_is_printed_on_it_and_other_kinds_show_none(world: World) -> None:
    wallet = {"type": "apple_pay", "dynamic_last4": "1111"}
    told = {"brand": "amex", "last4": "0005", "exp_month": 2, "exp_year": 2031, "funding": "credit", "country": "AT"}
    billing = {"name": "Ada", "email": "a@example.com"}
    world.put(
        customer(),
        card("pm_1", card={**told, "wallet": wallet}, billing_details=billing),
        payment_method("pm_2", "paypal"),
    )
    answer = of_customer(
        world,
        'paymentMethods(type: "card") { id billingName billingEmail '
        "card { brand last4 expMonth expYear funding country wallet } }",
    )
    shown = {"brand": "amex", "last4": "0005", "expMonth": 2, "expYear": 2031, "funding": "credit", "country": "AT"}
    expected = {
        "id": "pm_1",
        "billingName": "Ada",
        "billingEmail": "a@example.com",
        "card": {**shown, "wallet": "apple_pay"},
    }
    assert answer == {"paymentMethods": [expected]}
    assert world.ask('{ node(id: "pm_2") { ... on PaymentMethod { card { brand } } } }') == {"card": None}


def test_exactly_one_payment_method_is_the_default(world: World) -> None:
    world.put(customer(invoice_settings={"default_payment_method": "pm_2"}), card("pm_1"), card("pm_2"))
    answer = of_customer(world, "defaultPaymentMethod { id isDefault } paymentMethods { id isDefault }")
    assert answer == {
        "defaultPaymentMethod": {"id": "pm_2", "isDefault": True},
        "paymentMethods": [{"id": "pm_2", "isDefault": True}, {"id": "pm_1", "isDefault": False}],
    }


def test_a_default_payment_method_that_is_not_here_yet_reads_as_null(world: World) -> None:
    world.put(customer(invoice_settings={"default_payment_method": "pm_late"}))
    assert of_customer(world, "defaultPaymentMethod { id }") == {"defaultPaymentMethod": None}


def test_a_detached_payment_method_is_its_customers_no_more(world: World) -> None:
    world.put(customer(subscriber="ada"), card("pm_1"))
    world.put(card("pm_1", customer=None))
    assert of_customer(world, "paymentMethods { id }") == {"paymentMethods": []}
    assert world.ask('{ node(id: "pm_1") { id } }', by=ADA) is None


def test_items_are_pending_until_an_invoice_holds_them(world: World) -> None:
    world.put(
        customer(),
        invoice("in_1"),
        invoice_item("ii_z_old", date=NOW - DAY, amount=-300),
        invoice_item("ii_new"),
        invoice_item("ii_billed", invoice="in_1"),
    )
    world.put({"id": "ii_gone", "object": "invoiceitem", "deleted": True})
    items = of_customer(world, "pendingInvoiceItems { id amount { decimal } invoice { id } date periodStart }")
    assert items["pendingInvoiceItems"] == [
        {
            "id": "ii_new",
            "amount": {"decimal": "5.00"},
            "invoice": None,
            "date": "2026-10-28T08:30:00Z",
            "periodStart": "2026-10-28T09:30:00Z",
        },
        {
            "id": "ii_z_old",
            "amount": {"decimal": "-3.00"},
            "invoice": None,
            "date": "2026-10-27T09:30:00Z",
            "periodStart": "2026-10-28T09:30:00Z",
        },
    ]


def test_a_discount_of_the_dashboards_and_a_coupon_that_waits_are_shown(world: World) -> None:
    world.put(
        customer(discount=discount("di_1", coupon("HALF", percent_off=50.0)), metadata={"pending_coupon": "NEXT"}),
        coupon("NEXT", percent_off=None, amount_off=700, currency="eur", duration="once", name="Welcome"),
    )
    answer = of_customer(
        world,
        "discounts { id start end coupon { id percentOff amountOff { decimal } } } "
        "pendingCoupon { id name duration percentOff amountOff { decimal currency } }",
    )
    assert answer == {
        "discounts": [
            {
                "id": "di_1",
                "start": "2026-10-27T09:30:00Z",
                "end": None,
                "coupon": {"id": "HALF", "percentOff": "50", "amountOff": None},
            }
        ],
        "pendingCoupon": {
            "id": "NEXT",
            "name": "Welcome",
            "duration": "ONCE",
            "percentOff": None,
            "amountOff": {"decimal": "7.00", "currency": "EUR"},
        },
    }


def test_a_purged_customer_stays_in_the_operators_books_with_what_was_known(world: World) -> None:
    world.put(customer(subscriber="ada", email="a@example.com"), invoice("in_1"))
    world.put({"id": "cus_1", "object": "customer", "deleted": True})
    answer = of_customer(world, "id deleted email subscriber invoices { nodes { id customer { id } } }")
    assert answer == {
        "id": "cus_1",
        "deleted": True,
        "email": "a@example.com",
        "subscriber": None,
        "invoices": {"nodes": [{"id": "in_1", "customer": {"id": "cus_1"}}]},
    }
    assert world.ask("{ viewer { id } }", by=ADA) is None
    assert world.ask('{ customer(id: "cus_1") { id } }', by=ADA) is None
    assert world.ask('{ customerBySubscriber(subscriber: "ada") { id } }') is None
    assert world.ask("{ customers { nodes { id } } }") == {"nodes": []}
    assert world.ask("{ customers(filter: {deleted: true}) { nodes { id } } }") == {"nodes": [{"id": "cus_1"}]}


def test_the_oldest_live_customer_of_a_subscriber_is_theirs(world: World) -> None:
    world.put(customer("cus_b", subscriber="ada", created=10), customer("cus_a", subscriber="ada", created=20))
    assert world.ask("{ viewer { id } }", by=ADA) == {"id": "cus_b"}
    assert world.ask('{ customer(id: "cus_a") { id subscriber } }') == {"id": "cus_a", "subscriber": None}
    assert world.ask('{ customerBySubscriber(subscriber: "ada") { id } }') == {"id": "cus_b"}
    assert world.ask('{ customer(id: "cus_a") { id } }', by=ADA) is None
