"""What Stripe's OpenAPI says of some objects, as far as the sync engine reads it, made from Stripe's own Python client.

The engine makes a column of every field. It takes the file from GitHub when it is given none; this one has the same
names and types, needs no network, and is of the version that is pinned.
"""

from decimal import Decimal
from pathlib import Path
from types import NoneType
from typing import Any, ClassVar, Literal, get_args, get_origin

import orjson
import stripe

from benchmarks.rows import API_VERSION

OBJECTS: tuple[type[stripe.StripeObject], ...] = (
    stripe.Charge,
    stripe.Coupon,
    stripe.Customer,
    stripe.Invoice,
    stripe.PaymentIntent,
    stripe.PaymentMethod,
    stripe.Price,
    stripe.Product,
    stripe.Refund,
    stripe.Subscription,
    stripe.SubscriptionItem,
)
PLAIN: dict[Any, str] = {bool: "boolean", int: "integer", float: "number", str: "string", Decimal: "string"}


def write_specification(file: Path) -> Path:
    schemas = {each.OBJECT_NAME: _schema(each) for each in OBJECTS}  # type: ignore[attr-defined]
    specification = {"openapi": "3.0.0", "info": {"version": API_VERSION}, "components": {"schemas": schemas}}
    file.write_bytes(orjson.dumps(specification))
    return file


def _schema(of: type[stripe.StripeObject]) -> dict[str, Any]:
    fields = {
        name: _field(annotation)
        for name, annotation in of.__annotations__.items()
        if get_origin(annotation) is not ClassVar
    }
    name = of.OBJECT_NAME  # type: ignore[attr-defined]
    return {"type": "object", "x-resourceId": name, "properties": fields}


def _field(annotation: Any) -> dict[str, Any]:
    kinds = {_kind(each) for each in _alternatives(annotation)}
    if kinds == {"string", "object"}:
        # An id, or the object itself when it is asked for.
        return {"type": "string", "x-expansionResources": {}}
    return {"type": kinds.pop() if len(kinds) == 1 else "object"}


def _alternatives(annotation: Any) -> list[Any]:
    members = [member for member in get_args(annotation) if member is not NoneType]
    is_union = members and not isinstance(get_origin(annotation), type) and get_origin(annotation) is not Literal
    return members if is_union else [annotation]


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        annotation = type(get_args(annotation)[0])
    return PLAIN.get(annotation, "object")
