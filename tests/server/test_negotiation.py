"""The media type of an answer."""

import pytest

from server.negotiation import GRAPHQL_RESPONSE, HTML, JSON, negotiate


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, GRAPHQL_RESPONSE),
        ("", GRAPHQL_RESPONSE),
        ("*/*", GRAPHQL_RESPONSE),
        ("application/*", GRAPHQL_RESPONSE),
        (JSON, JSON),
        ("APPLICATION/JSON; charset=utf-8", JSON),
        (f"{JSON}, multipart/mixed", JSON),
        (f"{JSON};q=0.9, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE};q=0.9", JSON),
        (f"{GRAPHQL_RESPONSE};q=0, */*", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("text/html;q=nonsense", None),
        ("image/png", None),
        ("*/*;q=0", None),
        (";;,,", None),
    ],
)
def test_the_best_offer_that_the_client_accepts_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert negotiate(accept, (GRAPHQL_RESPONSE, JSON, HTML)) == chosen
