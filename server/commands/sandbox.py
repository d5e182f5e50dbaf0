"""stripe-graphql sandbox"""

import re
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from sandbox.account.store import BadFile
from sandbox.app import build
from sandbox.demo.planting import MOST_CUSTOMERS, NAMED, Demo
from server.listening import address, listen
from server.refusal import Refusal

WEBHOOK_SECRET = "whsec_sandbox"
GRACE_SECONDS = 5


def run(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 12111,
    webhook_url: Annotated[str | None, typer.Option(help="Where to send webhooks; without it none are sent.")] = None,
    webhook_secret: Annotated[
        str, typer.Option(help="Signs the webhooks.", envvar="SANDBOX_WEBHOOK_SECRET")
    ] = WEBHOOK_SECRET,
    data: Annotated[
        Path | None,
        typer.Option(help="File that keeps the account; without it nothing is kept.", dir_okay=False),
    ] = None,
    customers: Annotated[
        int, typer.Option(help="Customers with a past that a new account begins with.", min=0, max=MOST_CUSTOMERS)
    ] = NAMED,
    seed: Annotated[int, typer.Option(help="Another number gives other customers; the same gives the same.")] = 1,
    no_seed: Annotated[bool, typer.Option("--no-seed", help="Begin with an empty account.")] = False,
    rate_limit: Annotated[
        float | None, typer.Option(help="Answer 429 beyond this many requests a second; Stripe has 25.", min=0.1)
    ] = None,
) -> None:
    """Run a pretend Stripe, for trying things out and for tests.

    Any Stripe client can talk to it with any key that begins with sk_test_ or sk_live_.
    """
    if webhook_url is not None and not re.match(r"https?://[^/]", webhook_url):
        raise Refusal("--webhook-url must be a URL that begins with http:// or https://.")
    with listen(host, port) as listener:
        here = f"http://{address(listener)}"
        demo = None if no_seed else Demo(seed, customers)
        try:
            application = build(
                webhook_url=webhook_url,
                webhook_secret=webhook_secret,
                demo=demo,
                data=data,
                base_url=here,
                rate_limit=rate_limit,
            )
        except BadFile as error:
            raise Refusal(str(error)) from None
        config = uvicorn.Config(
            application,
            ws="none",
            log_level="warning",
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        typer.echo(f"Sandbox: {here}")
        uvicorn.Server(config).run(sockets=[listener])
