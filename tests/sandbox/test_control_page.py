"""The control page: what it shows, and that all of it can be reached, read and trusted."""

import pytest

from tests.sandbox.browser import Browser, Document
from tests.sandbox.client import Client, Object
from tests.sandbox.conftest import fresh
from tests.sandbox.receiver import receiving

NASTY = "<script>alert(1)</script>\"'&amp;"
PAGES = ("", "/clock", "/events", "/failures", "/payments", "/webhooks")
KINDS = (
    "customer",
    "subscription",
    "invoice",
    "price",
    "product",
    "coupon",
    "payment_intent",
    "payment_method",
    "refund",
)


@pytest.fixture(scope="module")
def browser(seeded: Client) -> Browser:
    """At the sandbox with demo data and a little more of everything."""
    seeded.post("/v1/webhook_endpoints", url="http://127.0.0.1:9/", enabled_events=["invoice.*"])
    seeded.post("/v1/test_helpers/test_clocks", frozen_time=1_900_000_000, name="Later")
    seeded.control("faults", path="/v1/refunds$", status=503)
    customer = seeded.customer("pm_card_authenticationRequired")
    seeded.subscribe(customer, seeded.price())
    return Browser(seeded)


def rows_of(page: Document) -> int:
    return len(page.all("tr")) - len(page.all("thead"))


@pytest.mark.parametrize("path", [*PAGES, *[f"/objects/{kind}" for kind in KINDS], "/objects/none", "/find?id=none"])
def test_a_page_can_be_used_by_everyone(browser: Browser, path: str) -> None:
    page = browser.open(path)
    assert page.status == (404 if "none" in path else 200)
    assert page.lang == "en"
    assert len(page.all("h1")) == len(page.all("main")) == 1
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {label["for"] for label in page.all("label")}
    assert {field["id"] for tag in ("input", "select") for field in page.all(tag)} <= labelled
    assert all(header["scope"] in ("col", "row") for header in page.all("th"))
    assert {name for _, attributes in page.elements for name in attributes if name.startswith("on")} == set()
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_the_root_leads_to_the_page_and_programs_get_json_as_before(browser: Browser, seeded: Client) -> None:
    assert browser.http.get("/", follow_redirects=True).url.path == "/sandbox/page"
    assert seeded.get("/sandbox")["product"] == "stripe-graphql sandbox"


def test_a_slash_at_the_end_is_forgiven(browser: Browser) -> None:
    assert browser.open("/clock/").url.path == "/sandbox/page/clock"


def test_every_link_from_the_overview_leads_somewhere(browser: Browser, seeded: Client) -> None:
    seen: set[str] = set()
    for link in set(browser.open("").targets):
        page = browser.open(link)
        assert page.status == 200, link
        seen |= set(page.targets)
    assert len(seen) > 50
    ours = ("/sandbox/page", "?", "#", f"{seeded.url}/sandbox/")
    assert {link for link in seen if not link.startswith(ours)} == set()


def test_kinds_are_counted_and_listed_with_what_matters(browser: Browser, seeded: Client) -> None:
    total = len(seeded.get("/v1/customers", limit=100)["data"])
    link = browser.open("").links[f"{total} Customers"]
    customers = browser.open(link)
    assert rows_of(customers) == total
    assert "Ada Lovelace · ada@example.com" in customers.text
    invoices = browser.open("/objects/invoice").text
    assert "$29.00" in invoices
    assert "paid" in invoices
    assert "Grace Hopper" in invoices
    assert "¥4,500 / month" in browser.open("/objects/price").text
    assert "20% off" in browser.open("/objects/coupon").text
    assert "7 × Team" in browser.open("/objects/subscription").text


def test_a_list_is_read_page_by_page_in_both_directions(browser: Browser, seeded: Client) -> None:
    page, seen = browser.open("/events"), set[str]()
    first = set(page.targets)
    while "Older →" in page.links:
        here = {link for link in page.targets if "/events/evt_" in link}
        assert len(here) == 25
        assert not here & seen
        seen |= here
        page = browser.open(f"/events{page.links['Older →']}")
    while "← Newer" in page.links:
        page = browser.open(f"/events{page.links['← Newer']}")
    assert {link for link in page.targets if "/evt_" in link} == {link for link in first if "/evt_" in link}


def test_events_are_narrowed_by_type(browser: Browser, seeded: Client) -> None:
    page = browser.press(browser.open("/events"), "Filter", type="invoice.paid")
    assert rows_of(page) == len(seeded.event_types(type="invoice.paid")) > 1
    assert {text for text in page.links if text.startswith(("invoice.", "customer"))} == {"invoice.paid"}
    group = browser.press(page, "Filter", type="customer.subscription.*")
    assert "customer.subscription.created" in group.links
    assert "invoice.paid" not in group.links
    assert "none of this type" in browser.press(page, "Filter", type="no.such").text


def test_an_object_has_its_json_its_relations_and_its_events(browser: Browser, seeded: Client) -> None:
    ada = seeded.get("/v1/customers", email="ada@example.com")["data"][0]
    page = browser.open(f"/objects/customer/{ada['id']}")
    assert '"subscriber_id": "ada"' in page.text
    assert page.links[f'"{ada["invoice_settings"]["default_payment_method"]}"'].startswith(
        "/sandbox/page/objects/payment_method/pm_"
    )
    subscriptions = browser.open(page.links["1 Subscription"])
    assert rows_of(subscriptions) == 1
    assert rows_of(browser.open(page.links["7 Invoices"])) == 7
    margaret = seeded.get("/v1/customers", email="margaret@example.com")["data"][0]
    page = browser.open(f"/objects/customer/{margaret['id']}")
    assert browser.open(page.links["customer.created"]).text.count(margaret["id"]) > 1


