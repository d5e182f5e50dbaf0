"""The events that an endpoint at Stripe has to send, held against Stripe's own list of them."""

from dataclasses import replace
from typing import get_args, get_type_hints

from stripe.params import WebhookEndpointUpdateParams

from db.tables import RESOURCES
from mirror.gateway import API_VERSION
from webhooks.needed import NEEDED, Endpoint, endpoint_of

NOT_NEEDED = {"invoice.upcoming"}
"""It carries a preview, which does not exist."""
RIGHT = Endpoint("we_1", "https://a.example/w", enabled=True, api_version=API_VERSION, sent=frozenset(NEEDED))


def known_to_stripe() -> set[str]:
    (literal,) = get_args(get_type_hints(WebhookEndpointUpdateParams)["enabled_events"])
    return set(get_args(literal)) - {"*"}


def is_about_what_is_mirrored(event: str) -> bool:
    mirrored = {table.object_name for table in RESOURCES}
    noun, *rest = event.split(".")
    if len(rest) == 1:
        return noun in mirrored
    return noun in mirrored and rest[0] in ("discount", "refund", "subscription", "dispute")


def test_they_are_those_of_stripes_about_what_is_mirrored() -> None:
    wanted = {event for event in known_to_stripe() if is_about_what_is_mirrored(event)}
    assert set(NEEDED) == wanted - NOT_NEEDED
    assert list(NEEDED) == sorted(set(NEEDED))


def test_an_endpoint_is_right_when_it_sends_all_of_them_in_the_pinned_version() -> None:
    assert RIGHT.is_right
    assert replace(RIGHT, sent=frozenset({"*"})).is_right
    assert not replace(RIGHT, enabled=False).is_right
    assert not replace(RIGHT, api_version="2020-08-27").is_right
    assert not replace(RIGHT, api_version=None).is_right
    lacking = replace(RIGHT, sent=frozenset(NEEDED) - {"invoice.paid"} | {"payout.paid"})
    assert (lacking.is_right, lacking.missing, lacking.superfluous) == (False, ["invoice.paid"], ["payout.paid"])


def test_an_endpoint_is_read_from_what_stripe_says_of_it() -> None:
    said = {"id": "we_1", "url": RIGHT.url, "status": "disabled", "api_version": None, "enabled_events": ["*"]}
    assert endpoint_of(said) == Endpoint("we_1", RIGHT.url, enabled=False, api_version=None, sent=frozenset({"*"}))
