"""Any object, by what its `object` says it is."""

from functools import cache
from typing import Any

from stripe import ListObject, SearchResultObject
from stripe._object_classes import OBJECT_CLASSES

from tests.sandbox.conformance.findings import Findings, brief, wrong
from tests.sandbox.conformance.names import loaded
from tests.sandbox.conformance.shapes import ClassCheck, class_check


@cache
def check_named(kind: str) -> ClassCheck | None:
    """The check of a kind of object, None when the client knows no such kind."""
    if kind in (ListObject.OBJECT_NAME, SearchResultObject.OBJECT_NAME) or kind not in OBJECT_CLASSES:
        return None
    return class_check(loaded(*OBJECT_CLASSES[kind]))


def object_findings(value: Any) -> Findings:
    """What is wrong with an object that is not a list."""
    if not isinstance(value, dict) or not isinstance(value.get("object"), str):
        return wrong(f"{brief(value)} is not an object of Stripe")
    check = check_named(value["object"])
    return wrong(f"Stripe has no {value['object']!r}") if check is None else check(value)