def test_a_deleted_object_can_still_be_looked_at(browser: Browser, seeded: Client) -> None:
    gone = seeded.post("/v1/customers", name="Gone")
    seeded.delete(f"/v1/customers/{gone['id']}")
    page = browser.open(f"/objects/customer/{gone['id']}")
    assert page.status == 200
    assert "deleted" in page.text
    assert "customer.deleted" in page.links


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("prod_pro", "/objects/product/prod_pro"),
        (" LAUNCH20 ", "/objects/coupon/LAUNCH20"),
        ("ada@example.com", "/objects/customer?by=email&of=ada%40example.com"),
    ],
)
def test_objects_are_found_by_id_and_customers_by_address(browser: Browser, wanted: str, leads: str) -> None:
    page = browser.press(browser.open(""), "Find", id=wanted)
    assert page.status == 200
    assert str(page.url).endswith(leads)


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/objects/customer/cus_none",
        "/objects/customer?by=name&of=x",
        "/objects/customer?starting_after=cus_none",
        "/objects/none/x",
        "/events/evt_none",
        "/events?ending_before=evt_none",
        "/find?id=cus_none",
        "/find",
        "/static/none.css",
    ],
)
def test_what_is_not_there_is_a_plain_404(browser: Browser, path: str) -> None:
    assert browser.http.get(f"/sandbox/page{path}").status_code == 404


def test_an_event_shows_payload_changes_and_deliveries(browser: Browser, seeded: Client) -> None:
    customer = seeded.post("/v1/customers", name="Before")
    seeded.post(f"/v1/customers/{customer['id']}", name="After")
    event = seeded.get("/v1/events", type="customer.updated", limit=1)["data"][0]
    page = browser.open(f"/events/{event['id']}")
    (header,) = [one for one in page.all("th") if one["scope"] == "row"]
    assert header
    assert '"Before"' in page.text
    assert '"previous_attributes"' in page.text
    assert "No destination wanted it" in page.text


def test_tries_and_answers_are_shown() -> None:
    with receiving(500) as receiver, fresh(webhook_url=receiver.url) as client:
        browser = Browser(client)
        client.post("/v1/customers", name="Told")
        client.control("deliveries/settle")
        page = browser.open("/events")
        assert "200 at try 2" in page.text
        event = browser.open(page.links["customer.created"])
        assert "500, 200" in event.text
        assert receiver.url in event.text


def nasty_things(client: Client) -> list[Object]:
    """Objects with markup wherever a text can be."""
    customer = client.customer(name=NASTY, description=NASTY, email="x@example.com", metadata={NASTY[:40]: NASTY})
    product = client.post("/v1/products", name=NASTY, id='a"b<i>')
    price = client.post("/v1/prices", product=product["id"], currency="usd", unit_amount=1_000, nickname=NASTY)
    recurring = client.post(
        "/v1/prices", product=product["id"], currency="usd", unit_amount=1, recurring={"interval": "month"}
    )
    coupon = client.post("/v1/coupons", name=NASTY, percent_off=10, duration="once", id="<i>&?#")
    clock = client.post("/v1/test_helpers/test_clocks", frozen_time=1_900_000_000, name=NASTY)
    endpoint = client.post("/v1/webhook_endpoints", url=f"http://127.0.0.1:9/{NASTY}", enabled_events=["*"])
    return [customer, product, price, recurring, client.subscribe(customer, recurring), coupon, clock, endpoint]


def test_everything_is_escaped() -> None:
    with fresh() as client:
        browser = Browser(client)
        things = nasty_things(client)
        client.control("faults", path="/<i>", method="<i>")
        client.post("/v1/customers", name=NASTY)
        pages = [browser.open(path) for path in (*PAGES, *[f"/objects/{one['object']}" for one in things])]
        pages += [browser.open("/find", id=one["id"]) for one in things]
        links = {link for page in pages for link in page.targets if "/events/evt_" in link}
        pages += [browser.open(link) for link in links]
        pages += [browser.open("/events", type=NASTY)]
        assert {page.status for page in pages} == {200}
        pages += [browser.open("/find", id=NASTY), browser.open(f"/objects/{NASTY}"), browser.open(f"/{NASTY}")]
        pages += [browser.press(browser.open("/payments"), "Add", result=NASTY)]
        for page in pages:
            assert [one.get("src") for one in page.all("script")] == ["/sandbox/page/static/refresh.js"], page.url
            assert {tag for tag, _ in page.elements} & {"i", "iframe"} <= {"i"}
        assert sum("<script>alert(1)</script>" in page.text for page in pages) > 20


def test_ids_that_are_no_words_of_a_path_have_pages_too() -> None:
    with fresh() as client:
        browser = Browser(client)
        client.post("/v1/coupons", id="10 % / all?", percent_off=10, duration="once")
        link = browser.open("/objects/coupon").links["10 % / all?"]
        page = browser.open(link)
        assert page.status == 200
        assert '"percent_off": 10' in page.text


def test_the_files_of_the_pages_are_served(browser: Browser) -> None:
    for name, type in (("style.css", "text/css"), ("refresh.js", "javascript"), ("icon.svg", "image/svg+xml")):
        response = browser.http.get(f"/sandbox/page/static/{name}")
        assert response.status_code == 200
        assert type in response.headers["content-type"]
