"""Annotations of stripe-python's classes as checks of JSON; each class is compiled once, when it is first met.

The annotations have one word for "may be null" and "may be absent"; `absent` tells them apart for the objects here.
"""

import inspect
import types
from typing import Any, Dict, List, Literal, Union, get_args, get_origin  # noqa: UP035

from stripe import ListObject, SearchResultObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

from tests.sandbox.conformance.absent import MAY_BE_ABSENT, UNDOCUMENTED
from tests.sandbox.conformance.findings import FINE, Check, Finding, Findings, brief, under, wrong
from tests.sandbox.conformance.names import resolved
from tests.sandbox.conformance.values import PLAIN, anything, one_of, plain

KEPT_WHEN_DELETED = {"discount"}


_CHECKS: dict[type[StripeObject], "ClassCheck"] = {}


def check_of(annotation: Any, module: str) -> Check:
    """The check that an annotation asks for, as it is written in a module of the client."""
    annotation = resolved(annotation, module)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is Any:
        return anything
    if annotation in PLAIN:
        return plain(annotation)
    if origin is Literal:
        return one_of(arguments)
    if origin in (list, List):  # noqa: UP006
        return listed(check_of(arguments[0], module))
    if origin in (dict, Dict, UntypedStripeObject):  # noqa: UP006
        return mapping(check_of(arguments[-1], module))
    if origin in (ListObject, SearchResultObject):
        return envelope(check_of(arguments[0], module), search=origin is SearchResultObject)
    if origin in (Union, types.UnionType):
        return alternatives([resolved(one, module) for one in arguments], module)
    if isinstance(annotation, type) and issubclass(annotation, StripeObject):
        return class_check(annotation)
    raise TypeError(f"There is no check for {annotation!r} in {module}.")


def listed(of: Check) -> Check:
    """A list whose elements all pass."""

    def check(value: Any) -> Findings:
        if not isinstance(value, list):
            return wrong(f"{brief(value)} is not a list")
        found: list[Finding] = []
        for place, one in enumerate(value):
            if said := of(one):
                found += under(f"[{place}]", said)
        return found

    return check


def mapping(of: Check) -> Check:
    """A hash with any keys."""

    def check(value: Any) -> Findings:
        if not isinstance(value, dict):
            return wrong(f"{brief(value)} is not a hash")
        return [one for key, below in value.items() if (said := of(below)) for one in under(key, said)]

    return check


def envelope(of: Check, *, search: bool = False) -> Check:
    """A list object, or a page of search results, with what is in it."""
    name = "search_result" if search else "list"
    fields: dict[str, Check] = {
        "object": one_of((name,)),
        "data": listed(of),
        "has_more": plain(bool),
        "url": plain(str),
    }
    fields |= {"next_page": alternatives([str, type(None)], __name__)} if search else {}
    known = fields | {"total_count": plain(int)}

    def check(value: Any) -> Findings:
        if not isinstance(value, dict):
            return wrong(f"{brief(value)} is not a {name} object")
        found = absences(value, fields) + of_fields(value, known)
        extra = value.keys() - known.keys()
        return found + [Finding(key, f"not a field of a {name}") for key in sorted(extra)]

    return check


def alternatives(kinds: list[Any], module: str) -> Check:
    """One of several; objects are told apart by their `object` and by being deleted or not."""
    nullable = type(None) in kinds
    kinds = [kind for kind in kinds if kind is not type(None)]
    if any(get_origin(kind) is Literal for kind in kinds):
        # Words that other versions may add to; the sandbox speaks one version.
        kinds = [kind for kind in kinds if kind is not str]
    classes = {kind.OBJECT_NAME: kind for kind in kinds if isinstance(kind, type) and hasattr(kind, "OBJECT_NAME")}
    checks = [check_of(kind, module) for kind in kinds if kind not in classes.values()]

    def check(value: Any) -> Findings:
        if value is None:
            return FINE if nullable else wrong("null, which it never is")
        if isinstance(value, dict) and isinstance(value.get("object"), str) and value["object"] in classes:
            return class_check(classes[value["object"]])(value)
        said = [one(value) for one in checks]
        return min(said, key=len) if said else wrong(f"{brief(value)} is not {' or '.join(classes)}")

    return check


