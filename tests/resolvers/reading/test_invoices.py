"""Invoices, their lines and payments, and the charges that paid them."""

from typing import Any

import pytest

from tests.resolvers.reading.stripe_objects import (
    DAY,
    HOUR,
    NOW,
    card,
    charge,
    customer,
    invoice,
    invoice_item,
    invoice_payment,
    line,
    payment_intent,
    price,
    product,
    refund,
    subscription,
)
from tests.resolvers.reading.world import ADA, OPERATOR, World


def of_invoice(world: World, selection: str) -> dict[str, Any]:
    answer: dict[str, Any] = world.ask(f'{{ invoice(id: "in_1") {{ {selection} }} }}')
    return answer


@pytest.mark.parametrize(
    ("taxes", "tax"),
    [(None, None), ([], {"minorUnits": 0}), ([{"amount": 3}, {"amount": 2**33}], {"minorUnits": 2**33 + 3})],
)
def test_tax_is_null_until_it_is_computed_and_nothing_is_a_sum_too(world: World, taxes: Any, tax: Any) -> None:
    world.put(invoice(total_taxes=taxes))
    assert of_invoice(world, "tax { minorUnits }") == {"tax": tax}


def test_every_plain_field_of_an_invoice_comes_from_stripes_object(world: World) -> None:
    moments = {"finalized_at": NOW - 5, "paid_at": NOW - 4, "voided_at": NOW - 3}
    world.put(
        customer(),
        subscription(),
        invoice(
            subscription="sub_1",
            number="A-1",
            status="void",
            billing_reason="subscription_cycle",
            collection_method="send_invoice",
            subtotal=2**40,
            total=900,
            amount_due=800,
            amount_paid=700,
            amount_remaining=100,
            starting_balance=-100,
            ending_balance=None,
            attempt_count=3,
            next_payment_attempt=NOW + HOUR,
            due_date=NOW + DAY,
            hosted_invoice_url="https://example.com/i",
            invoice_pdf="https://example.com/i.pdf",
            description="Thanks",
            metadata={"b": "1", "a": "2"},
            status_transitions=moments,
        ),
    )
    answer = of_invoice(
        world,
        """number status billingReason collectionMethod currency customer { id } subscription { id }
        subtotal { minorUnits } total { minorUnits } amountDue { minorUnits } amountPaid { minorUnits }
        amountRemaining { minorUnits } startingBalance { minorUnits currency } endingBalance { minorUnits } attemptCount
        nextPaymentAttempt dueDate paidAt finalizedAt voidedAt periodStart periodEnd hostedInvoiceUrl pdfUrl description
        metadata livemode created observedAt discounts { id } payments { id }""",
    )
    assert answer == {
        "number": "A-1",
        "status": "VOID",
        "billingReason": "SUBSCRIPTION_CYCLE",
        "collectionMethod": "SEND_INVOICE",
        "currency": "USD",
        "customer": {"id": "cus_1"},
        "subscription": {"id": "sub_1"},
        "subtotal": {"minorUnits": 2**40},
        "total": {"minorUnits": 900},
        "amountDue": {"minorUnits": 800},
        "amountPaid": {"minorUnits": 700},
        "amountRemaining": {"minorUnits": 100},
        "startingBalance": {"minorUnits": -100, "currency": "USD"},
        "endingBalance": None,
        "attemptCount": 3,
        "nextPaymentAttempt": "2026-10-28T10:30:00Z",
        "dueDate": "2026-10-29T09:30:00Z",
        "paidAt": "2026-10-28T09:29:56Z",
        "finalizedAt": "2026-10-28T09:29:55Z",
        "voidedAt": "2026-10-28T09:29:57Z",
        "periodStart": "2026-09-28T09:30:00Z",
        "periodEnd": "2026-10-28T09:30:00Z",
        "hostedInvoiceUrl": "https://example.com/i",
        "pdfUrl": "https://example.com/i.pdf",
        "description": "Thanks",
        "metadata": {"b": "1", "a": "2"},
        "livemode": False,
        "created": "2026-10-27T09:30:00Z",
        "observedAt": "2026-10-28T09:30:00Z",
        "discounts": [],
        "payments": [],
    }


