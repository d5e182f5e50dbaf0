"""stripe-graphql key"""

import typer

from server.auth import api_key_hash
from server.tokens import make_api_key


def run() -> None:
    """Make an operator's API key, and the hash of it for OPERATOR_API_KEY_HASHES.

    The key is shown once and kept nowhere.
    """
    key = make_api_key()
    typer.echo(f"Key:  {key}")
    typer.echo(f"Hash: {api_key_hash(key)}")
