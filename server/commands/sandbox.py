"""stripe-graphql sandbox"""

import re
from typing import Annotated

import typer
import uvicorn

from sandbox.app import build
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
    seed: Annotated[bool, typer.Option(help="Begin with a catalogue and some customers with history.")] = True,
) -> None:
    """Run a pretend Stripe, for trying things out and for tests.

    Any Stripe client can talk to it with any key that begins with sk_test_. It keeps its state in memory.
    """
    if webhook_url is not None and not re.match(r"https?://[^/]", webhook_url):
        raise Refusal("--webhook-url must be a URL that begins with http:// or https://.")
    with listen(host, port) as listener:
        here = f"http://{address(listener)}"
        application = build(webhook_url=webhook_url, webhook_secret=webhook_secret, seed=seed, base_url=here)
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
