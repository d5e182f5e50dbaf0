"""stripe-graphql token"""

import re
from typing import Annotated

import typer
from pydantic import SecretStr

from server.refusal import Refusal
from server.sandbox import JWT_SECRET
from server.settings import read_settings
from server.tokens import operator_token, subscriber_token

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def run(
    subscriber: Annotated[str | None, typer.Option(metavar="ID", help="For the subscriber with this id.")] = None,
    operator: Annotated[bool, typer.Option("--operator", help="For an operator, who may do everything.")] = False,
    email: Annotated[str | None, typer.Option(help="The claim email.")] = None,
    name: Annotated[str | None, typer.Option(help="The claim name.")] = None,
    ttl: Annotated[str, typer.Option(metavar="TIME", help="How long it is good for: 45m, 12h or 30d.")] = "12h",
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="For `serve --sandbox` without a JWT_SECRET of its own.")
    ] = False,
) -> None:
    """Make a token and print it: --subscriber ID or --operator says for whom.

    It is signed with JWT_SECRET (HS256), and carries the issuer and audience that `serve` expects.
    """
    if (subscriber is None) is not operator:
        raise Refusal("Say for whom: --subscriber ID or --operator.")
    duration = re.fullmatch(r"([1-9][0-9]{0,8})([smhd])", ttl)
    if duration is None:
        raise Refusal("--ttl is a number and a unit: 90s, 45m, 12h or 30d.")
    seconds = int(duration[1]) * SECONDS[duration[2]]
    settings = read_settings()
    if sandbox and settings.jwt_secret is None and settings.jwt_jwks_url is None:
        settings = settings.model_copy(update={"jwt_secret": SecretStr(JWT_SECRET)})
    if subscriber is None:
        typer.echo(operator_token(settings, seconds=seconds, email=email, name=name))
    else:
        typer.echo(subscriber_token(settings, subscriber, seconds=seconds, email=email, name=name))
