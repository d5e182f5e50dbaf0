"""`stripe-graphql webhooks`: endpoints at Stripe, as a person makes and looks at them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from mirror.gateway import API_VERSION
from sandbox.app import build
from server.commands.webhooks import app
from server.refusal import Refusal
from tests.serving import free_port, serving, url_of
from webhooks.needed import NEEDED

KEY = "sk_test_webhooks"
URL = "https://shop.example/webhooks/stripe"
Run = Callable[..., Result]


@pytest.fixture
def stripe() -> Iterator[httpx.Client]:
    with free_port() as listener, serving(build(), listener):
        headers = {"authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=url_of(listener), headers=headers, trust_env=False, timeout=30) as client:
            yield client


@pytest.fixture
def run(stripe: httpx.Client, no_settings: Path) -> Run:
    def run(*arguments: str, **more: str) -> Result:
        environment = {"STRIPE_SECRET_KEY": KEY, "STRIPE_API_BASE": str(stripe.base_url), **more}
        return CliRunner().invoke(app, arguments, env=environment)

    return run


def refusal(done: Result) -> str:
    assert isinstance(done.exception, Refusal), done.output
    return str(done.exception)


def test_an_endpoint_is_made_once_with_the_pinned_version_and_the_events_needed(run: Run, stripe: httpx.Client) -> None:
    assert run("list").stderr == "There are none: make one with `stripe-graphql webhooks create URL`.\n"
    made = run("create", URL)
    assert made.exit_code == 0, made.output
    (endpoint,) = stripe.get("/v1/webhook_endpoints").json()["data"]
    assert (endpoint["url"], endpoint["api_version"]) == (URL, API_VERSION)
    assert set(endpoint["enabled_events"]) == set(NEEDED)
    assert len(re.findall(r"whsec_\w+", made.stdout)) == 1
    assert "STRIPE_WEBHOOK_SECRETS" in made.stdout
    assert run("list").stdout == f"{endpoint['id']}  {URL}  enabled  {API_VERSION}\n  As it should be.\n"
    again = run("create", URL)
    assert (again.exit_code, again.stdout.split()[0]) == (0, endpoint["id"])
    assert "whsec_" not in again.stdout
    assert len(stripe.get("/v1/webhook_endpoints").json()["data"]) == 1


def test_what_an_endpoint_lacks_is_told_and_added_when_asked_for(run: Run, stripe: httpx.Client) -> None:
    form = {
        "url": URL,
        "api_version": API_VERSION,
        "enabled_events[0]": "invoice.paid",
        "enabled_events[1]": "payout.paid",
    }
    endpoint = stripe.post("/v1/webhook_endpoints", data=form).json()["id"]
    stripe.post(f"/v1/webhook_endpoints/{endpoint}", data={"disabled": "true"})
    told = run("list").stdout
    assert told.startswith(f"{endpoint}  {URL}  disabled  {API_VERSION}\n")
    assert "charge.succeeded" in told
    assert "Not needed: payout.paid." in told
    refused = refusal(run("create", URL))
    assert f"is disabled and lacks {len(NEEDED) - 1} of the events needed" in refused
    assert "--update" in refused
    assert run("create", URL, "--update").exit_code == 0
    now = stripe.get(f"/v1/webhook_endpoints/{endpoint}").json()
    assert (now["status"], set(now["enabled_events"])) == ("enabled", {*NEEDED, "payout.paid"})


def test_beside_an_endpoint_of_another_version_a_new_one_is_made(run: Run, stripe: httpx.Client) -> None:
    old = stripe.post("/v1/webhook_endpoints", data={"url": URL, "enabled_events[]": "*"}).json()["id"]
    told = run("list").stdout
    assert "A version cannot be changed" in told
    assert "It sends all kinds of events" in told
    made = run("create", URL)
    assert f"Then delete {old} at Stripe" in made.stdout
    assert len(stripe.get("/v1/webhook_endpoints").json()["data"]) == 2


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://shop.example/webhooks/stripe", "https://api.stripe.com"),
        ("http://127.0.0.1:8000/webhooks/stripe", "https://api.stripe.com"),
        ("shop.example/webhooks/stripe", None),
        ("ftp://shop.example", None),
    ],
)
def test_a_url_that_stripe_does_not_send_to_is_refused(run: Run, url: str, base: str | None) -> None:
    done = run("create", url, **({"STRIPE_API_BASE": base} if base else {}))
    assert refusal(done) == f"Stripe sends webhooks to https:// URLs only, and {url} is none."


def test_the_sandbox_sends_to_this_machine(run: Run, stripe: httpx.Client) -> None:
    assert run("create", "http://127.0.0.1:8000/webhooks/stripe", "--sandbox").exit_code == 0
    assert "http://127.0.0.1:8000/webhooks/stripe  enabled" in run("list", "--sandbox").stdout


def test_what_stripe_says_no_to_is_one_sentence(run: Run, unused_port: int) -> None:
    done = run("list", STRIPE_API_BASE=f"http://127.0.0.1:{unused_port}")
    assert refusal(done) == "Stripe could not be reached."
    assert refusal(run("list", STRIPE_SECRET_KEY="")) == "Set STRIPE_SECRET_KEY, or give --sandbox for the sandbox's."
