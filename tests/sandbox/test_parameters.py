"""Endpoints take the parameters that Stripe's own client can send, by name, nested ones too, and no others."""

from dataclasses import replace
from typing import Any

import pytest
from stripe.params import SubscriptionCreateParams

from sandbox.api.parameters import Choice, Hash, Listed, Shape, Text
from sandbox.api.router import ROUTES
from tests.sandbox.conformance.endpoints import endpoint_at
from tests.sandbox.conformance.parameters import differences

# Browsers send a secret and card tokens; options of methods are one table for all endpoints, whichever they have.
WIDER = ("confirm has client_secret", "cancel has client_secret", "payment_method_data.", "payment_method_options.")
# Of an endpoint that the client only knows on the class of charges.
OLDER = "GET /v1/charges/{charge}/refunds"
SUBSCRIPTIONS = next(route for route in ROUTES if (route.method, route.path) == ("POST", "/v1/subscriptions"))


def test_shapes_have_stripes_parameters_and_no_others() -> None:
    found = [
        f"{route.method} {route.path} {one}"
        for route in ROUTES
        if (endpoint := endpoint_at(route.method, route.path)) is not None
        for one in differences(route.shape, endpoint.parameter_class())
    ]
    assert [one for one in found if not any(known in one for known in (*WIDER, OLDER))] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"surprise": Text()}, "has surprise, which Stripe has not"),
        ({"items": Listed(Hash({"price": Text()}))}, "lacks items[].quantity"),
        ({"proration_behavior": Choice(("none",))}, "does not take always_invoice, create_prorations"),
        ({"collection_method": Choice(("send_invoice", "charge_automatically", "wait"))}, "takes wait for"),
    ],
)
def test_a_difference_is_told(change: dict[str, Any], said: str) -> None:
    altered: Shape = replace(SUBSCRIPTIONS, shape=SUBSCRIPTIONS.shape | change).shape
    assert any(said in one for one in differences(altered, SubscriptionCreateParams))
    without = {name: kind for name, kind in SUBSCRIPTIONS.shape.items() if name != "trial_end"}
    assert "lacks trial_end" in list(differences(without, SubscriptionCreateParams))
