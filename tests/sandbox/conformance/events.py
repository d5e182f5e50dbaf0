"""Events: a type that Stripe has, the object that the type is about, previous attributes where something changed."""

from functools import cache
from importlib import import_module
from typing import Any, get_args

from stripe.params import WebhookEndpointCreateParams

from tests.sandbox.conformance.absent import MAY_BE_ABSENT
from tests.sandbox.conformance.findings import Finding, Findings, under
from tests.sandbox.conformance.objects import object_findings

# Where the object of a type is not called like the type.
ABOUT = {
    "charge.dispute": "dispute",
    "charge.refund": "refund",
    "customer.discount": "discount",
    "customer.subscription": "subscription",
    "customer.tax_id": "tax_id",
}
# Besides `*.updated`.
ALSO_CHANGES = {"charge.captured", "charge.refunded", "payment_method.detached"}


@cache
def known_types() -> frozenset[str]:
    """All types that a webhook endpoint can ask for."""
    module = import_module(WebhookEndpointCreateParams.__module__)
    listed = module.WebhookEndpointCreateParams.__annotations__["enabled_events"]
    (words,) = get_args(getattr(listed, "__forward_value__", listed)) or ((),)
    return frozenset(get_args(words)) - {"*"}


def event_findings(event: dict[str, Any]) -> Findings:
    """What is wrong with an event beyond its own fields."""
    found: list[Finding] = []
    type, data = event.get("type"), event.get("data")
    if type not in known_types():
        found.append(Finding("type", f"{type!r} is not an event of Stripe"))
    if not isinstance(type, str) or not isinstance(data, dict) or not isinstance(data.get("object"), dict):
        return found
    shown, noun = data["object"], type.rpartition(".")[0]
    kind = ABOUT.get(noun, noun)
    if shown.get("object") != kind:
        found.append(Finding("data.object.object", f"{shown.get('object')!r}, though {type} is about a {kind}"))
    found += under("data.object", object_findings(shown))
    previous = data.get("previous_attributes")
    if previous is None:
        if type.endswith(".updated"):
            found.append(Finding("data.previous_attributes", f"missing in {type}"))
        return found
    if not type.endswith(".updated") and type not in ALSO_CHANGES:
        found.append(Finding("data.previous_attributes", f"given in {type}"))
    may_go = {name.rstrip("?") for name in MAY_BE_ABSENT.get(kind, "").split()}
    extra = previous.keys() - shown.keys() - may_go
    found += [Finding(f"data.previous_attributes.{name}", "not in the object") for name in sorted(extra)]
    same = [name for name in previous if name in shown and previous[name] == shown[name]]
    return found + [Finding(f"data.previous_attributes.{name}", "has not changed") for name in sorted(same)]
