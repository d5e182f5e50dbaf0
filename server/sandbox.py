"""The sandbox beside a server: what it takes when nothing is configured, and the process that it runs in."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from pydantic import SecretStr

from server.refusal import Refusal
from server.settings import Settings, is_loopback

SECRET_KEY = "sk_test_sandbox"
WEBHOOK_SECRET = "whsec_sandbox"
JWT_SECRET = "the sandbox's tokens are known to everyone"
SUBSCRIBER = "ada"
PRODUCT = "stripe-graphql sandbox"
PATIENCE_SECONDS = 20.0


def with_sandbox(settings: Settings, *, host: str, sandbox_port: int) -> Settings:
    """The settings of a server that talks to a sandbox on this machine: what is not set gets the sandbox's own.

    STRIPE_API_BASE, when set, stays: it may be a proxy before the sandbox.
    """
    if settings.livemode:
        raise Refusal("STRIPE_SECRET_KEY is a live key: the sandbox takes only test keys, and needs none.")
    signs_itself = settings.jwt_secret is None and settings.jwt_jwks_url is None
    if signs_itself and not is_loopback(host):
        raise Refusal("Set JWT_SECRET to open the sandbox to other machines: its own tokens are known to everyone.")
    if "stripe_api_base" in settings.model_fields_set and not is_loopback(httpx.URL(settings.stripe_api_base).host):
        raise Refusal("STRIPE_API_BASE leads to another machine: unset it to use the sandbox.")
    changes: dict[str, Any] = {}
    if settings.stripe_secret_key is None:
        changes["stripe_secret_key"] = SecretStr(SECRET_KEY)
    if "stripe_api_base" not in settings.model_fields_set:
        changes["stripe_api_base"] = f"http://127.0.0.1:{sandbox_port}"
    if not settings.stripe_webhook_secrets:
        changes["stripe_webhook_secrets"] = (SecretStr(WEBHOOK_SECRET),)
    if signs_itself:
        changes["jwt_secret"] = SecretStr(JWT_SECRET)
    if is_loopback(host):
        changes |= {name: True for name in ("graphiql", "introspection") if name not in settings.model_fields_set}
    return settings.model_copy(update=changes)


@contextmanager
def running_sandbox(*, port: int, webhook_url: str, settings: Settings) -> Iterator[Settings]:
    """A sandbox on `port`: one that runs there already, else a child that ends with the block.

    The child outlives a server that is killed, and is found again by the next one. Yields the settings with what signs
    the webhooks.
    """
    if _answers(port):
        yield _attached(port, webhook_url, settings)
        return
    command = [sys.executable, "-P", "-m", "server.cli", "sandbox", "--port", str(port), "--webhook-url", webhook_url]
    environment = {**os.environ, "SANDBOX_WEBHOOK_SECRET": settings.stripe_webhook_secrets[0].get_secret_value()}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield settings
    finally:
        child.terminate()
        child.wait(timeout=PATIENCE_SECONDS)


def wait_for_sandbox(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _answers(port):
        if time.monotonic() > deadline:
            raise Refusal(f"The sandbox did not start on port {port}.")
        time.sleep(0.02)


def _answers(port: int) -> bool:
    """Whether our sandbox answers there. Raises Refusal when something else does."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/sandbox", timeout=5, trust_env=False)
        product = answer.json().get("product")
    except httpx.ConnectError:
        return False
    except (httpx.HTTPError, ValueError, AttributeError):
        product = None
    if product != PRODUCT:
        raise Refusal(f"Port {port} is used by another program: choose another one with --sandbox-port.")
    return True


def _attached(port: int, webhook_url: str, settings: Settings) -> Settings:
    """The settings for a sandbox that was there before; it is told to send its webhooks here too."""
    assert settings.stripe_secret_key is not None
    headers = {"authorization": f"Bearer {settings.stripe_secret_key.get_secret_value()}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", headers=headers, trust_env=False) as client:
        endpoints = client.get("/webhook_endpoints", params={"limit": 100}).raise_for_status().json()["data"]
        if any(endpoint["url"] == webhook_url for endpoint in endpoints):
            return settings
        wanted = {"url": webhook_url, "enabled_events[]": "*"}
        made = client.post("/webhook_endpoints", data=wanted).raise_for_status().json()
    secrets = (*settings.stripe_webhook_secrets, SecretStr(made["secret"]))
    return settings.model_copy(update={"stripe_webhook_secrets": secrets})
