"""What an endpoint takes, here and at Stripe: names, nested ones too, and the words of choices."""

import sys
from collections.abc import Iterator
from typing import Any, ForwardRef, Literal, get_args, get_origin

from stripe import RequestOptions

from sandbox.api.parameters import Choice, Either, Hash, Kind, Listed, Shape

# Stripe's, but not of the single endpoints: `expand` is everybody's.
COMMON = {"expand"}


def differences(shape: Shape, theirs: Any, inside: str = "") -> Iterator[str]:
    """Where a shape lacks a parameter of Stripe's, or has one that Stripe does not."""
    hints = names_of(theirs)
    for name in sorted(hints.keys() - shape.keys() - COMMON):
        yield f"lacks {inside}{name}"
    for name in sorted(shape.keys() - hints.keys()):
        yield f"has {inside}{name}, which Stripe has not"
    for name in sorted(shape.keys() & hints.keys()):
        yield from of_kind(shape[name], hints[name], f"{inside}{name}")


def of_kind(kind: Kind, theirs: list[Any], name: str) -> Iterator[str]:
    """The differences of one parameter."""
    match kind:
        case Listed():
            yield from of_kind(kind.of, theirs, f"{name}[]")
        case Either():
            yield from of_kind(kind.other, theirs, name)
        case Hash():
            hashes = [one for one in theirs if is_hash(one)]
            if hashes:
                least = min((list(differences(kind.shape, one, f"{name}.")) for one in hashes), key=len)
                yield from least
        case Choice():
            words = {word for one in theirs if get_origin(one) is Literal for word in get_args(one)} - {""}
            if words and (extra := set(kind.words) - words):
                yield f"takes {', '.join(sorted(extra))} for {name}, which Stripe does not"
            if words and (fewer := words - set(kind.words)):
                yield f"does not take {', '.join(sorted(fewer))} for {name}"


def names_of(theirs: Any) -> dict[str, list[Any]]:
    """The parameters of a TypedDict of the client, and the alternatives of what they are."""
    if theirs is None:
        return {}
    here = vars(sys.modules[theirs.__module__])
    own = theirs.__annotations__.keys() - RequestOptions.__annotations__.keys()
    return {name: list(parts(theirs.__annotations__[name], here)) for name in own}


def is_hash(annotation: Any) -> bool:
    """Whether it is a TypedDict, of whichever module."""
    return hasattr(annotation, "__total__")


def parts(annotation: Any, here: dict[str, Any]) -> Iterator[Any]:
    """The alternatives, and what lists are of; an annotation may be written as text."""
    if isinstance(annotation, ForwardRef):
        annotation = eval(annotation.__forward_arg__, here)
    if get_origin(annotation) is Literal or is_hash(annotation):
        yield annotation
    elif get_origin(annotation) is not dict:
        for one in get_args(annotation):
            yield from parts(one, here)
