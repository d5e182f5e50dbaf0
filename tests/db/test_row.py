"""From Stripe's object to the row of its table: what is not told is null, and nothing is made up."""

from collections.abc import Mapping
from typing import Any

import pytest

from db.columns import at
from db.row import typed_columns
from db.tables import RESOURCES, Charge, Customer, Invoice, InvoiceLine, Mirrored, Price, Refund, Subscription
from tests.resolvers.reading.stripe_objects import charge, customer, invoice, line, price, refund, subscription

WRITTEN_BY_THE_DOOR = {"account", "livemode", "id", "deleted", "observed_at"}


@pytest.mark.parametrize(
    ("document", "path", "value"),
    [
        ({"a": {"b": 1}}, ("a", "b"), 1),
        ({"a": {"b": None}}, ("a", "b"), None),
        ({"a": None}, ("a", "b"), None),
        ({"a": "text"}, ("a", "b"), None),
        ({"a": [1]}, ("a", "b"), None),
        ({}, ("a",), None),
        ({"a": False}, ("a",), False),
        ({"a": 0}, ("a",), 0),
    ],
)
def test_a_path_that_leads_nowhere_is_null(document: Mapping[str, Any], path: tuple[str, ...], value: Any) -> None:
    assert at(document, *path) == value


@pytest.mark.parametrize("table", RESOURCES, ids=lambda table: table.__tablename__)
def test_a_stub_makes_a_row_of_nulls(table: type[Mirrored]) -> None:
    row = typed_columns(table, {"id": "x", "object": table.object_name})
    assert row.pop("created") == 0
    assert {name for name, value in row.items() if value} == set()


@pytest.mark.parametrize("table", RESOURCES, ids=lambda table: table.__tablename__)
def test_every_column_comes_from_the_object_or_is_written_by_the_door(table: type[Mirrored]) -> None:
    rest = {column.name for column in table.__table__.columns if "read" not in column.info} - WRITTEN_BY_THE_DOOR
    door = {"customers": {"claimed_subscriber"}, "subscriptions": {"current_period_start", "current_period_end"}}
    parts = {"subscription_items": {"position"}, "invoice_lines": {"position"}}
    assert rest == (door | parts).get(table.__tablename__, set())


@pytest.mark.parametrize("table", RESOURCES, ids=lambda table: table.__tablename__)
def test_references_point_to_kinds_that_are_mirrored(table: type[Mirrored]) -> None:
    kinds = {each.object_name for each in RESOURCES}
    assert {column.info["to"] for column in table.__table__.columns if "to" in column.info} <= kinds


@pytest.mark.parametrize(
    ("table", "stripe_object", "expected"),
    [
        (
            Customer,
            customer(
                balance=-(2**40), invoice_settings={"default_payment_method": "pm_1"}, metadata={"b": "1", "a": "ü"}
            ),
            {"balance": -(2**40), "default_payment_method": "pm_1", "metadata": '{"b":"1","a":"ü"}', "discount": None},
        ),
        (Charge, charge(amount=2**33, disputed=True), {"amount": 2**33, "disputed": True, "status": "succeeded"}),
        (Refund, refund("re_1"), {"charge": "ch_1", "amount": 100}),
        (Price, price(unit_amount=None, lookup_key="gold"), {"unit_amount": None, "lookup_key": "gold"}),
        (
            Invoice,
            invoice(subscription="sub_1", total_taxes=[{"amount": 1}, {"amount": 2}], discounts=["di_2", "di_1"]),
            {"subscription": "sub_1", "tax": 3, "discounts": '["di_2","di_1"]', "status": "open"},
        ),
        (Invoice, invoice(total_taxes=None), {"subscription": None, "tax": None, "discounts": "[]"}),
        (
            InvoiceLine,
            line("il_1", parent={"type": "x", "subscription_item_details": {"proration": True}}),
            {"proration": True, "price": "price_1"},
        ),
        (
            InvoiceLine,
            line("il_1", pricing=None, parent={"type": "x", "invoice_item_details": None}),
            {"proration": False},
        ),
        (Subscription, subscription(cancel_at_period_end=True), {"cancel_at_period_end": True, "customer": "cus_1"}),
    ],
)
def test_columns_hold_what_stripe_told(table: type[Mirrored], stripe_object: dict[str, Any], expected: Any) -> None:
    row = typed_columns(table, stripe_object)
    assert {name: row[name] for name in expected} == expected
