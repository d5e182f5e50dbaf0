"""What equal means."""

from typing import Any

from db.row import typed_columns
from db.tables import Customer
from mirror.equality import ABSENT, HIDDEN, SILENT, SILENT_ON_DRAFTS, Held, differing_columns, differing_fields
from mirror.known import TABLES
from mirror.stored import Key, stored_forms
from resolvers.reading.sources import Column, Path
from schema import build_schema
from schema.declarations import declarations_of

CUSTOMER = {
    "object": "customer",
    "id": "cus_1",
    "created": 1,
    "name": "Ada",
    "address": {"city": "London", "country": "GB"},
    "preferred_locales": ["en", "fr"],
    "metadata": {},
    "next_invoice_sequence": 1,
}
SUBSCRIPTION = {"object": "subscription", "id": "sub_1", "created": 1, "status": "active", "items": ["si_1", "si_2"]}
ITEM = {"object": "subscription_item", "id": "si_1", "created": 1, "subscription": "sub_1", "quantity": 1}


def held(data: dict[str, Any], *, deleted: bool = False, row: dict[str, Any] | None = None, **around: Any) -> Held:
    """What a door that makes no mistakes would hold; `row` is what somebody wrote into the typed columns."""
    table = TABLES[data["object"]]
    right = {**typed_columns(table, data), "deleted": deleted, "observed_at": 5, "claimed_subscriber": None}
    key = Key(data["object"], data["id"])
    return Held(key, data, deleted, observed_at=5, table=table, row={**right, **(row or {})}, **around)


def fields(stripe_object: dict[str, Any], here: Held) -> list[tuple[str, Any, Any]]:
    (form,) = stored_forms(stripe_object)
    return [(each.path, each.right, each.held) for each in differing_fields(form, here.data, deleted=here.deleted)]


def test_the_same_is_the_same_and_what_differs_is_named_by_its_path() -> None:
    assert fields(CUSTOMER, held(CUSTOMER)) == []
    changed = {**CUSTOMER, "address": {"city": "Paris", "country": "GB"}, "preferred_locales": ["en", "de"]}
    assert fields(changed, held(CUSTOMER)) == [("address.city", "Paris", "London"), ("preferred_locales.1", "de", "fr")]
    shorter = {**CUSTOMER, "preferred_locales": ["en"]}
    assert fields(shorter, held(CUSTOMER)) == [("preferred_locales", ["en"], ["en", "fr"])]


def test_absent_is_not_null_and_true_is_not_one() -> None:
    assert fields({**CUSTOMER, "phone": None}, held(CUSTOMER)) == [("phone", None, ABSENT)]
    assert fields(CUSTOMER, held({**CUSTOMER, "phone": None})) == [("phone", ABSENT, None)]
    assert fields({**CUSTOMER, "livemode": True}, held({**CUSTOMER, "livemode": 1})) == [("livemode", True, 1)]


def test_what_is_only_there_when_expanded_is_no_difference_when_absent() -> None:
    price = {"object": "price", "id": "price_1", "created": 1, "unit_amount": 100}
    tiers = [{"up_to": 10, "unit_amount": 100}]
    assert fields(price, held({**price, "tiers": tiers})) == []
    assert fields({**price, "tiers": tiers}, held(price)) == [("tiers", tiers, ABSENT)]


def test_secrets_are_not_shown() -> None:
    leaked = {**CUSTOMER, "client_secret": "seti_1_secret_2", "next": {"action": [{"client_secret": "pi_1_secret_2"}]}}
    assert fields(CUSTOMER, held(leaked)) == [
        ("client_secret", ABSENT, HIDDEN),
        ("next", ABSENT, {"action": [{"client_secret": HIDDEN}]}),
    ]


def test_a_deletion_is_a_difference_and_of_what_both_call_deleted_nothing_else_is_asked() -> None:
    gone = {"object": "customer", "id": "cus_1", "deleted": True}
    assert fields(gone, held(CUSTOMER)) == [("deleted", True, False)]
    assert fields(CUSTOMER, held({**CUSTOMER, "deleted": True}, deleted=True)) == [("deleted", False, True)]
    assert fields(gone, held({**CUSTOMER, "deleted": True}, deleted=True)) == []


