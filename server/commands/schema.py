"""stripe-graphql schema"""

import typer

from schema import print_contract


def run() -> None:
    """Print the schema in GraphQL's schema definition language."""
    typer.echo(print_contract(), nl=False)