class ClassCheck:
    """Objects of one class: all fields there that must be, none that does not exist, each of its type."""

    def __init__(self, of: type[StripeObject]) -> None:
        self.of = of
        self.kind: str = getattr(of, "OBJECT_NAME", "")
        self._fields: dict[str, Check] | None = None
        self._required: dict[str, Check] = {}

    def compiled(self) -> dict[str, Check]:
        """The checks of the fields, made when they are first needed, since classes name each other."""
        if self._fields is None:
            renamed = {ours: theirs for theirs, ours in getattr(self.of, "_field_remappings", {}).items()}
            annotations = {
                renamed.get(name, name): annotation
                for name, annotation in inspect.get_annotations(self.of).items()
                if name != "OBJECT_NAME" and not name.startswith("_")
            }
            self._fields = {name: check_of(one, self.of.__module__) for name, one in annotations.items()}
            if self.kind:
                self._fields["object"] = one_of((self.kind,))
            self._required = self.must_be_there(self._fields)
            self._fields |= dict.fromkeys(UNDOCUMENTED.get(self.kind, ()), anything)
        return self._fields

    def must_be_there(self, fields: dict[str, Check]) -> dict[str, Check]:
        """Fields that are never absent: those that cannot be null, and all but a few of the objects we know."""
        absent = MAY_BE_ABSENT.get(self.kind)
        if absent is not None:
            spared = {name.rstrip("?") for name in absent.split()} | {"deleted"}
            for name in spared - {name.rstrip("?") for name in absent.split() if name.endswith("?")}:
                if name in fields:
                    fields[name] = not_null(fields[name])
            return {name: check for name, check in fields.items() if name not in spared}
        return {name: check for name, check in fields.items() if check(None)}

    def __call__(self, value: Any) -> Findings:
        if not isinstance(value, dict):
            return wrong(f"{brief(value)} is not a hash" + (f" ({self.kind})" if self.kind else ""))
        fields = self.compiled()
        if value.get("deleted") is True and "deleted" in fields and self.kind:
            return self.deleted(value, fields)
        if "deleted" in value and self.kind:
            return [Finding("deleted", "only deleted objects have it")]
        found = absences(value, self._required) + of_fields(value, fields)
        extra = value.keys() - fields.keys()
        return found + [Finding(key, f"not a field of {self.kind or self.of.__qualname__}") for key in sorted(extra)]

    def deleted(self, value: dict[str, Any], fields: dict[str, Check]) -> Findings:
        """What is left of a deleted object: its id and kind, of discounts more."""
        if self.kind in KEPT_WHEN_DELETED:
            return absences(value, self._required) + of_fields(value, fields)
        extra = value.keys() - {"id", "object", "deleted"}
        found = absences(value, {"id": anything, "object": anything}) + of_fields(value, fields)
        return found + [Finding(key, "deleted objects do not have it") for key in sorted(extra)]


def class_check(of: type[StripeObject]) -> ClassCheck:
    """The check of a class, always the same one."""
    if of not in _CHECKS:
        _CHECKS[of] = ClassCheck(of)
    return _CHECKS[of]


def not_null(check: Check) -> Check:
    """What may be absent, and is not null when it is there."""
    return lambda value: wrong("null, where Stripe leaves the field out") if value is None else check(value)


def absences(value: dict[str, Any], required: dict[str, Check]) -> list[Finding]:
    return [Finding(name, "missing") for name in required if name not in value]


def of_fields(value: dict[str, Any], fields: dict[str, Check]) -> list[Finding]:
    found: list[Finding] = []
    for name, below in value.items():
        check = fields.get(name)
        if check is not None and (said := check(below)):
            found += under(name, said)
    return found
