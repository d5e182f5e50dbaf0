"""A resource without mutations is known in a few places, and nowhere else.

That docs/adding-a-resource.md adds one is tested in tests/schema.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
KNOWS_REFUNDS = {
    "db/migrations/versions/0001_first.py",
    "db/migrations/versions/0002_text_by_code_point.py",
    "db/tables/__init__.py",
    "db/tables/refunds.py",
    "mirror/gateway/retrieve.py",
    "mirror/silent.py",
    "mirror/stored.py",
    "schema/__init__.py",
    "schema/charge.py",
    "webhooks/needed.py",
}
"""Its table, the list of resources, how Stripe is asked for one, its events, its type; that a charge lists them, and
that one which fails changes its charge."""


def test_a_resource_without_mutations_is_known_in_the_places_that_the_document_names() -> None:
    rooms = ("db", "mirror", "resolvers", "schema", "server", "webhooks")
    sources = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in sources if re.search(r"\brefunds?\b", path.read_text(), re.I)}
    assert found == KNOWS_REFUNDS
