"""stripe-graphql webhooks"""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import uuid4

import typer

from mirror.errors import Refused, StripeError, Uncertain
from mirror.gateway import API_VERSION, Gateway
from mirror.gateway import webhook_endpoints as calls
from server.account import opened_gateway, settings_of
from server.refusal import Refusal
from server.settings import Settings, is_loopback
from webhooks.needed import NEEDED, Endpoint, endpoint_of

SANDBOX = typer.Option("--sandbox", help="Those of the sandbox that `serve --sandbox` talks to.")

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def webhooks() -> None:
    """Make and see the webhook endpoints at Stripe, which tell this server what happens there."""


@app.command()
def create(
    url: Annotated[str, typer.Argument(help="Where Stripe reaches this server: https://HOST/webhooks/stripe.")],
    update: Annotated[
        bool,
        typer.Option("--update", help="Where there is an endpoint for the URL: enable it, and add what it lacks."),
    ] = False,
    sandbox: Annotated[bool, SANDBOX] = False,
) -> None:
    """Make a webhook endpoint that sends the events needed, in the API version of this server.

    Prints its signing secret, which Stripe tells only once.
    """
    settings = settings_of(sandbox=sandbox)
    _refuse_url(url, settings)
    for line in asyncio.run(_create(settings, url, update=update)):
        typer.echo(line)


@app.command("list")
def show(sandbox: Annotated[bool, SANDBOX] = False) -> None:
    """List webhook endpoints: id, URL, whether it is enabled, API version, and what is not as it should be."""
    found = asyncio.run(_listed(settings_of(sandbox=sandbox)))
    for endpoint in found:
        typer.echo("\n".join(_described(endpoint)))
    if not found:
        typer.echo("There are none: make one with `stripe-graphql webhooks create URL`.", err=True)


def _refuse_url(url: str, settings: Settings) -> None:
    parts = urlsplit(url)
    at_home = is_loopback(urlsplit(settings.stripe_api_base).hostname or "")
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and at_home)):
        return
    raise Refusal(f"Stripe sends webhooks to https:// URLs only, and {url} is none.")


async def _listed(settings: Settings) -> list[Endpoint]:
    async with opened_gateway(settings) as gateway:
        try:
            return await _endpoints(gateway)
        except StripeError as error:
            raise _refusal(error) from None


async def _create(settings: Settings, url: str, *, update: bool) -> list[str]:
    async with opened_gateway(settings) as gateway:
        try:
            there = [endpoint for endpoint in await _endpoints(gateway) if endpoint.url == url]
            pinned = next((endpoint for endpoint in there if endpoint.is_pinned), None)
            if pinned is None:
                return await _made(gateway, url, there)
            if pinned.is_right:
                return [f"{pinned.id} is there already, and is as it should be. Its secret is in Stripe's dashboard."]
            if not update:
                raise Refusal(
                    f"{pinned.id} is there already, and {_amiss(pinned)}. Run this again with --update to mend it."
                )
            mended = {"enabled_events": sorted({*NEEDED, *pinned.sent}), "disabled": False}
            await gateway.send(calls.update(pinned.id, mended), idempotency_key=uuid4().hex)  # type: ignore[arg-type]
        except StripeError as error:
            raise _refusal(error) from None
    return [f"{pinned.id} is enabled now, and sends all events that are needed. Its secret is the same."]


async def _made(gateway: Gateway, url: str, there: list[Endpoint]) -> list[str]:
    params: dict[str, Any] = {"url": url, "api_version": API_VERSION, "enabled_events": list(NEEDED)}
    answer = await gateway.send(calls.create(params), idempotency_key=uuid4().hex)  # type: ignore[arg-type]
    lines = [
        f"{answer.data['id']} sends {len(NEEDED)} kinds of events to {url}, in API version {API_VERSION}.",
        f"Its signing secret, which Stripe tells only now: {answer.data['secret']}",
        "Put it into STRIPE_WEBHOOK_SECRETS, beside those that are there, and restart the server.",
    ]
    lines += [
        f"Then delete {endpoint.id} at Stripe: it sends the same in {_version(endpoint)}, which cannot be changed."
        for endpoint in there
    ]
    return lines


async def _endpoints(gateway: Gateway) -> list[Endpoint]:
    return [endpoint_of(each) async for page in gateway.pages(calls.listing()) for each in page.data["data"]]


def _described(endpoint: Endpoint) -> Iterator[str]:
    state = "enabled" if endpoint.enabled else "disabled"
    yield f"{endpoint.id}  {endpoint.url}  {state}  {endpoint.api_version or 'default version'}"
    if endpoint.is_right:
        yield "  As it should be."
    if not endpoint.enabled:
        yield "  It sends nothing: enable it with `stripe-graphql webhooks create URL --update`, or at Stripe."
    if not endpoint.is_pinned:
        yield (
            f"  It sends in {_version(endpoint)}; events in another than {API_VERSION} cost a call each. "
            "A version cannot be changed: make an endpoint with `stripe-graphql webhooks create URL`, then delete this."
        )
    if endpoint.missing:
        yield f"  It lacks: {', '.join(endpoint.missing)}."
    if endpoint.sends_all:
        yield f"  It sends all kinds of events, of which {len(NEEDED)} are needed."
    if endpoint.superfluous:
        yield f"  Not needed: {', '.join(endpoint.superfluous)}."


def _amiss(endpoint: Endpoint) -> str:
    lacks = f"lacks {len(endpoint.missing)} of the events needed" if endpoint.missing else ""
    return " and ".join(filter(None, ("" if endpoint.enabled else "is disabled", lacks)))


def _version(endpoint: Endpoint) -> str:
    return f"API version {endpoint.api_version}" if endpoint.api_version else "the account's default API version"


def _refusal(error: StripeError) -> Refusal:
    if isinstance(error, Uncertain):
        return Refusal(f"It may have been done: {error} Look with `stripe-graphql webhooks list`.")
    return Refusal(error.refusal.message if isinstance(error, Refused) else str(error))
