"""/metrics, as Prometheus reads it."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from db.engine import create_engine
from server.settings import read_settings
from tests.hub import Hub, running_hub
from tests.serving import free_port, url_of

CREATE = 'mutation { getOrCreateCustomer(input: {email: "ada@example.com"}) { customer { id } userErrors { code } } }'
Scrape = Callable[[], dict[str, float]]


@pytest.fixture
def running(database_url: str) -> Iterator[tuple[Hub, Scrape]]:
    with free_port() as listener:
        url = f"{url_of(listener)}/metrics"

        def scrape() -> dict[str, float]:
            text = httpx.get(url, trust_env=False).raise_for_status().text
            samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
            return {
                ",".join(
                    [sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))]
                ): sample.value
                for sample in samples
            }

        with running_hub(database_url, metrics_listener=listener) as hub:
            yield hub, scrape


def test_what_is_done_is_counted_in_few_words_and_without_ids(running: tuple[Hub, Scrape]) -> None:
    hub, scrape = running
    ada = hub.subscriber("ada")
    created = ada.ask(CREATE)["getOrCreateCustomer"]["customer"]["id"]
    ada.ask("{ viewer { id } }")
    ada.ask('{ customer(id: "cus_secret") { id } }')
    ada.answer("{ nonsense }")
    ada.answer("{ mirror { apiVersion } }")
    ada.answer('mutation { payInvoice(input: {invoice: "in_nope", idempotencyKey: "k"}) { userErrors { code } } }')
    hub.http.post("/graphql", json={"query": "{ viewer { id } }"})
    hub.http.post("/webhooks/stripe", content=b"{}")
    headers = {"authorization": "Bearer sk_test_sandbox"}
    httpx.post(f"{hub.sandbox.url}/sandbox/deliveries/settle", json={"timeout": 30}, headers=headers, trust_env=False)
    deadline = time.monotonic() + 30
    while "stripe_graphql_events_total,result=applied" not in (found := scrape()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found["stripe_graphql_requests_total,kind=query,outcome=ok"] == 2
    assert found["stripe_graphql_requests_total,kind=mutation,outcome=ok"] == 2
    assert found["stripe_graphql_requests_total,kind=none,outcome=refused"] == 2
    assert found["stripe_graphql_requests_total,kind=none,outcome=unauthenticated"] == 1
    assert found["stripe_graphql_request_seconds_count,kind=query"] == 2
    assert found["stripe_graphql_mutations_total,mutation=getOrCreateCustomer,outcome=OK"] == 1
    assert found["stripe_graphql_mutations_total,mutation=payInvoice,outcome=NOT_FOUND"] == 1
    assert found["stripe_graphql_stripe_calls_total,method=post,outcome=ok"] >= 1
    assert found["stripe_graphql_stripe_call_seconds_count,method=post"] >= 1
    assert found["stripe_graphql_webhooks_total,status=400"] == 1
    assert found["stripe_graphql_webhooks_total,status=200"] >= 1
    assert found["stripe_graphql_events_total,result=applied"] >= 1
    assert not [name for name in found if "_created" in name]
    for name in found:
        assert not re.search(rf"{created}|cus_|ada@|evt_|nonsense|Bearer", name)


def test_the_figures_of_the_mirrors_status_are_gauges_and_not_on_the_public_port(running: tuple[Hub, Scrape]) -> None:
    hub, scrape = running
    hub.subscriber("ada").ask(CREATE)
    deadline = time.monotonic() + 30
    caught_up = "stripe_graphql_caught_up_timestamp_seconds"
    # The catch-up of the start takes a while.
    while caught_up not in (found := scrape()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert hub.http.get("/metrics").status_code == 404
    assert found["stripe_graphql_status_readable"] == 1
    assert found["stripe_graphql_resource_rows,resource=customers"] == 1
    assert found["stripe_graphql_events_failed"] == 0
    assert found["stripe_graphql_warnings"] >= 1
    assert time.time() - 600 < found[caught_up] < time.time() + 600
    assert "stripe_graphql_last_sync_timestamp_seconds" not in {name for name in found if found[name] == 0}


def test_what_was_counted_is_told_while_the_database_tells_nothing(running: tuple[Hub, Scrape]) -> None:
    hub, scrape = running
    hub.subscriber("ada").ask(CREATE)

    async def break_it() -> None:
        engine = create_engine(hub.settings.database_url.get_secret_value())
        async with engine.begin() as connection:
            await connection.exec_driver_sql("DROP TABLE watermarks")
        await engine.dispose()

    asyncio.run(break_it())
    found = scrape()
    assert found["stripe_graphql_status_readable"] == 0
    assert found["stripe_graphql_requests_total,kind=mutation,outcome=ok"] == 1
    assert "stripe_graphql_lag_seconds" not in found


def test_it_is_off_and_for_this_machine_alone_unless_set(no_settings: Path) -> None:
    settings = read_settings()
    assert (settings.metrics_port, settings.metrics_host) == (None, "127.0.0.1")
