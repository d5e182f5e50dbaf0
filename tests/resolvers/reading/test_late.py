"""Fields that SQL alone cannot answer fail and wait by themselves. Nothing listens where Stripe should be."""

import pytest
from structlog.testing import capture_logs

from tests.resolvers.reading.everything import belongings, catalogue
from tests.resolvers.reading.stripe_objects import NOW, charge, invoice
from tests.resolvers.reading.world import ADA, World

AWAY = {"message": "Stripe cannot be asked now. Try again in a moment.", "extensions": {"code": "STRIPE_UNAVAILABLE"}}


@pytest.fixture
def full(world: World) -> World:
    world.put(*catalogue(), *belongings("a", "ada"))
    return world


def test_while_stripe_is_away_the_rest_of_the_answer_stands(full: World) -> None:
    question = """{ viewer { id now: upcomingInvoice { total { decimal } } then: upcomingInvoice { currency } email
        subscription { latestInvoice { id paymentAction { clientSecret } } } } products { totalCount } }"""
    with capture_logs() as logged:
        answer = full.answer(question, by=ADA)
    assert [entry["event"] for entry in logged] == ["Stripe could not be asked"] * 3
    assert answer["data"] == {
        "viewer": {
            "id": "cus_a",
            "now": None,
            "then": None,
            "email": "cus_a@example.com",
            "subscription": {"latestInvoice": {"id": "in_a", "paymentAction": None}},
        },
        "products": {"totalCount": 1},
    }
    errors = {tuple(error.pop("path")): error for error in answer["errors"]}
    assert errors.keys() == {
        ("viewer", "now"),
        ("viewer", "then"),
        ("viewer", "subscription", "latestInvoice", "paymentAction"),
    }
    for error in errors.values():
        assert len(error.pop("locations")) == 1
        assert error == AWAY


def test_stripe_is_not_asked_about_what_the_mirror_knows_to_be_settled(full: World) -> None:
    for number, status in enumerate(("draft", "paid", "void", "uncollectible")):
        full.put(invoice(f"in_{number}", "cus_a", status=status, created=NOW + number + 1))
    nodes = full.ask("{ viewer { invoices(first: 4) { nodes { paymentAction { clientSecret } } } } }", by=ADA)
    assert nodes["invoices"]["nodes"] == [{"paymentAction": None}] * 4
    assert full.ask('{ customer(id: "nope") { upcomingInvoice { currency } } }') is None


def test_a_preview_that_cannot_be_is_told_without_asking_stripe(full: World) -> None:
    question = (
        """query ($items: [PreviewItemInput!]) { viewer { upcomingInvoice(preview: {items: $items}) { currency } } }"""
    )
    answer = full.answer(question, by=ADA, items=[{"remove": True}])
    (error,) = answer["errors"]
    assert error["path"] == ["viewer", "upcomingInvoice"]
    assert error["extensions"] == {"code": "INVALID_INPUT"}
    assert answer["data"] == {"viewer": {"upcomingInvoice": None}}


def test_operators_see_how_many_of_each_kind_are_mirrored(full: World) -> None:
    full.put(charge("ch_gone", "cus_a"))
    full.put({"id": "ch_gone", "object": "charge", "deleted": True})
    status = full.ask(
        """{ mirror { apiVersion lastEventAt lagSeconds eventsPending eventsFailed operationsPending caughtUpAt
            lastSyncedAt warnings resources { name rows oldestObservedAt syncCompletedAt } } }"""
    )
    kinds = {each["name"]: each["rows"] for each in status.pop("resources")}
    assert kinds["charges"] == kinds["customers"] == kinds["subscription_items"] == 1
    assert kinds["discounts"] == 2
    assert status.pop("apiVersion")
    assert [sentence for sentence in status.pop("warnings") if "sync" in sentence]
    nothing = dict.fromkeys(("lagSeconds", "eventsPending", "eventsFailed", "operationsPending"), 0)
    assert status == {**nothing, "lastEventAt": None, "caughtUpAt": None, "lastSyncedAt": None}
