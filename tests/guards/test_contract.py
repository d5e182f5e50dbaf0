"""The committed contract is the one that is served."""

from pathlib import Path

from schema import print_contract

CONTRACT = Path(__file__).parents[2] / "schema" / "schema.graphql"


def test_the_printed_schema_is_the_committed_one() -> None:
    assert print_contract() == CONTRACT.read_text(), "Run: stripe-graphql schema > schema/schema.graphql"