def test_a_status_or_reason_that_stripe_adds_reads_unrecognized(world: World) -> None:
    world.put(invoice(status="pondering", billing_reason="whim", collection_method="barter"))
    told = of_invoice(world, "status billingReason collectionMethod")
    assert told == {"status": "UNRECOGNIZED", "billingReason": "UNRECOGNIZED", "collectionMethod": "UNRECOGNIZED"}


def test_lines_come_in_the_order_of_the_invoice_and_page_both_ways(world: World) -> None:
    ids = ["il_z", "il_b", "il_y", "il_a", "il_x"]
    world.put(invoice(lines=[line(id) for id in ids]))
    seen: list[str] = []
    after = None
    while True:
        question = """query ($after: String) { invoice(id: "in_1") {
            lines(first: 2, after: $after) { nodes { id } totalCount pageInfo { endCursor hasNextPage } } } }"""
        page = world.ask(question, after=after)["lines"]
        assert page["totalCount"] == 5
        seen += [each["id"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ids
    last = of_invoice(world, "lines(last: 2) { nodes { id } pageInfo { hasPreviousPage hasNextPage } }")["lines"]
    assert last == {
        "nodes": [{"id": "il_a"}, {"id": "il_x"}],
        "pageInfo": {"hasPreviousPage": True, "hasNextPage": False},
    }


def test_lines_that_an_invoice_no_longer_lists_are_gone(world: World) -> None:
    world.put(invoice(lines=[line("il_1"), line("il_2")]))
    world.put(invoice(lines=[line("il_3"), line("il_2")]), at=NOW + 1)
    assert of_invoice(world, "lines { nodes { id } }") == {"lines": {"nodes": [{"id": "il_3"}, {"id": "il_2"}]}}


def test_a_line_tells_what_it_is_for(world: World) -> None:
    prorated = {"type": "invoice_item_details", "invoice_item_details": {"proration": True}}
    world.put(
        product(),
        price(),
        invoice(lines=[line("il_1", amount=-70, quantity=None, parent=prorated), line("il_2", pricing=None)]),
    )
    answer = of_invoice(
        world,
        "lines { nodes { amount { decimal } quantity price { id } proration periodStart periodEnd description } }",
    )
    period = {"periodStart": "2026-09-28T09:30:00Z", "periodEnd": "2026-10-28T09:30:00Z"}
    assert answer["lines"]["nodes"] == [
        {
            "amount": {"decimal": "-0.70"},
            "quantity": None,
            "price": {"id": "price_1"},
            "proration": True,
            "description": "il_1",
            **period,
        },
        {
            "amount": {"decimal": "10.00"},
            "quantity": 1,
            "price": None,
            "proration": False,
            "description": "il_2",
            **period,
        },
    ]


def test_an_invoice_and_its_charge_lead_to_each_other_by_the_payment(world: World) -> None:
    world.put(
        customer(),
        invoice(status="paid"),
        invoice("in_2"),
        invoice_payment("inpay_1", "in_1", payment_intent="pi_1"),
        payment_intent("pi_1", latest_charge="ch_1"),
        charge("ch_failed", payment_intent="pi_1", status="failed", paid=False, created=NOW - 2 * DAY),
        charge("ch_1", payment_intent="pi_1"),
        charge("ch_alone", payment_intent="pi_2"),
        charge("ch_bare"),
    )
    answer = of_invoice(
        world,
        "payments { id status isDefault amountRequested { decimal } amountPaid { decimal } "
        "charge { id invoice { id } } }",
    )
    ten = {"decimal": "10.00"}
    payment = {"id": "inpay_1", "status": "PAID", "isDefault": True, "amountRequested": ten, "amountPaid": ten}
    assert answer == {"payments": [{**payment, "charge": {"id": "ch_1", "invoice": {"id": "in_1"}}}]}
    charges = world.ask('{ customer(id: "cus_1") { charges { nodes { id invoice { id } } } } }')["charges"]["nodes"]
    assert {each["id"]: each["invoice"] for each in charges} == {
        "ch_1": {"id": "in_1"},
        "ch_failed": {"id": "in_1"},
        "ch_alone": None,
        "ch_bare": None,
    }


def test_a_payment_by_a_bare_charge_leads_both_ways_too(world: World) -> None:
    payment = invoice_payment("inpay_1", "in_1", payment_intent="")
    payment["payment"] = {"type": "charge", "charge": "py_1"}
    world.put(customer(), invoice(), payment, charge("py_1"))
    assert of_invoice(world, "payments { charge { id } }") == {"payments": [{"charge": {"id": "py_1"}}]}
    assert world.ask('{ charge(id: "py_1") { invoice { id } } }') == {"invoice": {"id": "in_1"}}


def test_a_charge_shows_its_refunds_newest_first_and_they_lead_back(world: World) -> None:
    world.put(
        customer(),
        card(),
        charge(amount_refunded=300, refunded=False, disputed=True, payment_method="pm_1", status="succeeded"),
        refund("re_1", amount=100, reason="duplicate", metadata={"k": "v"}),
        refund("pyr_2", amount=200, created=NOW, status="requires_action"),
        refund("re_3", "ch_other"),
    )
    answer = world.ask(
        """{ charge(id: "ch_1") { amountRefunded { decimal } refunded disputed captured paid status paymentMethod { id }
            refunds { id amount { decimal } status reason metadata created charge { id } } } }"""
    )
    back = {"charge": {"id": "ch_1"}}
    assert answer == {
        "amountRefunded": {"decimal": "3.00"},
        "refunded": False,
        "disputed": True,
        "captured": True,
        "paid": True,
        "status": "SUCCEEDED",
        "paymentMethod": {"id": "pm_1"},
        "refunds": [
            {
                "id": "pyr_2",
                "amount": {"decimal": "2.00"},
                "status": "REQUIRES_ACTION",
                "reason": None,
                "metadata": {},
                "created": "2026-10-28T09:30:00Z",
                **back,
            },
            {
                "id": "re_1",
                "amount": {"decimal": "1.00"},
                "status": "SUCCEEDED",
                "reason": "duplicate",
                "metadata": {"k": "v"},
                "created": "2026-10-28T08:30:00Z",
                **back,
            },
        ],
    }


def test_amounts_of_another_currency_keep_their_own(world: World) -> None:
    world.put(
        customer(currency="usd"),
        charge(amount=2**33, currency="jpy"),
        invoice_item("ii_1", currency="kwd", amount=-1230),
    )
    answer = world.ask(
        '{ customer(id: "cus_1") { charges { nodes { amount { decimal currency } } } '
        "pendingInvoiceItems { amount { decimal currency } } } }"
    )
    assert answer == {
        "charges": {"nodes": [{"amount": {"decimal": "8589934592", "currency": "JPY"}}]},
        "pendingInvoiceItems": [{"amount": {"decimal": "-1.230", "currency": "KWD"}}],
    }


def test_what_an_invoice_refers_to_and_is_not_here_yet_reads_as_null(world: World) -> None:
    world.put(invoice(customer="cus_late", subscription="sub_late", discounts=["di_late"]))
    assert of_invoice(world, "customer { id } subscription { id } discounts { id }") == {
        "customer": None,
        "subscription": None,
        "discounts": [],
    }


def test_what_was_deleted_is_gone_where_its_type_has_no_mark_for_it(world: World) -> None:
    world.put(customer(subscriber="ada"), subscription(latest_invoice="in_1"))
    world.put(invoice(status="draft", subscription="sub_1"), invoice_item("ii_1", invoice="in_1"), invoice_item("ii_2"))
    question = """{ invoice(id: "in_1") { id } node(id: "ii_2") { id } customer(id: "cus_1") {
        subscription { latestInvoice { id } } invoices { totalCount } pendingInvoiceItems { id } }
        item: node(id: "ii_1") { ... on InvoiceItem { id invoice { id } } } }"""
    there = world.ask(question, by=ADA)
    assert there["customer"]["subscription"] == {"latestInvoice": {"id": "in_1"}}
    assert there["item"] == {"id": "ii_1", "invoice": {"id": "in_1"}}
    world.put(
        {"id": "in_1", "object": "invoice", "deleted": True}, {"id": "ii_2", "object": "invoiceitem", "deleted": True}
    )
    hub = {"subscription": {"latestInvoice": None}, "invoices": {"totalCount": 0}, "pendingInvoiceItems": []}
    for caller in (ADA, OPERATOR):
        assert world.ask(question, by=caller) == {
            "invoice": None,
            "node": None,
            "customer": hub,
            "item": {"id": "ii_1", "invoice": None},
        }
