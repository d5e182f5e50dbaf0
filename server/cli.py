"""The command stripe-graphql: a table of contents. A command's module is imported when the command is asked for."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from server.refusal import Refusal

COMMANDS = (
    "serve",
    "sandbox",
    "migrate",
    "sync",
    "events",
    "operations",
    "status",
    "verify",
    "rederive",
    "webhooks",
    "token",
    "key",
    "schema",
)
HELP = """A GraphQL API for Stripe billing.

Try it with `stripe-graphql serve --sandbox`: a pretend Stripe, a catalogue and ready tokens, and nothing to configure.
Settings come from the environment and from a file .env in the current directory."""


class Commands(TyperGroup):
    """Each command is the function `run` of its module, or the group `app`.

    Modules are loaded one at a time, so that the sandbox starts without what the server needs.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"server.commands.{cmd_name}")
        if hasattr(module, "app"):
            group = typer.main.get_command(module.app)
            group.name = cmd_name
            return group
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(module.run)
        return typer.main.get_command(single)


def main() -> None:
    commands = typer.Typer(
        cls=Commands, help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    commands.callback()(lambda: None)
    try:
        commands(prog_name="stripe-graphql")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        sys.exit(2)


if __name__ == "__main__":
    main()
