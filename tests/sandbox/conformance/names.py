"""What the names in the client's annotations stand for; most are only imported for type checkers."""

import ast
import re
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, ForwardRef

import stripe

CLIENT = Path(str(stripe.__file__)).parent


@cache
def imported_for_checking(module: str) -> dict[str, tuple[str, str]]:
    """Of a module of the client: name to the module and the name behind it."""
    path = sys.modules[module].__file__
    assert path is not None
    return imports_of(Path(path).read_text())


def imports_of(source: str) -> dict[str, tuple[str, str]]:
    """What stands below `if TYPE_CHECKING:` in a source."""
    found: dict[str, tuple[str, str]] = {}
    head = re.split(r"\n(?=class |@)", source, maxsplit=1)[0]
    for block in ast.parse(head).body:
        if isinstance(block, ast.If):
            for node in block.body:
                if isinstance(node, ast.ImportFrom) and node.module:
                    found |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return found


def resolved(annotation: Any, module: str) -> Any:
    """The annotation itself where it is only a name."""
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    if not isinstance(annotation, str):
        return annotation
    first, *rest = annotation.split(".")
    known = imported_for_checking(module)
    value = loaded(*known[first]) if first in known else getattr(sys.modules[module], first)
    for name in rest:
        value = getattr(value, name)
    return value


def loaded(module: str, name: str) -> Any:
    """Something of a module."""
    return getattr(import_module(module), name)
