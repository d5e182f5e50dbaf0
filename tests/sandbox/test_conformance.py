"""The checker of answers refuses what Stripe could not have said, wherever in an answer it stands."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from sandbox.api.router import ROUTES
from tests.sandbox.client import KEY, Client, Object, item_of
from tests.sandbox.conformance.answers import NotAsStripe, answer_findings, require
from tests.sandbox.conformance.endpoints import endpoint_at, endpoints
from tests.sandbox.conformance.events import event_findings, known_types
from tests.sandbox.conformance.objects import object_findings

HEADERS = {"Request-Id": "req_1", "Stripe-Version": "v", "Content-Type": "application/json", "Date": "today"}
FREE = {"metadata", "previous_attributes"}
Change = Callable[[Object], object]


@pytest.fixture(scope="module")
def subscription(shared: Client) -> Object:
    """With everything that can be expanded."""
    customer = shared.customer(metadata={"a": "b"})
    coupon = shared.post("/v1/coupons", percent_off=50, duration="forever")
    expand = ["customer.invoice_settings.default_payment_method", "discounts", "latest_invoice.payments"]
    return shared.subscribe(customer, shared.price(), discounts=[{"coupon": coupon["id"]}], expand=expand)


def places(value: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """The paths to everything inside an object, but for hashes with free keys."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, below in value.items():
            yield from places(below, *path, key) if key not in FREE else [(*path, key)]
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from places(below, *path, place)


def changed(value: Object, path: tuple[str | int, ...], change: Callable[[Any, Any], object]) -> Object:
    """A copy with a change to what holds the last step of a path."""
    copy = deepcopy(value)
    holder: Any = copy
    for step in path[:-1]:
        holder = holder[step]
    change(holder, path[-1])
    return copy


def test_what_the_sandbox_shows_passes(subscription: Object) -> None:
    assert object_findings(subscription) == []
    assert len(list(places(subscription))) > 300


def test_nothing_can_be_replaced_by_something_of_another_type(subscription: Object) -> None:
    def replace(holder: Any, step: Any) -> None:
        holder[step] = [[1.5]]

    passed = [path for path in places(subscription) if not object_findings(changed(subscription, path, replace))]
    assert passed == []


def test_nothing_unknown_can_be_put_into_any_hash(subscription: Object) -> None:
    def put(holder: Any, step: Any) -> None:
        holder[step] |= {"surprise": None} if isinstance(holder[step], dict) else {}

    hashes = [
        path for path in places(subscription) if isinstance(at(subscription, path), dict) and path[-1] not in FREE
    ]
    passed = [path for path in hashes if not object_findings(changed(subscription, path, put))]
    assert (len(hashes) > 20, passed) == (True, [])


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def test_no_field_of_an_object_can_be_left_out(subscription: Object) -> None:
    def leave_out(holder: Any, step: Any) -> None:
        del holder[step]

    fields = [(name,) for name in subscription] + [("items", "data", 0, name) for name in item_of(subscription)]
    passed = {path[-1] for path in fields if not object_findings(changed(subscription, path, leave_out))}
    assert passed == {"default_tax_rates", "quantity"} & passed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.update(status="sleeping"), "status: 'sleeping' is not one of"),
        (lambda one: one.update(created="2026-01-01"), "created: '2026-01-01' is not a whole number"),
        (lambda one: one.update(created=1.0), "created: 1.0 is not a whole number"),
        (lambda one: one.update(cancel_at_period_end=1), "cancel_at_period_end: 1 is not a boolean"),
        (lambda one: one.update(items=None), "items: None is not a list object"),
        (lambda one: one["items"].pop("url"), "items.url: missing"),
        (lambda one: one["items"]["data"][0]["price"].update(unit_amount_decimal="2,5"), "price.unit_amount_decimal"),
        (lambda one: one["customer"].update(object="account"), "customer: {"),
        (lambda one: one.update(deleted=True), "deleted"),
        (lambda one: one.update(customer={"id": "cus_1", "object": "customer", "deleted": True, "name": "x"}), "name"),
    ],
)
def test_the_finding_says_where_and_what(subscription: Object, change: Change, said: str) -> None:
    wrong = deepcopy(subscription)
    change(wrong)
    assert any(said in str(one) for one in object_findings(wrong)), [str(one) for one in object_findings(wrong)]


def test_a_deleted_object_in_place_of_a_reference_passes(subscription: Object) -> None:
    gone = {"id": "cus_1", "object": "customer", "deleted": True}
    assert not object_findings(subscription | {"customer": gone})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.update(type="customer.subscription.slept"), "is not an event of Stripe"),
        (lambda one: one.update(type="customer.updated"), "though customer.updated is about a customer"),
        (lambda one: one["data"].pop("previous_attributes"), "missing in customer.subscription.updated"),
        (lambda one: one["data"]["previous_attributes"].update(surprise=1), "surprise: not in the object"),
        (lambda one: one["data"]["previous_attributes"].update(id=one["data"]["object"]["id"]), "id: has not changed"),
        (lambda one: one["data"]["object"].pop("status"), "data.object.status: missing"),
        (lambda one: one.update(type="customer.subscription.created"), "given in customer.subscription.created"),
    ],
)
def test_events_are_about_their_object_and_its_changes(
    shared: Client, subscription: Object, change: Change, said: str
) -> None:
    shared.post(f"/v1/subscriptions/{subscription['id']}", metadata={"changed": said})
    event = shared.get("/v1/events", type="customer.subscription.updated", limit=1)["data"][0]
    assert event_findings(event) == []
    change(event)
    assert any(said in str(one) for one in event_findings(event)), [str(one) for one in event_findings(event)]


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"type": "bad_request", "message": "No."}},
        {"error": {"type": "invalid_request_error"}},
        {"error": {"type": "invalid_request_error", "message": "No.", "reason": "x"}},
        {"error": {"type": "invalid_request_error", "message": "No.", "param": None}},
        {"error": {"type": "card_error", "message": "No."}},
        {"error": "No."},
        {"object": "customer"},
    ],
)
def test_errors_that_are_not_as_stripes_are_refused(body: Object) -> None:
    with pytest.raises(NotAsStripe):
        require("GET", "/v1/customers", 400, HEADERS, body)


def test_an_answer_of_another_kind_than_the_endpoints_is_refused(shared: Client) -> None:
    customers = shared.get("/v1/customers", limit=1)
    assert not answer_findings("GET", "/v1/customers", 200, HEADERS, customers)
    assert answer_findings("GET", "/v1/products", 200, HEADERS, customers)
    assert answer_findings("GET", "/v1/customers/cus_1", 200, HEADERS, customers)
    assert answer_findings("GET", "/v1/customer", 200, HEADERS, customers)
    assert answer_findings("GET", "/v1/customers", 201, HEADERS, customers)
    assert answer_findings("GET", "/v1/customers", 200, {}, customers)


def test_the_client_of_the_tests_refuses_such_answers(shared: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.sandbox.conformance.answers.HEADERS", ("Not-Sent",))
    with pytest.raises(NotAsStripe, match="Not-Sent is missing"):
        shared.http.get("/v1/account", auth=(KEY, ""))


def test_the_sandbox_has_only_endpoints_of_stripe() -> None:
    assert [route.path for route in ROUTES if endpoint_at(route.method, route.path) is None] == []
    assert (len(endpoints()) > 10, len(known_types()) > 200) == (True, True)