def test_what_changes_without_an_event_is_told_apart() -> None:
    (form,) = stored_forms({**CUSTOMER, "next_invoice_sequence": 2, "name": "Grace"})
    assert [(each.path, each.silent) for each in differing_fields(form, CUSTOMER, deleted=False)] == [
        ("name", False),
        ("next_invoice_sequence", True),
    ]
    for status, silent in (("draft", True), ("open", False)):
        invoice = {"object": "invoice", "id": "in_1", "created": 1, "status": status, "customer_tax_ids": []}
        (form,) = stored_forms({**invoice, "customer_tax_ids": [{"type": "eu_vat", "value": "DE1"}]})
        assert [each.silent for each in differing_fields(form, invoice, deleted=False)] == [silent]


def test_nothing_that_a_query_reads_counts_as_silent() -> None:
    declarations = declarations_of(build_schema()._schema)
    read: set[tuple[str, str]] = set()
    for (type, _), source in declarations.fields.items():
        if type in declarations.types and isinstance(source, Path | Column):
            name = source.keys[0] if isinstance(source, Path) else source.name
            read.add((declarations.types[type].table.object_name, name))
    assert ("coupon", "times_redeemed") in read
    silent = {(type, name) for type, names in SILENT.items() for name in names}
    assert not read & (silent | {("invoice", name) for name in SILENT_ON_DRAFTS})


def test_a_typed_column_that_is_not_what_the_json_says_is_a_difference() -> None:
    def columns(here: Held) -> list[tuple[str, Any, Any]]:
        return [(each.path, each.right, each.held) for each in differing_columns(here)]

    assert columns(held(CUSTOMER)) == []
    assert columns(held(CUSTOMER, row={"name": "Eve"})) == [("name", "Ada", "Eve")]
    assert columns(held(CUSTOMER, row={"deleted": True})) == [("deleted", False, True)]
    assert columns(held(CUSTOMER, row={"observed_at": 9})) == [("observed_at", 5, 9)]
    assert columns(held(CUSTOMER, claimed_subscriber="ada")) == [("claimed_subscriber", "ada", None)]
    lost = Held(Key("customer", "cus_1"), CUSTOMER, deleted=False, observed_at=5, table=Customer, row=None)
    assert [each.path for each in differing_columns(lost)] == ["(the whole row)"]
    unknown = Held(Key("payout", "po_1"), {"id": "po_1"}, deleted=False, observed_at=5, table=None, row=None)
    assert columns(unknown) == []


def test_parts_have_the_place_that_their_owner_gives_them() -> None:
    def columns(owner: dict[str, Any] | None, row: dict[str, Any], *, deleted: bool = False) -> list[str]:
        return [each.path for each in differing_columns(held(ITEM, deleted=deleted, row=row, owner=owner))]

    assert columns(SUBSCRIPTION, {"position": 0}) == []
    assert columns(SUBSCRIPTION, {"position": 1}) == ["position"]
    without = {**SUBSCRIPTION, "items": ["si_2"]}
    assert columns(without, {"position": 0}) == ["deleted"]
    assert columns(without, {"position": 0}, deleted=True) == []
    assert columns(None, {"position": 3}) == []


def test_the_period_of_a_subscription_is_that_of_its_first_item_to_end() -> None:
    items = (
        {"id": "si_1", "current_period_start": 10, "current_period_end": 40},
        {"id": "si_2", "current_period_start": 20, "current_period_end": 30},
    )
    right = {"current_period_start": 20, "current_period_end": 30}
    assert differing_columns(held(SUBSCRIPTION, row=right, items=items)) == []
    wrong = differing_columns(held(SUBSCRIPTION, row={**right, "current_period_end": 40}, items=items))
    assert [(each.path, each.right, each.held) for each in wrong] == [("current_period_end", 30, 40)]


def test_json_that_somebody_broke_is_told_rather_than_tripped_over() -> None:
    invoice = {"object": "invoice", "id": "in_1", "created": 1, "total_taxes": "none"}
    broken = Held(Key("invoice", "in_1"), invoice, deleted=False, observed_at=5, table=TABLES["invoice"], row={})
    assert [each.held for each in differing_columns(broken)] == ["JSON that cannot be read"]
